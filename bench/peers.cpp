// What a ledger in plain SQL does on this machine: transfers with balances, entries and a unique
// key each, by pgbench on a private PostgreSQL with synchronous commit (bench/peers/), beside our
// single commands over HTTP, which do the same and keep a hash chain. No limit, a comparison.
//   bench_peers [COMMANDS] [REPEATS]
#include "bench/figure.hpp"
#include "bench/http_charges.hpp"
#include "bench/load.hpp"
#include "bench/node_process.hpp"
#include "ledger/ensure.hpp"
#include "projections/sql_session.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

using namespace tollbook;
using bench::NodeProcess;

namespace {

constexpr std::size_t connections = 64;
constexpr std::size_t threads = 2;
constexpr std::size_t pgbench_clients = 48; // Of the 60 that the private PostgreSQL takes.

struct PipeCloser {
    void operator()(FILE* pipe) const { (void)::pclose(pipe); }
};

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, PipeCloser> pipe(::popen(command.c_str(), "r"));
    ensure(pipe != nullptr);
    std::string out;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
        out += static_cast<char>(c);
    return out;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Peer {
public:
    Peer() : cluster_(Cluster::start(directory_.path).value()) {
        const auto db = SqlSession::connect(cluster_->dsn(), "bench").value();
        db->run(text_of(BENCH_PEERS "/transfers.sql")).value();
        db->run(fmt::format(
                    "INSERT INTO accounts (id, name, currency) "
                    "SELECT i, 'account ' || i, 'KES' FROM generate_series(0, {}) AS i; "
                    "ANALYZE accounts",
                    bench::http_customers
                ))
            .value();
    }

    // Transfers a second by a script, `count` of them together.
    double run(const std::string& script, std::size_t count) {
        const std::string out = output_of(fmt::format(
            "PGOPTIONS='-c search_path=peer' pgbench -n -M prepared -c {} -j {} -t {} -D n=0 -D "
            "run={} -D accounts={} -f "
            "{}/{}.pgbench '{}' 2>&1",
            pgbench_clients,
            threads,
            count / pgbench_clients,
            ++runs_,
            bench::http_customers,
            BENCH_PEERS,
            script,
            cluster_->dsn()
        ));
        const std::size_t at = out.find("tps = ");
        ensure(at != std::string::npos);
        return std::strtod(out.c_str() + at + 6, nullptr);
    }

    // Every transfer left two entries that cancel out, and balances say what entries say.
    bool is_balanced() const {
        const auto db = SqlSession::connect(cluster_->dsn(), "bench").value();
        db->run("SET search_path = peer").value();
        const SqlRows rows = db->query("SELECT (SELECT sum(minor) = 0 AND count(*) = 2 * "
                                       "(SELECT count(*) FROM transfers) FROM entries) AND "
                                       "NOT EXISTS (SELECT 1 FROM accounts a WHERE balance <> "
                                       "(SELECT coalesce(sum(minor), 0) FROM entries e "
                                       "WHERE e.account = a.id))")
                                 .value();
        return rows.at(0, 0) == "t";
    }

private:
    OpenDirectory directory_;
    std::unique_ptr<Cluster> cluster_;
    int runs_{};
};

void print(const std::string& name, const bench::Series& beside, std::string what) {
    bench::print(beside.figure(
        name,
        1,
        "commands/s",
        fmt::format(
            "a comparison: {} by {} clients of pgbench -M prepared, synchronous commit; ours: "
            "single charges over HTTP, {} connections, {} I/O threads; clients on the same "
            "machine, {} accounts, median of {}",
            what,
            pgbench_clients,
            connections,
            threads,
            bench::http_customers,
            beside.repeats()
        )
    ));
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 50'000;
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    Peer peer;
    const NodeProcess node(TOLLBOOK_PROGRAM, NodeProcess::Database::away, threads);
    bench::open_book(node);
    bench::Series wallets;
    bench::Series revenue;
    for (std::size_t repeat = 0; repeat <= repeats; ++repeat) {
        const auto requests = bench::charges(node, repeat * count, count);
        const double took = bench::send_load(node.port(), connections, requests).seconds;
        const double value = static_cast<double>(count) / took;
        const double between_wallets = peer.run("wallets", count / 2);
        const double to_revenue = peer.run("revenue", count / 25);
        if (repeat == 0) continue; // Warm-up.
        wallets.add(value, between_wallets, value / between_wallets);
        revenue.add(value, to_revenue, value / to_revenue);
    }
    ensure(peer.is_balanced());
    print("peer_transfers", wallets, "transfers between wallets in plain SQL");
    print("peer_transfers_one_payee", revenue, "transfers to one account in plain SQL");
    return 0;
}
