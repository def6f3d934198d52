#include "api/http/finance_reads.hpp"

#include "api/http/report_sql.hpp"

#include <array>

namespace tollbook::api {

namespace {

using Keys = std::array<ReportKey, 1>;

} // namespace

// Every posting, by account, then in the order of days; the balance is the account's own, whatever
// is shown of it.
Result<ReadAnswer> report_general_ledger(ReaderPool& pool, const Query& query) {
    static constexpr std::array<ReportKey, 4> keys{
        {{"account", "text"}, {"booked_on", "date"}, {"seq", "bigint"}, {"leg", "bigint"}}};
    static constexpr ReportOf ledger{
        .name = "general-ledger",
        .lines = "SELECT p.tenant, p.account, p.entity, p.currency, p.booked_on, p.seq, p.leg, "
                 "p.type, p.minor, p.effective_at, p.recorded_at FROM postings p "
                 "WHERE ({account} IS NULL OR p.account = {account}) "
                 "AND ({from} IS NULL OR p.booked_on >= {from}) "
                 "AND ({to} IS NULL OR p.booked_on <= {to}) "
                 "AND ({known} IS NULL OR p.seq <= {known}) "
                 "AND ({entity} IS NULL OR p.entity = {entity})",
        .keys = keys,
        .shown =
            "WITH opening AS MATERIALIZED (" // Once for each account of the page.
            "SELECT f.account, f.entity, f.currency, balance_before(f.tenant, f.entity, f.account, "
            " f.currency, f.booked_on, f.seq, f.leg, (SELECT known FROM given)) AS minor FROM ("
            "SELECT DISTINCT ON (account, entity, currency) * FROM page "
            " ORDER BY account, entity, currency, booked_on, seq, leg) f"
            ") SELECT s.account, s.entity, s.currency, s.booked_on, s.seq, s.leg, s.type, s.minor, "
            "(o.minor + sum(s.minor) OVER (PARTITION BY s.account, s.entity, s.currency "
            " ORDER BY s.booked_on, s.seq, s.leg))::bigint AS balance_minor, "
            "@s.effective_at, @s.recorded_at "
            "FROM page s JOIN opening o USING (account, entity, currency)",
    };
    return read_report(pool, query, ledger);
}

Result<ReadAnswer> report_aging(ReaderPool& pool, const Query& query) {
    static constexpr std::array<ReportKey, 3> keys{
        {{"customer", "text"}, {"entity", "text"}, {"currency", "text"}}};
    static constexpr ReportOf aging{
        .name = "aging",
        .lines =
            "SELECT d.customer, d.entity, d.currency, sum(d.minor)::bigint AS owed_minor, "
            "min(d.arose_on) AS oldest_on, "
            "coalesce(sum(d.minor) FILTER (WHERE d.days <= 30), 0)::bigint AS days_0_30_minor, "
            "coalesce(sum(d.minor) FILTER (WHERE d.days BETWEEN 31 AND 60), 0)::bigint "
            " AS days_31_60_minor, "
            "coalesce(sum(d.minor) FILTER (WHERE d.days BETWEEN 61 AND 90), 0)::bigint "
            " AS days_61_90_minor, "
            "coalesce(sum(d.minor) FILTER (WHERE d.days > 90), 0)::bigint AS days_over_90_minor "
            "FROM (SELECT w.*, {as_of} - w.arose_on AS days FROM ("
            "SELECT * FROM wallet_debts({as_of}, {known}) UNION ALL "
            "SELECT * FROM invoice_debts({as_of}, {known})) w "
            "WHERE {entity} IS NULL OR w.entity = {entity}) d GROUP BY 1, 2, 3",
        .keys = keys,
        .totals = "SELECT entity, currency, count(customer) AS customers, "
                  "coalesce(sum(owed_minor), 0)::bigint AS owed_minor, "
                  "coalesce(sum(days_0_30_minor), 0)::bigint AS days_0_30_minor, "
                  "coalesce(sum(days_31_60_minor), 0)::bigint AS days_31_60_minor, "
                  "coalesce(sum(days_61_90_minor), 0)::bigint AS days_61_90_minor, "
                  "coalesce(sum(days_over_90_minor), 0)::bigint AS days_over_90_minor "
                  "FROM lines FULL JOIN (SELECT coalesce((SELECT entity FROM given), "
                  " legal_entity) AS entity, currency FROM tenants) t "
                  "USING (entity, currency) GROUP BY 1, 2 ORDER BY 1, 2",
    };
    return read_report(pool, query, aging);
}

// Of periods that were charged and are not over.
Result<ReadAnswer> report_deferred_revenue(ReaderPool& pool, const Query& query) {
    static constexpr std::array<ReportKey, 2> keys{{{"plan", "text"}, {"currency", "text"}}};
    static constexpr ReportOf deferred{
        .name = "deferred-revenue",
        .lines = "SELECT coalesce(l.plan, '') AS plan, l.currency, "
                 "count(DISTINCT l.charge) AS charges, sum(l.net)::bigint AS net_minor, "
                 "sum(l.earned)::bigint AS recognised_minor, "
                 "sum(l.net - l.earned)::bigint AS deferred_minor, "
                 "max(l.service_to) AS last_day_after FROM ("
                 "SELECT c.*, recognised_minor(c.net, c.service_from, c.service_to, {as_of}) "
                 " AS earned FROM charge_lines(NULL, {as_of}, {known}) c "
                 "WHERE c.service_to > c.service_from AND c.service_to > {as_of} + 1 "
                 "AND ({entity} IS NULL OR c.customer IN (SELECT customers_of({entity})))) l "
                 "GROUP BY 1, 2",
        .keys = keys,
        .totals = "SELECT currency, coalesce(sum(charges), 0)::bigint AS charges, "
                  "coalesce(sum(net_minor), 0)::bigint AS net_minor, "
                  "coalesce(sum(recognised_minor), 0)::bigint AS recognised_minor, "
                  "coalesce(sum(deferred_minor), 0)::bigint AS deferred_minor "
                  "FROM lines FULL JOIN (SELECT currency FROM tenants) t USING (currency) "
                  "GROUP BY 1 ORDER BY 1",
    };
    return read_report(pool, query, deferred);
}

// By the lines of charges. What any other event posted to revenue stands under that event's type,
// so that the sum is always the ledger's.
Result<ReadAnswer> report_revenue_by_plan(ReaderPool& pool, const Query& query) {
    static constexpr std::array<ReportKey, 3> keys{
        {{"plan", "text"}, {"component", "text"}, {"currency", "text"}}};
    static constexpr ReportOf revenue{
        .name = "revenue-by-plan",
        .lines = "SELECT coalesce(l.plan, '') AS plan, l.component, l.currency, "
                 "count(DISTINCT l.charge) AS charges, sum(l.net)::bigint AS net_minor, "
                 "sum(l.tax)::bigint AS tax_minor, sum(l.net + l.tax)::bigint AS minor FROM ("
                 "SELECT c.plan, CASE WHEN {by} = 'plan' THEN '' ELSE c.component END "
                 " AS component, c.currency, c.charge, c.net, c.tax "
                 "FROM charge_lines({from}, {to}, {known}) c "
                 "WHERE {entity} IS NULL OR c.customer IN (SELECT customers_of({entity})) "
                 "UNION ALL SELECT o.part, CASE WHEN {by} = 'plan' THEN '' ELSE o.type END, "
                 " o.currency, NULL, -o.minor, 0 FROM ("
                 "SELECT * FROM other_postings('revenue', {from}, {to}, {known}) UNION ALL "
                 "SELECT * FROM other_postings('fee', {from}, {to}, {known})) o "
                 "WHERE {entity} IS NULL OR o.entity = {entity}"
                 ") l GROUP BY 1, 2, 3",
        .keys = keys,
        .totals = "SELECT currency, coalesce(sum(net_minor), 0)::bigint AS net_minor, "
                  "coalesce(sum(tax_minor), 0)::bigint AS tax_minor, "
                  "coalesce(sum(minor), 0)::bigint AS minor "
                  "FROM lines FULL JOIN (SELECT currency FROM tenants) t USING (currency) "
                  "GROUP BY 1 ORDER BY 1",
    };
    const SqlParam by = text_parameter(query, "by");
    if (by && *by != "plan" && *by != "component")
        return Error{Errc::value_out_of_range, "by: plan or component"};
    return read_report(pool, query, revenue);
}

// `tax_code` is empty for what is not taxed, and `rate_ppm` is 0 where no rate is told. `net_minor`
// counts each net once, with the first of several taxes; `base_minor` is the net that the rate was
// charged on. `other_tax_minor`: posted by other events than charges, which name no base.
Result<ReadAnswer> report_tax(ReaderPool& pool, const Query& query) {
    static constexpr std::array<ReportKey, 3> keys{
        {{"tax_code", "text"}, {"rate_ppm", "bigint"}, {"currency", "text"}}};
    static constexpr ReportOf tax{
        .name = "tax",
        .lines = "SELECT coalesce(l.tax_code, '') AS tax_code, l.rate_ppm, l.currency, "
                 "count(DISTINCT l.charge) AS charges, sum(l.net)::bigint AS net_minor, "
                 "sum(l.base)::bigint AS base_minor, sum(l.tax)::bigint AS tax_minor, "
                 "sum(l.other)::bigint AS other_tax_minor FROM ("
                 "SELECT c.tax_code, c.rate_ppm, c.currency, c.charge, c.net, c.base, c.tax, "
                 " 0 AS other "
                 "FROM charge_lines({from}, {to}, {known}) c "
                 "WHERE {entity} IS NULL OR c.customer IN (SELECT customers_of({entity})) "
                 "UNION ALL SELECT o.part, 0, o.currency, NULL, 0, 0, 0, -o.minor "
                 "FROM other_postings('tax', {from}, {to}, {known}) o "
                 "WHERE {entity} IS NULL OR o.entity = {entity}"
                 ") l GROUP BY 1, 2, 3",
        .keys = keys,
        .totals = "SELECT currency, coalesce(sum(net_minor), 0)::bigint AS net_minor, "
                  "coalesce(sum(tax_minor), 0)::bigint AS tax_minor, "
                  "coalesce(sum(other_tax_minor), 0)::bigint AS other_tax_minor "
                  "FROM lines FULL JOIN (SELECT currency FROM tenants) t USING (currency) "
                  "GROUP BY 1 ORDER BY 1",
    };
    return read_report(pool, query, tax);
}

Result<ReadAnswer> report_mrr(ReaderPool& pool, const Query& query) {
    static constexpr std::array<ReportKey, 2> keys{{{"plan", "text"}, {"currency", "text"}}};
    static constexpr ReportOf mrr{
        .name = "mrr",
        .lines = "SELECT s.plan, s.currency, count(*) FILTER (WHERE NOT s.addon) AS services, "
                 "count(*) FILTER (WHERE s.addon) AS addons, "
                 "count(DISTINCT s.customer) AS customers, sum(s.monthly_minor)::bigint "
                 "AS mrr_minor FROM recurring_parts({as_of}, {known}) s "
                 "WHERE {entity} IS NULL OR s.customer IN (SELECT customers_of({entity})) "
                 "GROUP BY 1, 2",
        .keys = keys,
        .totals = "SELECT currency, coalesce(sum(services), 0)::bigint AS services, "
                  "coalesce(sum(addons), 0)::bigint AS addons, "
                  "coalesce(sum(mrr_minor), 0)::bigint AS mrr_minor "
                  "FROM lines FULL JOIN (SELECT currency FROM tenants) t USING (currency) "
                  "GROUP BY 1 ORDER BY 1",
    };
    return read_report(pool, query, mrr);
}

// What opens, what became of it, what closes. Losses are below zero, so the lines between add up to
// the difference.
Result<ReadAnswer> report_mrr_movement(ReaderPool& pool, const Query& query) {
    static constexpr std::array<ReportKey, 2> keys{{{"currency", "text"}, {"line", "bigint"}}};
    static constexpr ReportOf movement{
        .name = "mrr-movement",
        .lines =
            "SELECT k.currency, m.line, m.movement, "
            "count(c.service) FILTER (WHERE CASE m.movement "
            " WHEN 'opening' THEN c.before_minor IS NOT NULL "
            " WHEN 'closing' THEN c.after_minor IS NOT NULL "
            " ELSE c.movement = m.movement END) AS services, "
            "coalesce(sum(CASE m.movement WHEN 'opening' THEN c.before_minor "
            " WHEN 'closing' THEN c.after_minor ELSE CASE WHEN c.movement = m.movement "
            " THEN coalesce(c.after_minor, 0) - coalesce(c.before_minor, 0) END END), 0)::bigint "
            " AS mrr_minor "
            "FROM (VALUES (1, 'opening'), (2, 'new'), (3, 'reactivated'), (4, 'expansion'), "
            " (5, 'contraction'), (6, 'churned'), (7, 'closing')) AS m (line, movement) "
            "CROSS JOIN (SELECT currency FROM tenants UNION SELECT currency FROM plan_prices) k "
            "LEFT JOIN recurring_changes({from}, coalesce({to}, (SELECT as_of FROM given)), "
            " {known}) c ON c.currency = k.currency "
            " AND ({entity} IS NULL OR c.customer IN (SELECT customers_of({entity}))) "
            "GROUP BY 1, 2, 3",
        .keys = keys,
    };
    return read_report(pool, query, movement);
}

// Customers and services that recurred before the days, those that came, and those that are gone at
// their end. The rate is of those at the start, in hundredths of a percent, halves up.
Result<ReadAnswer> report_churn(ReaderPool& pool, const Query& query) {
    static constexpr Keys keys{{{"of", "text"}}};
    static constexpr ReportOf churn{
        .name = "churn",
        .lines =
            "SELECT o.of, count(*) FILTER (WHERE o.before) AS at_start, "
            "count(*) FILTER (WHERE o.after AND NOT o.before) AS gained, "
            "count(*) FILTER (WHERE o.before AND NOT o.after) AS lost, "
            "count(*) FILTER (WHERE o.after) AS at_end, "
            "(20000 * count(*) FILTER (WHERE o.before AND NOT o.after) + count(*) FILTER (WHERE "
            " o.before)) / nullif(2 * count(*) FILTER (WHERE o.before), 0) AS churn_basis_points "
            "FROM (WITH changes AS (SELECT * FROM recurring_changes({from}, "
            "  coalesce({to}, (SELECT as_of FROM given)), {known}) r "
            " WHERE {entity} IS NULL OR r.customer IN (SELECT customers_of({entity}))) "
            "SELECT 'services' AS of, bool_or(c.before_minor IS NOT NULL) AS before, "
            " bool_or(c.after_minor IS NOT NULL) AS after FROM changes c GROUP BY c.service "
            "UNION ALL SELECT 'customers', bool_or(c.before_minor IS NOT NULL), "
            " bool_or(c.after_minor IS NOT NULL) FROM changes c GROUP BY c.customer "
            "UNION ALL SELECT k.of, false, false FROM (VALUES ('services'), ('customers')) "
            " AS k (of)) o GROUP BY 1",
        .keys = keys,
    };
    return read_report(pool, query, churn);
}

// One entry for each event that moved money, in the order of the log. Rows are those of the tenant:
// asked for it twice, a planner without statistics takes another index than that of seqs.
Result<ReadAnswer> report_journal(ReaderPool& pool, const Query& query) {
    static constexpr Keys keys{{{"seq", "bigint"}}};
    static constexpr ReportOf journal{
        .name = "journal",
        .lines = "SELECT p.seq, p.type, p.booked_on, p.effective_at, p.recorded_at "
                 "FROM postings p WHERE p.leg = 0 "
                 "AND ({entity} IS NULL OR EXISTS (SELECT FROM postings f "
                 " WHERE f.seq = p.seq AND f.entity = {entity})) "
                 "AND ({from} IS NULL OR p.booked_on >= {from}) "
                 "AND ({to} IS NULL OR p.booked_on <= {to}) "
                 "AND ({known} IS NULL OR p.seq <= {known})",
        .keys = keys,
        .shown = "SELECT s.seq, e.event_id AS id, s.type, e.stream, s.booked_on, @s.effective_at, "
                 "@s.recorded_at, (SELECT json_agg(json_build_object('account', l.account, "
                 "'entity', l.entity, 'currency', l.currency, 'minor', l.minor) ORDER BY l.leg) "
                 "FROM postings l WHERE l.seq = s.seq AND (g.entity IS NULL "
                 " OR l.entity = g.entity)) AS postings "
                 "FROM given g CROSS JOIN page s LEFT JOIN event_index e USING (seq)",
    };
    return read_report(pool, query, journal);
}

// The accounts that were ever posted to, with the day from which they are open.
Result<ReadAnswer> report_journal_accounts(ReaderPool& pool, const Query& query) {
    static constexpr std::array<ReportKey, 2> keys{{{"entity", "text"}, {"account", "text"}}};
    static constexpr ReportOf accounts{
        .name = "journal-accounts",
        .lines = "SELECT b.tenant, b.entity, b.account, min(b.kind) AS kind "
                 "FROM account_balances b WHERE {entity} IS NULL OR b.entity = {entity} "
                 "GROUP BY 1, 2, 3",
        .keys = keys,
        .shown = "SELECT s.entity, s.account, s.kind, json_agg(d.currency ORDER BY d.currency) "
                 "AS currencies, min(d.opened_on) AS opened_on FROM page s JOIN LATERAL ("
                 "SELECT a.currency, min(a.booked_on) AS opened_on FROM account_days a "
                 "WHERE a.tenant = s.tenant AND a.entity = s.entity AND a.account = s.account "
                 "GROUP BY 1) d ON true GROUP BY 1, 2, 3",
    };
    return read_report(pool, query, accounts);
}

} // namespace tollbook::api
