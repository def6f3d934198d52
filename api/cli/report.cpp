#include "api/cli/report.hpp"

#include "api/cli/connect.hpp"
#include "api/cli/report_json.hpp"
#include "api/cli/report_pages.hpp"
#include "api/cli/report_writers.hpp"

namespace tollbook::api {

namespace {

std::vector<Row> rows_of(JsonNode page, std::string_view field, const ReportShape& shape) {
    std::vector<Row> rows;
    const std::optional<JsonNode> items = field_of(page, field);
    if (!items) return rows;
    JsonItems list(*items);
    for (JsonNode item; list.next(item);)
        rows.push_back(row_of(item, shape));
    return rows;
}

std::unique_ptr<ReportWriter> make_writer(
    const std::string& format, OutFile& out, const ReportShape& shape
) {
    if (format == "csv") return make_csv_writer(out, shape);
    if (format == "xlsx") return make_xlsx_writer(out, shape);
    return make_text_writer(out, shape);
}

Status write_rows(
    ReportPages& pages, const ReportOrder& order, const ReportShape& shape, OutFile& out
) {
    const std::unique_ptr<ReportWriter> writer = make_writer(order.format, out, shape);
    std::vector<Row> totals;
    while (true) {
        const Result<std::optional<JsonNode>> page = pages.next();
        if (!page) return page.error();
        if (!*page) return writer->finish(totals);
        if (totals.empty()) totals = rows_of(**page, "totals", shape);
        if (const Status added = writer->add(rows_of(**page, shape.rows, shape)); !added)
            return added;
    }
}

// One object: the first page's, with the rows of all pages in it.
Status write_json(ReportPages& pages, const ReportShape& shape, OutFile& out) {
    Result<std::optional<JsonNode>> page = pages.next();
    if (!page) return page.error();
    std::string text = "{";
    JsonFields fields(**page);
    for (JsonField field; fields.next(field);) {
        if (field.name == shape.rows || field.name == "has_more" || field.name == "next_cursor")
            continue;
        write_json_string(text, field.name);
        text += ':';
        write_node(text, field.value);
        text += ',';
    }
    text += "\"position\":\"" + pages.position() + "\",\"" + std::string(shape.rows) + "\":[";
    bool first = true;
    while (*page) {
        const std::optional<JsonNode> items = field_of(**page, shape.rows);
        if (!items) return Error{Errc::internal, "an answer without " + std::string(shape.rows)};
        JsonItems list(*items);
        for (JsonNode item; list.next(item);) {
            text += first ? "\n" : ",\n";
            first = false;
            write_node(text, item);
        }
        out.write(text);
        text.clear();
        page = pages.next();
        if (!page) return page.error();
    }
    out.write("]}\n");
    return Done{};
}

} // namespace

Exit run_report(const Context& context, const ReportOrder& order) {
    const ReportShape& shape = *report_named(order.name);
    const Result<std::unique_ptr<Client>> client = connect(context);
    if (!client) return fail(context, client.error());
    Result<OutFile> out = OutFile::open(order.output);
    if (!out) return fail(context, out.error());
    ReportPages pages(
        **client,
        "/v1/tenants/" + path_segment(order.tenant) + std::string(shape.path),
        order.parameters
    );
    if (!shape.paged) pages.not_paged();
    const Status written = order.format == "json" ? write_json(pages, shape, *out)
                                                  : write_rows(pages, order, shape, *out);
    if (!written) return fail(context, written.error());
    if (const Status kept = out->keep(); !kept) return fail(context, kept.error());
    if (pages.moved())
        remark(context, "the book moved while it was read; --known-at gives one moment of it");
    return tell_parked(context, pages);
}

} // namespace tollbook::api
