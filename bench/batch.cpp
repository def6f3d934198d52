// Wallet charges in HTTP batches, each answered when it is durable: a whole node in a process of
// its own, beside the engine that gets the same commands in groups of about the same size. Batches
// of as many commands as one may hold, and atomic ones, which fill most of a frame.
//   bench_batch [BATCHES] [REPEATS]
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "bench/load.hpp"
#include "bench/node_process.hpp"
#include "ledger/ensure.hpp"
#include "ledger/json.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <string_view>

using namespace tollbook;
using bench::NodeProcess;

namespace {

constexpr std::size_t threads = 2;
constexpr std::size_t group_commands = 8'000;

struct Kind {
    std::string_view name;
    std::string_view path;
    std::size_t commands{};    // Of one batch.
    std::size_t connections{}; // Of the client: together they send about a group at once.
};

constexpr std::array kinds{
    Kind{"http_batch", "batch", group_commands, 4},
    Kind{"http_batch_atomic", "batch?atomic=true", 900, 16}};

// Commands as requests of whole batches.
class Batches {
public:
    Batches(const NodeProcess& node, const Kind& kind) : node_(node), kind_(kind) {}

    void add(const Submission& command) {
        body_ += body_.empty() ? R"([{"key":)" : R"(,{"key":)";
        write_json_string(body_, command.key);
        body_ += R"(,"type":)";
        write_json_string(body_, command.type);
        body_ += R"(,"body":)" + command.body + "}";
        if (++commands_ % kind_.commands == 0) end_batch();
    }

    std::vector<std::string> take() {
        if (!body_.empty()) end_batch();
        return std::move(requests_);
    }

private:
    void end_batch() {
        requests_.push_back(
            node_.request(fmt::format("/bench/{}", kind_.path), "batch", body_ + "]")
        );
        body_.clear();
    }

    const NodeProcess& node_;
    const Kind& kind_;
    std::string body_;
    std::size_t commands_{};
    std::vector<std::string> requests_;
};

// Every command of them was accepted.
void check(const std::string& answer) {
    ensure(answer.find(R"("replayed":0,"refused":0)") != std::string::npos);
}

void open_book(const NodeProcess& node) {
    Batches batches(node, kinds.front());
    bool opened = false;
    bench::each_opening([&](const Submission& command) {
        batches.add(command);
        if (std::exchange(opened, true)) return;
        check(bench::send_load(node.port(), 1, batches.take()).last_body);
    });
    check(bench::send_load(node.port(), 1, batches.take()).last_body);
}

double batched(const NodeProcess& node, const Kind& kind, std::uint64_t first, std::size_t count) {
    Batches batches(node, kind);
    for (std::size_t i = 0; i < count; ++i)
        batches.add(bench::charge_of(first + i));
    const bench::Load load = bench::send_load(node.port(), kind.connections, batches.take());
    check(load.last_body);
    return load.seconds;
}

bench::Figure measure(
    const NodeProcess& node,
    const bench::Engine& engine,
    const Kind& kind,
    std::size_t count,
    std::size_t repeats
) {
    static std::uint64_t first = 0;
    bench::Series series;
    for (std::size_t repeat = 0; repeat <= repeats; ++repeat) {
        const double limit = bench::charge(*engine.partition, {first, count, 2 * group_commands});
        const double took = batched(node, kind, first, count);
        first += count;
        if (repeat == 0) continue; // Warm-up.
        series.add_work(count, took, limit);
    }
    return series.figure(
        std::string(kind.name),
        0.4,
        "commands/s",
        fmt::format(
            "limit: the engine alone, same commands in groups of up to {}; {} connections, a "
            "batch of {} each, {} I/O threads, client on the same machine, PostgreSQL elsewhere, "
            "{} charges of {} customers after as many to warm up, median of {}",
            group_commands,
            kind.connections,
            kind.commands,
            threads,
            count,
            bench::engine_customers,
            repeats
        )
    );
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t count = group_commands * (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20);
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    const NodeProcess node(TOLLBOOK_PROGRAM, NodeProcess::Database::away, threads);
    open_book(node);
    const ScratchDirectory scratch;
    ensure(Store::create(scratch.path + "/data").has_value());
    const bench::Engine engine(scratch.path + "/data", group_commands);
    bench::open_book(*engine.partition);
    for (const Kind& kind : kinds)
        bench::print(measure(node, engine, kind, count, repeats));
    return 0;
}
