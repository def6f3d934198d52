#include "bench/provider_rows.hpp"

#include "ledger/ensure.hpp"
#include "projections/catalogue.hpp"
#include "projections/migrations.hpp"

#include <fmt/format.h>

#include <functional>
#include <string_view>

namespace tollbook::bench {

namespace {

constexpr int months = 36;

// Month 35 is November 2026. `seq` leaves room for the four events of a customer in a month.
constexpr std::string_view people_sql = R"(
CREATE TEMP TABLE people AS
SELECT i, 'C' || lpad(i::text, 7, '0') AS customer, i % 5 = 2 AS invoiced,
       CASE WHEN i % 100 = 0 THEN 36 WHEN i % 10 = 1 THEN 8 ELSE 3 END AS months
FROM generate_series(0, {customers} - 1) i ORDER BY i;
ANALYZE people)";

// Who was there in the month, when it fell due for each, and what the newest invoices still owe.
constexpr std::string_view month_sql = R"(
DROP TABLE IF EXISTS due;
CREATE TEMP TABLE due AS
SELECT p.i, p.customer, p.invoiced, {month} = 35 AND p.invoiced AND p.i % 3 = 0 AS owed,
       d.day, d.day::timestamptz + interval '6 hours' AS at,
       ({month}::bigint * {customers} + p.i) * 4 AS seq,
       'mpesa:R' || {month} || 'X' || p.i AS payment,
       p.customer || '-1:period:' || d.day || ':0' AS charge,
       'bill~' || p.customer || '~' || d.day AS invoice
FROM people p CROSS JOIN LATERAL (
    SELECT (date '2023-12-01' + make_interval(months => {month}))::date + p.i % 28 AS day) d
WHERE p.months >= 36 - {month} ORDER BY p.i)";

constexpr std::string_view period_line = R"(jsonb_build_array(jsonb_build_object(
    'component', 'period', 'plan', 'HOME', 'plan_version', 1, 'net', 129310, 'tax_code', 'vat16',
    'tax', 20690, 'service_from', day, 'service_to', (day + interval '1 month')::date)))";

constexpr std::string_view statement_sql = R"(
INSERT INTO wallet_statement
SELECT 'bench', seq, 0, customer, 'main', 'KES', 'payment', 150000, 150000, at, at, day, payment,
       NULL, NULL, NULL, NULL::jsonb FROM due WHERE NOT owed
UNION ALL
SELECT 'bench', seq + 1, 0, customer, 'main', 'KES', 'charge', -150000, 0, at, at, day, payment,
       charge, customer || '-1', NULL, {period_line} FROM due WHERE NOT invoiced
UNION ALL
SELECT 'bench', seq + 2, 0, customer, 'main', 'KES', 'invoice', -150000, 0, at, at, day, payment,
       NULL, NULL, invoice, NULL FROM due WHERE invoiced AND NOT owed ORDER BY 2)";

constexpr std::string_view postings_sql = R"(
INSERT INTO postings
SELECT 'bench', d.seq + l.event, l.leg, 'main',
       CASE WHEN l.account IN ('wallet', 'receivable') THEN l.account || ':' || d.customer
            ELSE l.account END, 'KES', l.minor, l.type, d.at, d.at, d.day
FROM due d JOIN (VALUES
    (0, 0, 'cash:mpesa:600901', 150000, 'payment_received', NULL, false),
    (0, 1, 'wallet', -150000, 'payment_received', NULL, false),
    (1, 0, 'wallet', 150000, 'wallet_charged', false, true),
    (1, 1, 'revenue:HOME', -129310, 'wallet_charged', false, true),
    (1, 2, 'tax:vat16', -20690, 'wallet_charged', false, true),
    (1, 0, 'receivable', 150000, 'invoice_issued', true, true),
    (1, 1, 'revenue:HOME', -129310, 'invoice_issued', true, true),
    (1, 2, 'tax:vat16', -20690, 'invoice_issued', true, true),
    (2, 0, 'wallet', 150000, 'funds_applied', true, false),
    (2, 1, 'receivable', -150000, 'funds_applied', true, false)
) AS l (event, leg, account, minor, type, invoiced, unpaid)
ON (l.invoiced IS NULL OR l.invoiced = d.invoiced) AND (l.unpaid OR NOT d.owed)
ORDER BY d.seq + l.event, l.leg)";

constexpr std::string_view invoices_sql = R"(
INSERT INTO invoices
SELECT 'bench', invoice, customer, CASE WHEN owed THEN 'open' ELSE 'paid' END,
       'INV-' || lpad(seq::text, 9, '0'), 'main', 'KES', day, day + 14, 'line', 150000, 129310,
       20690, CASE WHEN owed THEN 150000 ELSE 0 END, CASE WHEN owed THEN 0 ELSE 150000 END, 0, 0, 0,
       {period_line}, NULL, at, at, seq FROM due WHERE invoiced ORDER BY seq)";

constexpr std::string_view days_sql = R"(
INSERT INTO account_days
SELECT tenant, entity, account, currency, booked_on,
       coalesce(sum(minor) FILTER (WHERE minor > 0), 0),
       coalesce(-sum(minor) FILTER (WHERE minor < 0), 0), max(seq)
FROM postings GROUP BY 1, 2, 3, 4, 5)";

