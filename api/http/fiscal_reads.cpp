#include "api/http/read_sql.hpp"
#include "api/http/routes.hpp"

namespace tollbook::api {

Result<ReadAnswer> list_fiscal_devices(ReaderPool& pool, const Query& query) {
    static constexpr ListOf devices{
        .name = "fiscal-devices",
        .select = "SELECT 'fiscal_device' AS object, v.entity, v.enabled, v.kind, v.url, v.device, "
                  "v.from_number, @v.set_at, coalesce(d.pending, 0) AS pending, "
                  "coalesce(d.refused, 0) AS refused, coalesce(d.transmitted, 0) AS transmitted, "
                  "@d.oldest_pending_at FROM fiscal_devices v LEFT JOIN (SELECT tenant, entity, "
                  " count(*) FILTER (WHERE state = 'pending') AS pending, "
                  " count(*) FILTER (WHERE state = 'refused') AS refused, "
                  " count(*) FILTER (WHERE state = 'transmitted') AS transmitted, "
                  " min(requested_at) FILTER (WHERE state = 'pending') AS oldest_pending_at "
                  " FROM fiscal_documents GROUP BY tenant, entity) d USING (tenant, entity)",
        .key = "r.entity",
    };
    return read_list(pool, query, devices);
}

Result<ReadAnswer> list_fiscal_documents(ReaderPool& pool, const Query& query) {
    static constexpr ListOf documents{
        .name = "fiscal-documents",
        .select = "SELECT 'fiscal_document' AS object, document, invoice, credit_note, entity, "
                  "place, number, currency, issued_on, minor, state, attempt, code, reason, "
                  "control_number, signature, qr, @device_time, @requested_at, @changed_at "
                  "FROM fiscal_documents WHERE ($3::text IS NULL OR state = $3) "
                  "AND ($4::text IS NULL OR invoice = $4)",
        .key = "r.entity || ' ' || lpad(r.place::text, 20, '0')",
    };
    return read_list(
        pool, query, documents, {text_parameter(query, "state"), text_parameter(query, "invoice")}
    );
}

} // namespace tollbook::api
