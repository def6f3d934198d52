#include "api/http/read_sql.hpp"
#include "api/http/top_up_routes.hpp"

namespace tollbook::api {

Result<ReadAnswer> list_top_up_rules(ReaderPool& pool, const Query& query) {
    static constexpr ListOf rules{
        .name = "top-up-rules",
        .select = "SELECT 'top_up_rule' AS object, customer, rule, status, trigger, action, "
                  "k.currency, terms, next_on, taken, @set_at FROM top_up_rules "
                  "LEFT JOIN customer_currencies k USING (tenant, customer) "
                  "WHERE ($3::text IS NULL OR customer = $3) AND status = coalesce($4, 'active')",
        .key = "(r.customer || '/' || r.rule)",
    };
    return read_list(
        pool, query, rules, {text_parameter(query, "customer"), text_parameter(query, "status")}
    );
}

Result<ReadAnswer> list_top_ups(ReaderPool& pool, const Query& query) {
    static constexpr ListOf top_ups{
        .name = "top-ups",
        .select = "SELECT 'top_up' AS object, top_up, customer, rule, action, status, minor, "
                  "available_minor, k.currency, due_on, payment, reason, @taken_at, @ended_at "
                  "FROM top_ups LEFT JOIN customer_currencies k USING (tenant, customer) "
                  "WHERE ($3::text IS NULL OR customer IN (SELECT same_customers($3))) AND "
                  "($4::text IS NULL OR status = $4)",
        .key = "r.top_up",
    };
    return read_list(
        pool, query, top_ups, {text_parameter(query, "customer"), text_parameter(query, "status")}
    );
}

Result<ReadAnswer> list_billing_runs(ReaderPool& pool, const Query& query) {
    static constexpr ListOf runs{
        .name = "billing-runs",
        .select = "SELECT 'billing_run' AS object, run, state, trigger, by_whom AS by, preview, "
                  "@started_at, @finished_at, NULLIF(currency, '') AS currency, charged_minor, "
                  "invoiced_minor, others, counts, "
                  "jsonb_array_length(parked) AS parked_named, seq FROM billing_runs",
        .key = "r.seq",
        .key_type = "bigint",
        .newest_first = true,
    };
    return read_list(pool, query, runs);
}

Result<ReadAnswer> get_billing_run(ReaderPool& pool, const Query& query) {
    static constexpr OneOf run{
        .select =
            "SELECT row_to_json(r) FROM (SELECT 'billing_run' AS object, run, state, trigger, "
            "by_whom AS by, preview, @started_at, @finished_at, "
            "NULLIF(currency, '') AS currency, charged_minor, invoiced_minor, others, counts, "
            "parked, seq FROM billing_runs WHERE run = $1) r",
        .absent = Errc::billing_run_unknown,
    };
    return read_one(pool, query, run, {text_parameter(query, "run")});
}

} // namespace tollbook::api
