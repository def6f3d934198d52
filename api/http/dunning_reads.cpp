#include "api/http/dunning_routes.hpp"
#include "api/http/read_sql.hpp"

namespace tollbook::api {

// The next step is the first of its policy's newest version that was not taken.
Result<ReadAnswer> list_dunning(ReaderPool& pool, const Query& query) {
    static constexpr ListOf dunning{
        .name = "dunning",
        .select =
            "SELECT 'dunning' AS object, d.service, d.customer, d.policy, d.policy_version, "
            "d.status, d.due_since, d.steps, d.step, d.action, @d.taken_at, d.fees_minor, "
            "k.currency, "
            "n.step AS next_step, n.action AS next_action, d.due_since + n.after_days AS next_on "
            "FROM dunning_services d LEFT JOIN customer_currencies k "
            " ON k.tenant = d.tenant AND k.customer = d.customer LEFT JOIN LATERAL ("
            " SELECT e.value->>'step' AS step, e.value->>'action' AS action, "
            " (e.value->>'after_days')::integer AS after_days "
            " FROM (SELECT steps FROM dunning_policies p "
            "  WHERE p.tenant = d.tenant AND p.policy = d.policy ORDER BY version DESC LIMIT 1) p "
            " CROSS JOIN LATERAL jsonb_array_elements(p.steps) WITH ORDINALITY AS e(value, place) "
            " WHERE d.status = 'open' AND e.value->>'step' <> ALL (d.steps) "
            " ORDER BY e.place LIMIT 1) n ON true "
            "WHERE ($3::text IS NULL OR d.customer = $3) AND ($4::text IS NULL OR d.policy = $4) "
            "AND d.status = coalesce($5::text, 'open')",
        .key = "r.service",
    };
    return read_list(
        pool,
        query,
        dunning,
        {text_parameter(query, "customer"),
         text_parameter(query, "policy"),
         text_parameter(query, "status")}
    );
}

Result<ReadAnswer> list_dunning_policies(ReaderPool& pool, const Query& query) {
    static constexpr ListOf policies{
        .name = "dunning-policies",
        .select = "SELECT 'dunning_policy' AS object, policy, version, steps, calendar, "
                  "suspended_time, catch_up, @defined_at FROM dunning_policies",
        .key = "r.policy || ' ' || lpad(r.version::text, 9, '0')",
    };
    return read_list(pool, query, policies);
}

Result<ReadAnswer> list_dunning_assignments(ReaderPool& pool, const Query& query) {
    static constexpr ListOf assignments{
        .name = "dunning-assignments",
        .select = "SELECT 'dunning_assignment' AS object, customer_group, plan, policy, "
                  "@assigned_at FROM dunning_assignments WHERE policy IS NOT NULL",
        .key = "r.customer_group || ' ' || r.plan",
    };
    return read_list(pool, query, assignments);
}

// Nobody is reminded of what was paid meanwhile.
Result<ReadAnswer> list_notices(ReaderPool& pool, const Query& query) {
    static constexpr ListOf notices{
        .name = "notices",
        .select =
            "SELECT 'notice' AS object, n.service, n.customer, n.step, n.due_since, n.owed_minor, "
            "k.currency, n.status, @n.asked_at, @n.sent_at, n.channel, n.message FROM "
            "dunning_notices n "
            "JOIN dunning_services d ON d.tenant = n.tenant AND d.service = n.service "
            "LEFT JOIN customer_currencies k ON k.tenant = n.tenant AND k.customer = n.customer "
            "WHERE ($3::text IS NULL OR n.customer = $3) "
            "AND n.status = coalesce($4::text, 'pending') AND (n.status <> 'pending' "
            " OR (d.status = 'open' AND d.due_since = n.due_since))",
        .key = "r.service || ' ' || r.due_since || ' ' || r.step",
    };
    return read_list(
        pool, query, notices, {text_parameter(query, "customer"), text_parameter(query, "status")}
    );
}

} // namespace tollbook::api
