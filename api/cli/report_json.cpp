#include "api/cli/report_json.hpp"

#include <string_view>

namespace tollbook::api {

namespace {

void write_object(std::string& out, JsonNode node) {
    out += '{';
    bool first = true;
    JsonFields fields(node);
    for (JsonField field; fields.next(field); first = false) {
        if (!first) out += ',';
        write_json_string(out, field.name);
        out += ':';
        write_node(out, field.value);
    }
    out += '}';
}

void write_array(std::string& out, JsonNode node) {
    out += '[';
    bool first = true;
    JsonItems items(node);
    for (JsonNode item; items.next(item); first = false) {
        if (!first) out += ',';
        write_node(out, item);
    }
    out += ']';
}

} // namespace

void write_node(std::string& out, JsonNode node) {
    switch (kind(node)) {
    case JsonKind::object:
        return write_object(out, node);
    case JsonKind::array:
        return write_array(out, node);
    case JsonKind::string:
        return write_json_string(out, as_text(node).value_or(""));
    case JsonKind::integer:
        return write_json_integer(out, as_int64(node).value_or(0));
    case JsonKind::boolean:
        out += as_bool(node).value_or(false) ? "true" : "false";
        return;
    case JsonKind::real: // No report has any.
    case JsonKind::null:
        out += "null";
    }
}

Exit tell_parked(const Context& context, const ReportPages& pages) {
    if (pages.parked().empty()) return Exit::ok;
    remark(
        context,
        pages.parked() + " keys of read models wait: their newest events are not in it; see "
                         "`tollbook project parked`"
    );
    return Exit::differences;
}

} // namespace tollbook::api
