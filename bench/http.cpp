// Single commands over HTTP (a charge of a wallet with its Idempotency-Key and API key, each waited
// for until it is durable) at 64 keep-alive connections: a whole node in a process of its own,
// beside a bare Boost.Beast server that answers the same bodies on as many threads to the same
// client with the same requests.
//   bench_http [REQUESTS] [REPEATS]
#include "bench/figure.hpp"
#include "bench/http_charges.hpp"
#include "bench/load.hpp"
#include "bench/node_process.hpp"
#include "ledger/ensure.hpp"

#include <cstdlib>
#include <fstream>

using namespace tollbook;
using bench::NodeProcess;

namespace {

constexpr std::size_t connections = 64;
constexpr std::size_t threads = 2;
constexpr unsigned created = 201;

// The bare server, answering what the node answered.
class Bare {
public:
    Bare(const std::string& body, const std::string& program) {
        const std::string file = directory_.path + "/body";
        std::ofstream(file) << body;
        process_ = api::ChildProcess::start(
                       {program, std::to_string(threads), std::to_string(created), file},
                       directory_.path + "/log"
        )
                       .value();
        const std::string line = process_->read_line(std::chrono::seconds(10)).value();
        port_ = static_cast<std::uint16_t>(std::stoul(line));
    }

    std::uint16_t port() const { return port_; }

    pid_t pid() const { return process_->pid(); }

private:
    ScratchDirectory directory_;
    std::optional<api::ChildProcess> process_;
    std::uint16_t port_{};
};

struct Measured {
    double seconds{};
    double p99_ms{};
    double cpu_us{}; // Of the server, for each request.
};

template <class Server>
Measured run(const Server& server, const std::vector<std::string>& requests) {
    const double before = bench::cpu_seconds(server.pid());
    const bench::Load load = bench::send_load(server.port(), connections, requests);
    const double cpu = bench::cpu_seconds(server.pid()) - before;
    return {load.seconds, load.p99_ms, cpu * 1e6 / static_cast<double>(requests.size())};
}

struct Shape {
    std::string name;
    NodeProcess::Database database{};
    std::string with;
};

void measure(const Shape& shape, std::size_t count, std::size_t repeats) {
    const NodeProcess node(TOLLBOOK_PROGRAM, shape.database, threads);
    const bool follows = shape.database == NodeProcess::Database::here;
    bench::open_book(node);
    std::size_t number = 0;
    const auto warm_up = bench::charges(node, number, count / 5);
    number += warm_up.size();
    const Bare bare(
        bench::send_load(node.port(), connections, warm_up).last_body, BARE_BEAST_PROGRAM
    );
    bench::Series series;
    std::vector<double> p99s;
    std::vector<double> cpu;
    std::vector<double> limit_cpu;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        const auto requests = bench::charges(node, number, count);
        number += count;
        if (follows) node.wait_for_read_models();
        const Measured limit = run(bare, requests);
        const Measured value = run(node, requests);
        series.add_work(count, value.seconds, limit.seconds);
        p99s.push_back(value.p99_ms);
        cpu.push_back(value.cpu_us);
        limit_cpu.push_back(limit.cpu_us);
    }
    bench::print(series.figure(
        shape.name,
        0.4,
        "commands/s",
        fmt::format(
            "limit: bare Boost.Beast, same bodies, requests, client and threads; {} connections, "
            "one command each, {} I/O threads, client on the same machine, {}, {} charges of {} "
            "customers, p99 {:.1f} ms, processor time of a command {:.0f} us (limit {:.0f}), "
            "median of {}",
            connections,
            threads,
            shape.with,
            count,
            bench::http_customers,
            bench::median(p99s),
            bench::median(cpu),
            bench::median(limit_cpu),
            repeats
        )
    ));
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 50'000;
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    measure({"http", NodeProcess::Database::away, "PostgreSQL elsewhere"}, count, repeats);
    measure(
        {"http_with_read_models",
         NodeProcess::Database::here,
         "PostgreSQL and the read models catching up on the same cores"},
        count,
        repeats
    );
    return 0;
}
