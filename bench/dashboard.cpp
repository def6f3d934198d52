// How fast a whole node answers what people look at most, with read models of a large provider: the
// dashboard's summary, and a page of a customer's statement. Beside it the very same SQL, prepared,
// over as many connections of PostgreSQL and nothing else. The rows are put there as a log would
// have brought them (bench/provider_rows.hpp), since living them takes hours; the node and its
// private PostgreSQL are real.
//   bench_dashboard [CUSTOMERS] [REQUESTS] [REPEATS]
#include "bench/figure.hpp"
#include "bench/load.hpp"
#include "bench/node_process.hpp"
#include "bench/provider_rows.hpp"
#include "ledger/ensure.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace tollbook;
using bench::NodeProcess;

namespace {

constexpr std::size_t connections = 4;
constexpr std::size_t threads = 2;
constexpr double p99_ms_max = 20;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "bench: the dashboard: {}\n", why);
    std::exit(1);
}

std::string dsn_of(const NodeProcess& node) {
    return fmt::format(
        "host={}/postgres/run port=5432 user=tollbook dbname=tollbook", node.data_directory()
    );
}

// One of the pages, as it is asked for over HTTP and as its SQL is bound.
struct Page {
    std::string name;
    std::string marker; // Stands in its SQL and in no other.
    std::function<std::string(const std::string& customer)> path;
    std::function<std::vector<SqlParam>(const std::string& customer)> params;
    std::string what;
};

const std::vector<Page>& pages() {
    static const std::vector<Page> all{
        {"dashboard_summary",
         "'object', 'summary'",
         [](const std::string&) { return std::string("/summary"); },
         [](const std::string&) { return std::vector<SqlParam>{}; },
         "the provider's summary"},
        {"dashboard_statement",
         "wallet_statement_as_of",
         [](const std::string& customer) { return "/wallets/" + customer + "/statement"; },
         [](const std::string& customer) {
             return std::vector<SqlParam>{std::nullopt, "50", customer, std::nullopt, std::nullopt};
         },
         "a page of a random customer's statement"}};
    return all;
}

// The newest statement with the marker that the server's log tells of.
std::string logged_sql(const std::string& file, const std::string& marker) {
    std::ifstream log(file);
    std::string found;
    std::string sql;
    const auto finish = [&] {
        if (sql.find(marker) != std::string::npos) found = sql;
        sql.clear();
    };
    for (std::string line; std::getline(log, line);) {
        if (line.starts_with('\t')) {
            if (!sql.empty()) sql += '\n' + line.substr(1);
            continue;
        }
        finish();
        const std::size_t at = line.find("  execute ");
        if (at == std::string::npos) continue;
        sql = line.substr(line.find(": ", at) + 2);
    }
    finish();
    return found;
}

void log_everything(SqlSession& db, bool on) {
    ensure(db.run(
                 on ? "ALTER SYSTEM SET log_min_duration_statement = 0"
                    : "ALTER SYSTEM RESET log_min_duration_statement"
    )
               .has_value());
    ensure(db.run("SELECT pg_reload_conf()").has_value());
}

// What the node sends to PostgreSQL for the page, from the server's own log.
std::string sql_of(const NodeProcess& node, SqlSession& db, const Page& page) {
    const std::string file = node.data_directory() + "/postgres/log";
    log_everything(db, true);
    const std::string request = node.get_request(page.path(bench::customer_name(0)));
    std::string sql;
    constexpr int attempts = 100; // Until every process of the server has heard of it.
    for (int i = 0; i < attempts && sql.empty(); ++i) {
        bench::send_load(node.port(), 1, {&request, 1});
        sql = logged_sql(file, page.marker);
    }
    log_everything(db, false);
    if (sql.empty()) give_up("no SQL of " + page.name + " in the server's log");
    return sql;
}

std::unique_ptr<SqlSession> reader(const std::string& dsn) {
    auto db = SqlSession::connect(dsn, "bench reader").value();
    db->run("SET ROLE tollbook_reader; SET tollbook.tenant = 'bench'").value();
    return db;
}

// A plan that reads a large table whole is no figure worth printing.
void check_plan(const std::string& dsn, const Page& page, const std::string& sql) {
    const auto db = reader(dsn);
    std::string values;
    for (const SqlParam& param : page.params(bench::customer_name(0)))
        values +=
            fmt::format("{}{}", values.empty() ? "" : ", ", param ? sql_text(*param) : "NULL");
    db->run("SET plan_cache_mode = force_generic_plan; PREPARE page AS " + sql).value();
    const std::string execute = values.empty() ? "page" : "page(" + values + ")";
    const SqlRows plan = db->query("EXPLAIN EXECUTE " + execute).value();
    for (std::size_t row = 0; row < plan.size(); ++row)
        for (const char* table :
             {"wallet_statement", "postings", "customers", "services", "invoices"})
            if (plan.at(row, 0)->find(fmt::format("Seq Scan on {} ", table)) != std::string::npos)
                give_up(page.name + " reads all of " + table);
}