constexpr std::string_view balances_sql = R"(
INSERT INTO account_balances
SELECT tenant, entity, account, currency, split_part(account, ':', 1), sum(debit_minor),
       sum(credit_minor), sum(debit_minor) - sum(credit_minor), max(seq)
FROM account_days GROUP BY 1, 2, 3, 4)";

constexpr std::string_view wallets_sql = R"(
INSERT INTO wallets
SELECT 'bench', customer, 'main', 'KES', 0, 0, 0, 0, timestamptz '2026-11-28 06:00Z', i
FROM people)";

constexpr std::string_view customers_sql = R"(
INSERT INTO customers
SELECT 'bench', customer, 'Some Name ' || i, '2547' || lpad(i::text, 8, '0'), NULL, NULL, NULL,
       timestamptz '2023-12-01 06:00Z', i FROM people)";

constexpr std::string_view services_sql = R"(
INSERT INTO services
SELECT 'bench', customer || '-1', customer, 'HOME', 1, customer || '-1',
       date '2026-12-01' + i % 28, 1 + i % 28,
       CASE WHEN i % 20 = 3 THEN ARRAY['unpaid'] ELSE ARRAY[]::text[] END,
       CASE WHEN i % 20 = 3 THEN 'suspended' ELSE 'active' END,
       timestamptz '2023-12-01 06:00Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       timestamptz '2023-12-01 06:00Z', i FROM people)";

// As the read model would have counted them.
constexpr std::string_view summary_sql = R"(
INSERT INTO summary_services SELECT tenant, service, status, seq FROM services;
INSERT INTO summary_customers
SELECT tenant, customer, count(*) FILTER (WHERE status = 'active'), max(seq) FROM services
GROUP BY 1, 2;
INSERT INTO summary_days
SELECT tenant, booked_on, currency,
       coalesce(sum(credit_minor - debit_minor) FILTER (WHERE account NOT LIKE 'receivable%'), 0),
       coalesce(sum(debit_minor - credit_minor) FILTER (WHERE account LIKE 'receivable%'), 0),
       max(seq)
FROM account_days
WHERE account LIKE 'revenue:%' OR account LIKE 'fee%' OR account LIKE 'receivable:%'
GROUP BY 1, 2, 3;
INSERT INTO summary_invoices
SELECT tenant, row_number() OVER (ORDER BY seq DESC) - 1, invoice, seq, seq FROM (
    SELECT * FROM invoices ORDER BY seq DESC LIMIT 10) i;
INSERT INTO summary_counts
SELECT 'bench', (SELECT count(*) FROM customers),
       (SELECT count(*) FROM summary_customers WHERE services_active > 0),
       (SELECT count(*) FROM services WHERE status = 'active'),
       (SELECT count(*) FROM services WHERE status = 'suspended'),
       (SELECT count(*) FROM invoices WHERE open_minor > 0), (SELECT max(seq) FROM postings))";

class Filling {
public:
    Filling(SqlSession& db, std::size_t customers) : db_(db), customers_(customers) {
        run("SET work_mem = '1GB'; SET maintenance_work_mem = '1GB'; "
            "SET client_min_messages = 'warning'; SET search_path = tollbook");
        run(people_sql);
    }

    // Bare tables, the rows, and then what stands on them.
    void refill(std::string_view projection, const std::function<void()>& insert) {
        const auto made = make_projection(projection, live_schema);
        const auto make = [&](DdlPart part) { return run_ddl(db_, *made, live_schema, part); };
        const Status filled = in_transaction(db_, [&]() -> Status {
            for (const RowSet* table : made->tables())
                run("DROP TABLE " + table->shape().qualified() + " CASCADE");
            if (const Status bare = make(DdlPart::rows); !bare) return bare;
            insert();
            return make(DdlPart::indexes);
        });
        ensure(filled.has_value());
    }

    void run(std::string_view sql, int month = 0) {
        const Status done = db_.run(fmt::format(
            fmt::runtime(sql),
            fmt::arg("customers", customers_),
            fmt::arg("month", month),
            fmt::arg("period_line", period_line)
        ));
        ensure(done.has_value());
    }

    void run_monthly(std::string_view sql) {
        for (int month = 0; month < months; ++month) {
            run(month_sql, month);
            run(sql, month);
        }
    }

    std::uint64_t count(const std::string& table) {
        return std::stoull(*db_.query("SELECT count(*) FROM " + table).value().at(0, 0));
    }

private:
    SqlSession& db_;
    std::size_t customers_;
};

} // namespace

std::string customer_name(std::size_t number) { return fmt::format("C{:07}", number); }

ProviderRows fill_read_models(SqlSession& db, std::size_t customers) {
    Filling rows(db, customers);
    rows.refill("subscribers", [&] { rows.run(customers_sql); });
    rows.refill("services", [&] { rows.run(services_sql); });
    rows.refill("wallets", [&] {
        rows.run(wallets_sql);
        rows.run_monthly(statement_sql);
    });
    rows.refill("accounts", [&] {
        rows.run_monthly(postings_sql);
        rows.run(days_sql);
        rows.run(balances_sql);
    });
    rows.refill("invoices", [&] { rows.run_monthly(invoices_sql); });
    rows.refill("summary", [&] { rows.run(summary_sql); });
    ensure(make_reads(db).has_value());
    rows.run("VACUUM (ANALYZE)");
    return {
        rows.count("customers"),
        rows.count("postings"),
        rows.count("wallet_statement"),
        rows.count("invoices")};
}

} // namespace tollbook::bench
