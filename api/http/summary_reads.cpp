#include "api/http/read_sql.hpp"
#include "api/http/reads.hpp"

namespace tollbook::api {

// Counted by the read model `summary`: it costs the same whatever the number of customers. A book
// in which nothing happened yet has zeros.
Result<ReadAnswer> get_summary(ReaderPool& pool, const Query& query) {
    static constexpr OneOf summary{
        .select =
            "SELECT json_build_object('object', 'summary', 'as_of', d.today, "
            "'currency', t.currency, "
            "'customers', json_build_object('registered', coalesce(c.customers, 0), "
            " 'active', coalesce(c.customers_active, 0)), "
            "'subscriptions', json_build_object('active', coalesce(c.services_active, 0), "
            " 'suspended', coalesce(c.services_suspended, 0)), "
            "'revenue', json_build_object('days_30_minor', r.days_30, 'all_time_minor', r.total), "
            "'invoices', json_build_object('pending', coalesce(c.invoices_pending, 0), "
            " 'pending_minor', coalesce(c.pending_minor, 0), 'recent', "
            " (SELECT coalesce(json_agg(row_to_json(i) ORDER BY i.number_seq DESC), '[]') FROM ("
            " SELECT v.invoice, v.number, v.customer, v.status, v.minor, v.open_minor, "
            " v.issued_on, v.due_on, s.number_seq "
            " FROM summary_invoices s JOIN invoices v USING (tenant, invoice)) i))) "
            "FROM tenants t "
            "CROSS JOIN LATERAL (SELECT book_today(t.clock_at, t.timezone) AS today) d "
            "LEFT JOIN summary_counts c USING (tenant) "
            "CROSS JOIN LATERAL (SELECT coalesce(sum(e.revenue_minor), 0)::bigint AS total, "
            " coalesce(sum(e.revenue_minor) FILTER (WHERE e.booked_on > d.today - 30 "
            " AND e.booked_on <= d.today), 0)::bigint AS days_30 FROM summary_days e) r",
    };
    return read_one(pool, query, summary);
}

} // namespace tollbook::api
