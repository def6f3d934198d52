#include "api/http/read_sql.hpp"
#include "api/http/reads.hpp"

namespace tollbook::api {

// Counted by the read model `summary`: it costs the same whatever the number of customers. A book
// in which nothing happened yet has zeros. Amounts are in the tenant's currency, those in others
// are told one by one; numbers of things are of all currencies.
Result<ReadAnswer> get_summary(ReaderPool& pool, const Query& query) {
    static constexpr OneOf summary{
        .select =
            "WITH days AS (SELECT e.currency, sum(e.revenue_minor)::bigint AS all_time_minor, "
            " coalesce(sum(e.revenue_minor) FILTER (WHERE e.booked_on > d.today - 30 "
            "  AND e.booked_on <= d.today), 0)::bigint AS days_30_minor, "
            " sum(e.owed_minor)::bigint AS pending_minor "
            " FROM summary_days e CROSS JOIN (SELECT book_today(clock_at, timezone) AS today "
            "  FROM tenants) d GROUP BY 1) "
            "SELECT json_build_object('object', 'summary', "
            "'as_of', book_today(t.clock_at, t.timezone), 'currency', t.currency, "
            "'customers', json_build_object('registered', coalesce(c.customers, 0), "
            " 'active', coalesce(c.customers_active, 0)), "
            "'subscriptions', json_build_object('active', coalesce(c.services_active, 0), "
            " 'suspended', coalesce(c.services_suspended, 0)), "
            "'revenue', json_build_object('days_30_minor', coalesce(d.days_30_minor, 0), "
            " 'all_time_minor', coalesce(d.all_time_minor, 0)), "
            "'invoices', json_build_object('pending', coalesce(c.invoices_pending, 0), "
            " 'pending_minor', coalesce(d.pending_minor, 0), 'recent', "
            " (SELECT coalesce(json_agg(row_to_json(i) ORDER BY i.number_seq DESC), '[]') FROM ("
            " SELECT v.invoice, v.number, v.customer, v.status, v.currency, v.minor, "
            " v.open_minor, v.issued_on, v.due_on, s.number_seq "
            " FROM summary_invoices s JOIN invoices v USING (tenant, invoice)) i)), "
            "'others', (SELECT coalesce(json_agg(json_build_object('currency', o.currency, "
            " 'days_30_minor', o.days_30_minor, 'all_time_minor', o.all_time_minor, "
            " 'pending_minor', o.pending_minor) ORDER BY o.currency), '[]') "
            " FROM days o WHERE o.currency <> t.currency)) "
            "FROM tenants t LEFT JOIN summary_counts c USING (tenant) "
            "LEFT JOIN days d ON d.currency = t.currency",
    };
    return read_one(pool, query, summary);
}

} // namespace tollbook::api
