#include "api/cli/demo/day_tables.hpp"

#include "projections/sql_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace tollbook::api {

namespace {

// Cents as shillings.
std::string in_money(std::string_view column) {
    return fmt::format("to_char({} / 100.0, 'FM999,999,999,990.00')", column);
}

void print_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool last = i + 1 == cells.size();
        if (i == 0)
            fmt::print("  {:<{}}", cells[i], widths[i]);
        else
            fmt::print("  {:>{}}", cells[i], widths[i]);
        if (last) fmt::print("\n");
    }
}

void print_table(
    std::string_view title,
    const std::vector<std::string>& columns,
    const std::vector<std::vector<std::string>>& rows
) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t width = columns[i].size();
        for (const auto& row : rows)
            width = std::max(width, row[i].size());
        widths.push_back(width);
    }
    fmt::print("\n{}\n", title);
    print_row(columns, widths);
    for (const auto& row : rows)
        print_row(row, widths);
}

struct Query {
    std::string title;
    std::vector<std::string> columns;
    std::string sql;
};

std::vector<Query> queries() {
    return {
        {"What arrived",
         {"outcome", "callbacks", "at the desk", "amount"},
         "SELECT outcome, count(*) FILTER (WHERE kind = 'callback'),"
         " count(*) FILTER (WHERE kind = 'desk'), " +
             in_money("coalesce(sum(minor), 0)") +
             " FROM arrivals WHERE tenant = $1 GROUP BY 1 ORDER BY 1"},
        {"Where the accepted money stands",
         {"where", "payments", "amount"},
         "SELECT CASE WHEN customer IS NULL THEN 'suspense: ' || suspense_reason ELSE 'wallets' "
         "END,"
         " count(*), " +
             in_money("sum(standing_minor)") +
             " FROM payments WHERE tenant = $1 GROUP BY 1 ORDER BY 1 DESC"},
        {"Services",
         {"what", "services"},
         "SELECT 'renewed by the run', count(*) FROM renewals WHERE tenant = $1 AND payment IS NULL"
         " UNION ALL SELECT 'cut for unpaid', count(*) FROM cuts"
         "  WHERE tenant = $1 AND reason = 'unpaid'"
         " UNION ALL SELECT 'reconnected by a payment', count(*) FROM reconnections"
         "  WHERE tenant = $1 AND payment IS NOT NULL"
         " UNION ALL SELECT 'of them paid before the cut', count(*) FROM reconnections"
         "  WHERE tenant = $1 AND paid_before_cut_minutes IS NOT NULL"
         " UNION ALL SELECT 'off at the end of the day', count(*) FROM services"
         "  WHERE tenant = $1 AND cardinality(blocks) > 0"},
        {"Trial balance",
         {"account", "debit", "credit"},
         "SELECT CASE kind WHEN 'revenue' THEN 'revenue' ELSE account END, " +
             in_money("sum(greatest(balance_minor, 0))") + ", " +
             in_money("sum(greatest(-balance_minor, 0))") +
             " FROM trial_balance WHERE tenant = $1 GROUP BY 1 ORDER BY 1"},
        {"Controls: ledger = sub-ledger",
         {"control", "ledger", "sub-ledger", "difference"},
         "SELECT name || CASE part WHEN '' THEN '' ELSE ' ' || part END, " + in_money("minor") +
             ", " + in_money("expected_minor") + ", " + in_money("difference_minor") +
             " FROM control_checks WHERE tenant = $1 ORDER BY 1"},
    };
}

Status print_query(SqlSession& database, const std::string& tenant, const Query& query) {
    const Result<SqlRows> found = database.query(query.sql, {tenant});
    if (!found) return found.error();
    std::vector<std::vector<std::string>> rows;
    for (std::size_t row = 0; row < found->size(); ++row) {
        std::vector<std::string>& cells = rows.emplace_back();
        for (std::size_t column = 0; column < found->columns; ++column)
            cells.push_back(found->at(row, column).value_or("-"));
    }
    print_table(query.title, query.columns, rows);
    return Done{};
}

// What each router says beside what the book wants of it.
Status print_routers(
    SqlSession& database, const std::string& tenant, const std::vector<RouterCount>& routers
) {
    const Result<SqlRows> book = database.query(
        "SELECT target, count(*) FILTER (WHERE wanted_enabled),"
        " count(*) FILTER (WHERE NOT wanted_enabled)"
        " FROM sites WHERE tenant = $1 AND phase <> 'removed' GROUP BY 1",
        {tenant}
    );
    if (!book) return book.error();
    std::vector<std::vector<std::string>> rows;
    for (const RouterCount& router : routers) {
        std::string on = "0";
        std::string off = "0";
        for (std::size_t row = 0; row < book->size(); ++row) {
            if (book->at(row, 0) != router.router) continue;
            on = book->at(row, 1).value_or("0");
            off = book->at(row, 2).value_or("0");
        }
        const bool equal =
            std::to_string(router.enabled) == on && std::to_string(router.disabled) == off;
        rows.push_back(
            {router.router,
             std::to_string(router.enabled),
             std::to_string(router.disabled),
             on,
             off,
             equal ? "yes" : "NO"}
        );
    }
    print_table(
        "Routers = book",
        {"router", "on (router)", "off (router)", "on (book)", "off (book)", "equal"},
        rows
    );
    return Done{};
}

} // namespace

Status print_day(
    SqlSession& database, const std::string& tenant, const std::vector<RouterCount>& routers
) {
    for (const Query& query : queries())
        if (const Status status = print_query(database, tenant, query); !status) return status;
    return print_routers(database, tenant, routers);
}

} // namespace tollbook::api