struct Latency {
    double p50_ms{};
    double p99_ms{};
};

Latency latency_of(std::vector<double> took_ms) {
    std::ranges::sort(took_ms);
    return {took_ms[took_ms.size() / 2], took_ms[took_ms.size() * 99 / 100]};
}

using Customers = std::vector<std::string>;

Customers random_customers(std::size_t count, std::size_t of, std::mt19937_64& dice) {
    Customers customers;
    for (std::size_t i = 0; i < count; ++i)
        customers.push_back(bench::customer_name(dice() % of));
    return customers;
}

Latency ask_node(const NodeProcess& node, const Page& page, const Customers& customers) {
    std::vector<std::string> requests;
    for (const std::string& customer : customers)
        requests.push_back(node.get_request(page.path(customer)));
    const bench::Load load = bench::send_load(node.port(), connections, requests);
    return {load.p50_ms, load.p99_ms};
}

Latency ask_postgres(
    const std::vector<std::unique_ptr<SqlSession>>& sessions,
    const Page& page,
    const std::string& sql,
    const Customers& customers
) {
    std::vector<double> took_ms(customers.size());
    {
        std::vector<std::jthread> clients;
        for (std::size_t n = 0; n < sessions.size(); ++n)
            clients.emplace_back([&, n] {
                for (std::size_t i = n; i < customers.size(); i += sessions.size())
                    took_ms[i] =
                        1e3 * bench::seconds([&] {
                            ensure(sessions[n]->query(sql, page.params(customers[i])).has_value());
                        });
            });
    }
    return latency_of(std::move(took_ms));
}

struct Scale {
    std::size_t customers{};
    std::size_t requests{};
    std::size_t repeats{};
};

void measure(
    const NodeProcess& node, const Page& page, const Scale& scale, const bench::ProviderRows& rows
) {
    const std::string dsn = dsn_of(node);
    const auto db = SqlSession::connect(dsn, "bench").value();
    const std::string sql = sql_of(node, *db, page);
    check_plan(dsn, page, sql);
    std::vector<std::unique_ptr<SqlSession>> sessions;
    for (std::size_t i = 0; i < connections; ++i)
        sessions.push_back(reader(dsn));
    bench::Series promised;
    bench::Series by_sql;
    std::vector<double> p50s;
    std::vector<double> sql_p50s;
    std::mt19937_64 dice(1);
    for (std::size_t turn = 0; turn <= scale.repeats; ++turn) {
        const Customers customers = random_customers(scale.requests, scale.customers, dice);
        const Latency limit = ask_postgres(sessions, page, sql, customers);
        const Latency value = ask_node(node, page, customers);
        if (turn == 0) continue; // A warm-up.
        promised.add(value.p99_ms, p99_ms_max, p99_ms_max / value.p99_ms);
        by_sql.add(value.p99_ms, limit.p99_ms, limit.p99_ms / value.p99_ms);
        p50s.push_back(value.p50_ms);
        sql_p50s.push_back(limit.p50_ms);
    }
    const std::string conditions = fmt::format(
        "{}, {} customers, {} postings, {} lines of statements, {} invoices, {} connections, "
        "{} requests, p50 {:.2f} ms (the SQL alone {:.2f}), client on the same machine, median of "
        "{}",
        page.what,
        rows.customers,
        rows.postings,
        rows.statement_lines,
        rows.invoices,
        connections,
        scale.requests,
        bench::median(p50s),
        bench::median(sql_p50s),
        scale.repeats
    );
    bench::print(
        promised.figure(page.name, 1, "ms at p99", "limit: what is promised; " + conditions)
    );
    bench::print(by_sql.figure(
        page.name + "_by_sql", 0, "ms at p99", "limit: the same SQL, prepared; " + conditions
    ));
}

} // namespace

int main(int argc, char** argv) {
    const Scale scale{
        argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000'000,
        argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5'000,
        argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 5};
    const NodeProcess node(TOLLBOOK_PROGRAM, NodeProcess::Database::here, threads);
    const std::string open = node.request(
        "/bench",
        "open",
        R"({"name":"Bench","timezone":"UTC","currency":"KES",)"
        R"("test_clock":"2026-11-30T06:00:00Z"})"
    );
    bench::send_load(node.port(), 1, {&open, 1});
    node.wait_for_read_models();
    const auto db = SqlSession::connect(dsn_of(node), "bench").value();
    const bench::ProviderRows rows = bench::fill_read_models(*db, scale.customers);
    for (const Page& page : pages())
        measure(node, page, scale, rows);
    return 0;
}
