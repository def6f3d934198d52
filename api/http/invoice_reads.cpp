#include "api/http/invoice_reads.hpp"

#include "api/documents/invoice_document.hpp"
#include "api/http/read_sql.hpp"

namespace tollbook::api {

namespace {

// As the document wants it, without what is not there.
constexpr OneOf printed{
    .select = "SELECT json_strip_nulls(json_build_object('provider', coalesce(e.name, t.name), "
              "'entity', i.entity, 'tax_registration', e.tax_registration, 'address', e.address, "
              "'customer', i.customer, 'name', c.name, 'number', i.number, 'currency', i.currency, "
              "'issued_on', i.issued_on, 'due_on', i.due_on, 'status', i.status, 'minor', i.minor, "
              "'net_minor', i.net_minor, 'tax_minor', i.tax_minor, 'open_minor', i.open_minor, "
              "'applied_minor', i.applied_minor, 'withheld_minor', i.withheld_minor, "
              "'credited_minor', i.credited_minor, 'note', i.note, 'lines', i.lines, "
              "'credit_notes', (SELECT coalesce(json_agg(json_build_object('number', m.document, "
              " 'minor', m.minor, 'booked_on', m.booked_on, 'reason', m.reason, 'control_number', "
              " f.control_number) ORDER BY m.seq), '[]') FROM invoice_moves m "
              " LEFT JOIN fiscal_documents f ON f.invoice = m.invoice AND f.number = m.document "
              " AND f.credit_note IS NOT NULL "
              " WHERE m.invoice = i.invoice AND m.kind = 'credit_note'), "
              "'fiscal', (SELECT json_build_object('state', f.state, 'control_number', "
              " f.control_number, 'signature', f.signature, 'qr', f.qr, 'device_time', "
              " to_char(f.device_time AT TIME ZONE t.timezone, 'YYYY-MM-DD HH24:MI:SS')) "
              " FROM fiscal_documents f WHERE f.document = i.invoice))) "
              "FROM invoices i JOIN tenants t USING (tenant) LEFT JOIN customers c "
              "USING (tenant, customer) LEFT JOIN LATERAL (" // As it stood with the issue.
              "SELECT v.* FROM legal_entities v WHERE v.entity = i.entity AND v.seq < ("
              " SELECT m.seq FROM invoice_moves m WHERE m.invoice = i.invoice AND "
              " m.kind = 'issued') ORDER BY v.seq DESC LIMIT 1) e ON true WHERE i.invoice = $1",
    .absent = Errc::invoice_unknown,
};

struct Printed {
    InvoiceDocument document;
    ReadAnswer answer;
};

Result<Printed> read_printed(ReaderPool& pool, const Query& query) {
    const SqlParam invoice = text_parameter(query, "invoice");
    Result<ReadAnswer> answer = read_one(pool, query, printed, {invoice});
    if (!answer) return answer.error();
    // A draft has no number, and its lines are not taxed.
    if (answer->json.find("\"number\"") == std::string::npos ||
        answer->json.find("\"issued_on\"") == std::string::npos)
        return Error{Errc::invoice_not_open, "it is not issued"};
    Result<InvoiceDocument> document = from_json<InvoiceDocument>(answer->json);
    if (!document) return Error{Errc::internal, document.error().detail};
    return Printed{std::move(*document), std::move(*answer)};
}

} // namespace

Result<ReadAnswer> list_taxes(ReaderPool& pool, const Query& query) {
    static constexpr ListOf taxes{
        .name = "taxes",
        .select = "SELECT 'tax' AS object, tax, valid_from, rates, exempt_reason FROM taxes",
        .key = "r.tax || ' ' || r.valid_from",
    };
    return read_list(pool, query, taxes);
}

Result<ReadAnswer> list_invoicing_terms(ReaderPool& pool, const Query& query) {
    static constexpr ListOf terms{
        .name = "invoicing-terms",
        .select = "SELECT 'invoicing_terms' AS object, coalesce(nullif(i.entity, ''), "
                  "t.legal_entity) AS entity, valid_from, tax_rounding, halves, due_days, "
                  "number_prefix, credit_prefix FROM invoicing_terms i JOIN tenants t "
                  "USING (tenant)",
        .key = "r.entity || ' ' || r.valid_from",
    };
    return read_list(pool, query, terms);
}

Result<ReadAnswer> list_invoices(ReaderPool& pool, const Query& query) {
    static constexpr ListOf invoices{
        .name = "invoices",
        .select = "SELECT 'invoice' AS object, invoice, number, customer, entity, "
                  "coalesce(i.currency, k.currency) AS currency, status, "
                  "issued_on, due_on, minor, net_minor, tax_minor, open_minor, applied_minor, "
                  "withheld_minor, credited_minor, written_off_minor, @drafted_at, @issued_at, "
                  "(SELECT f.state FROM fiscal_documents f WHERE f.document = i.invoice) AS fiscal "
                  "FROM invoices i LEFT JOIN customer_currencies k USING (tenant, customer) "
                  "WHERE ($3::text IS NULL OR customer = $3) "
                  "AND ($4::text IS NULL OR status = $4) "
                  "AND ($5::text IS NULL OR (open_minor > 0 AND due_on < $5::date)) "
                  "AND ($6::text IS NULL OR EXISTS (SELECT FROM fiscal_documents f "
                  " WHERE f.invoice = i.invoice AND f.state = $6)) "
                  "AND ($7::text IS NULL OR customer IN (SELECT customers_of($7)))",
        .key = "r.invoice",
    };
    const Result<SqlParam> due_before = date_parameter(query, "due_before");
    if (!due_before) return due_before.error();
    return read_list(
        pool,
        query,
        invoices,
        {text_parameter(query, "customer"),
         text_parameter(query, "status"),
         *due_before,
         text_parameter(query, "fiscal"),
         text_parameter(query, "entity")}
    );
}

Result<ReadAnswer> get_invoice(ReaderPool& pool, const Query& query) {
    static constexpr OneOf invoice{
        .select =
            "SELECT row_to_json(r) FROM (SELECT 'invoice' AS object, i.invoice, i.number, "
            "i.customer, i.entity, coalesce(i.currency, k.currency) AS currency, i.status, "
            "i.issued_on, i.due_on, i.tax_rounding, "
            "i.minor, i.net_minor, i.tax_minor, i.open_minor, i.applied_minor, i.withheld_minor, "
            "i.credited_minor, i.written_off_minor, i.lines, i.note, @i.drafted_at, @i.issued_at, "
            "(SELECT coalesce(json_agg(row_to_json(h) ORDER BY h.seq, h.line), '[]') FROM ("
            " SELECT m.seq, m.line, m.kind, m.minor, m.owed_minor, m.open_minor, m.document, "
            " m.payment, m.reason, m.lines, m.lots, @m.effective_at, @m.recorded_at, m.booked_on "
            " FROM invoice_moves m WHERE m.invoice = i.invoice) h) AS moves, "
            "(SELECT coalesce(json_agg(row_to_json(d) ORDER BY d.place), '[]') FROM ("
            " SELECT f.document, f.credit_note, f.number, f.place, f.state, f.attempt, f.code, "
            " f.reason, f.control_number, f.signature, f.qr, @f.device_time, @f.requested_at, "
            " @f.changed_at FROM fiscal_documents f WHERE f.invoice = i.invoice) d) AS fiscal "
            "FROM invoices i LEFT JOIN customer_currencies k USING (tenant, customer) "
            "WHERE i.invoice = $1) r",
        .absent = Errc::invoice_unknown,
    };
    return read_one(pool, query, invoice, {text_parameter(query, "invoice")});
}

Result<ReadAnswer> get_invoice_document(ReaderPool& pool, const Query& query) {
    Result<Printed> read = read_printed(pool, query);
    if (!read) return read.error();
    Result<std::string> pdf = invoice_pdf(read->document);
    if (!pdf) return pdf.error();
    read->answer.json = std::move(*pdf);
    read->answer.content_type = "application/pdf";
    return std::move(read->answer);
}

Result<ReadAnswer> get_invoice_lines(ReaderPool& pool, const Query& query) {
    Result<Printed> read = read_printed(pool, query);
    if (!read) return read.error();
    read->answer.json = invoice_csv(read->document);
    read->answer.content_type = "text/csv";
    return std::move(read->answer);
}

} // namespace tollbook::api
