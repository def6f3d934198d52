#include "api/http/reads.hpp"

#include "api/http/read_sql.hpp"

namespace tollbook::api {

Result<ReadAnswer> list_tenants(ReaderPool& pool, const Query& query) {
    static constexpr ListOf tenants{
        .name = "tenants",
        .select = "SELECT 'tenant' AS object, tenant, name, timezone, currency, test_clock, "
                  "closed_through, billing_from_hour, @opened_at FROM tenants",
        .key = "r.tenant",
    };
    return read_list(pool, query, tenants);
}

Result<ReadAnswer> get_tenant(ReaderPool& pool, const Query& query) {
    static constexpr OneOf tenant{
        .select = "SELECT row_to_json(r) FROM (SELECT 'tenant' AS object, tenant, name, timezone, "
                  "currency, legal_entity, mpesa_shortcodes, tills, recognition, renewal_anchor, "
                  "test_clock, @clock_at, closed_through, partition, @opened_at FROM tenants) r",
    };
    return read_one(pool, query, tenant);
}

Result<ReadAnswer> list_plans(ReaderPool& pool, const Query& query) {
    static constexpr ListOf plans{
        .name = "plans",
        .select =
            "SELECT 'plan' AS object, plan, version, name, price_minor, currency, tax_code, "
            "tax_percent, period, period_count, setup_minor, trial_days, proration, first_period, "
            "kind, includes, prices, valid_from, "
            "down_mbps, up_mbps, @defined_at FROM plans",
        .key = "r.plan || ' ' || lpad(r.version::text, 9, '0')",
    };
    return read_list(pool, query, plans);
}

Result<ReadAnswer> list_routers(ReaderPool& pool, const Query& query) {
    static constexpr ListOf routers{
        .name = "routers",
        .select =
            "SELECT 'router' AS object, r.router, r.driver, r.address, r.port, r.tls, r.username, "
            "@r.registered_at, "
            "count(s.site) FILTER (WHERE s.phase <> 'removed') AS sites, "
            "count(s.site) FILTER (WHERE s.phase <> 'removed' AND s.wanted_enabled) AS wanted_on, "
            "count(s.site) FILTER (WHERE s.phase <> 'removed' AND "
            "s.applied_seq IS DISTINCT FROM s.wanted_seq) AS pending, "
            "count(s.site) FILTER (WHERE s.failed_at IS NOT NULL) AS failed, "
            "coalesce(sum(s.repairs), 0) AS repairs "
            "FROM routers r LEFT JOIN sites s ON s.tenant = r.tenant AND s.target = r.router "
            "GROUP BY r.tenant, r.router",
        .key = "r.router",
    };
    return read_list(pool, query, routers);
}

Result<ReadAnswer> list_customers(ReaderPool& pool, const Query& query) {
    static constexpr ListOf customers{
        .name = "customers",
        .select = "SELECT 'customer' AS object, c.customer, c.name, c.phone, c.mail, w.entity, "
                  "@c.registered_at, w.balance_minor, k.currency, m.merged_into "
                  "FROM customers c LEFT JOIN wallets w USING (tenant, customer) "
                  "LEFT JOIN customer_currencies k USING (tenant, customer) "
                  "LEFT JOIN merged_customers m USING (tenant, customer) "
                  "WHERE ($3::text IS NULL OR c.customer ILIKE $3 || '%' "
                  "OR c.name ILIKE '%' || $3 || '%' OR c.phone LIKE '%' || $3 || '%') "
                  "AND ($4::text IS NULL OR w.entity = $4)",
        .key = "r.customer",
    };
    return read_list(
        pool, query, customers, {text_parameter(query, "q"), text_parameter(query, "entity")}
    );
}

Result<ReadAnswer> get_customer(ReaderPool& pool, const Query& query) {
    static constexpr OneOf customer{
        .select =
            "SELECT row_to_json(r) FROM (SELECT 'customer' AS object, c.customer, c.name, c.phone, "
            "c.mail, (SELECT coalesce(c.entity, t.legal_entity) FROM tenants t) AS entity, "
            "(SELECT coalesce(c.currency, t.currency) FROM tenants t) AS currency, "
            "@c.registered_at, "
            "(SELECT coalesce(json_agg(p.reference ORDER BY p.seq), '[]') "
            " FROM payment_references p WHERE p.customer = c.customer) AS references, "
            "(SELECT coalesce(json_agg(json_build_object('entity', w.entity, 'currency', "
            " w.currency, 'balance_minor', w.balance_minor) ORDER BY w.entity, w.currency), '[]') "
            " FROM wallets w WHERE w.customer = c.customer) AS wallets, "
            "(SELECT coalesce(json_agg(json_build_object('service', s.service, 'plan', s.plan, "
            " 'status', s.status, 'blocks', s.blocks, 'renews_on', s.renews_on) "
            " ORDER BY s.service), '[]') "
            " FROM services s WHERE s.customer = c.customer) AS services, "
            "(SELECT g.customer_group FROM customer_groups g WHERE g.customer = c.customer) "
            " AS customer_group, "
            "(SELECT m.merged_into FROM merged_customers m WHERE m.customer = c.customer) "
            " AS merged_into, "
            "(SELECT coalesce(json_agg(m.customer ORDER BY m.seq), '[]') "
            " FROM merged_customers m WHERE m.merged_into = c.customer) AS merged, "
            "coalesce((SELECT b.mode FROM billing_modes b WHERE b.customer = c.customer), "
            " 'prepaid') AS billing_mode "
            "FROM customers c WHERE c.customer = $1) r",
        .absent = Errc::customer_unknown,
    };
    return read_one(pool, query, customer, {text_parameter(query, "customer")});
}

Result<ReadAnswer> list_services(ReaderPool& pool, const Query& query) {
    static constexpr ListOf services{
        .name = "services",
        .select =
            "SELECT 'service' AS object, service, customer, plan, plan_version, site, status, "
            "blocks, renews_on, anchor_day, scheduled, next_plan, next_plan_version, "
            "next_plan_not_before, promised_until, days_left, ended_on, @status_since, @cut_at, "
            "@added_at FROM services "
            "WHERE ($3::text IS NULL OR status = $3) AND ($4::text IS NULL OR customer = $4)",
        .key = "r.service",
    };
    return read_list(
        pool, query, services, {text_parameter(query, "status"), text_parameter(query, "customer")}
    );
}

Result<ReadAnswer> get_service(ReaderPool& pool, const Query& query) {
    static constexpr OneOf service{
        .select =
            "SELECT row_to_json(r) FROM (SELECT 'service' AS object, v.service, v.customer, "
            "v.plan, v.plan_version, v.site, v.status, v.blocks, v.renews_on, v.anchor_day, "
            "v.scheduled, v.next_plan, v.next_plan_version, v.next_plan_not_before, "
            "v.promised_until, v.days_left, v.ended_on, @v.status_since, @v.cut_at, @v.added_at, "
            "(SELECT coalesce(json_agg(row_to_json(a) ORDER BY a.addon), '[]') FROM ("
            " SELECT a.addon, a.plan_version, a.quantity, p.price_minor, p.currency, "
            " a.from_day AS from, "
            " a.ending_on, a.next_version, a.next_quantity, a.next_not_before, @a.added_at "
            " FROM service_addons a "
            " JOIN customer_currencies k ON k.customer = v.customer "
            " JOIN plan_prices p ON p.plan = a.addon AND p.version = a.plan_version "
            "  AND p.currency = k.currency "
            " WHERE a.service = v.service AND a.removed_on IS NULL) a) AS addons, "
            "(SELECT coalesce(json_agg(row_to_json(h) ORDER BY h.seq), '[]') FROM ("
            " SELECT seq, kind, reason, status, blocks, renews_on, charge, payment, "
            " @effective_at, @recorded_at FROM service_history "
            " WHERE service = v.service ORDER BY service_history.seq DESC LIMIT 100) h) AS history "
            "FROM services v WHERE v.service = $1) r",
        .absent = Errc::service_unknown,
    };
    return read_one(pool, query, service, {text_parameter(query, "service")});
}

Result<ReadAnswer> list_sites(ReaderPool& pool, const Query& query) {
    static constexpr ListOf sites{
        .name = "sites",
        .select =
            "SELECT 'site' AS object, site, service, customer, kind, target, username, profile, "
            "phase, wanted_enabled, wanted_seq, @wanted_at, applied_enabled, applied_seq, "
            "@applied_at, failed_error, failed_detail, @failed_at, repairs FROM sites "
            "WHERE $3::text IS NULL OR target = $3",
        .key = "r.site",
    };
    return read_list(pool, query, sites, {text_parameter(query, "router")});
}

Result<ReadAnswer> list_events(ReaderPool& pool, const Query& query) {
    static constexpr ListOf events{
        .name = "events",
        .select =
            "SELECT 'event' AS object, seq, tenant_seq, partition, stream, revision, type, "
            "schema_version, event_id AS id, command_id, idempotency_key, @recorded_at, "
            "@effective_at, booked_on, actor, correlation, causation, encode(hash, 'hex') AS hash "
            "FROM event_index "
            "WHERE ($3::text IS NULL OR stream = $3) AND ($4::text IS NULL OR type = $4)",
        .key = "r.seq",
        .key_type = "bigint",
        .newest_first = true,
    };
    return read_list(
        pool, query, events, {text_parameter(query, "stream"), text_parameter(query, "type")}
    );
}

Result<ReadAnswer> list_parked_keys(ReaderPool& pool, const Query& query) {
    static constexpr ListOf parked{
        .name = "parked-keys",
        .select = "SELECT 'parked_key' AS object, projection, key, group_seq, first_seq, event_id, "
                  "type, reason, waiting, @since FROM parked_keys",
        .key = "r.projection || ' ' || r.key",
    };
    return read_list(pool, query, parked);
}

} // namespace tollbook::api
