// How long a partition takes until it serves after it was killed, with a long log and a short one
// behind the same Book: a restart replays no more than the tail since the last checkpoint.
//   bench_restart [EVENTS] [REPEATS]
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "ledger/ensure.hpp"
#include "tests/support/scratch_directory.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace tollbook;

namespace {

constexpr std::size_t group_commands_max = 8'192;
constexpr std::uint64_t events_short = 50'000;
constexpr std::uint64_t step = 1'000;
constexpr double times_longer_max = 3;

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    std::abort();
}

// Ends as a power cut of the process: nothing is closed.
template <class F>
void in_a_process_that_is_killed(F&& run) {
    const pid_t child = ::fork();
    ensure(child >= 0);
    if (child == 0) {
        run();
        die();
    }
    int status = 0;
    ensure(::waitpid(child, &status, 0) == child);
    ensure(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

// A Book in its checkpoint, `events` behind it, and more until the next checkpoint is about to be
// written, if there was one meanwhile.
void fill(const std::string& directory, std::uint64_t events) {
    ensure(Store::create(directory).has_value());
    bench::Engine engine(directory, group_commands_max);
    Partition& partition = *engine.partition;
    bench::open_book(partition);
    ensure(partition.checkpoint().has_value());
    std::uint64_t charged = 1;
    bench::charge(partition, {charged, events, 2 * group_commands_max});
    charged += events;
    const std::uint64_t until_checkpoint = PartitionOptions{}.checkpoint_records;
    const auto at_the_brink = [&] {
        const PartitionHealth health = partition.health();
        return events < until_checkpoint ||
               health.head.seq - health.checkpoint_seq + step >= until_checkpoint;
    };
    for (; !at_the_brink(); charged += step)
        bench::charge(partition, {charged, step, step});
}

// On a copy, as it was left.
double restart_milliseconds(const std::string& directory) {
    const std::string copy = directory + "-copy";
    std::filesystem::copy(directory, copy, std::filesystem::copy_options::recursive);
    std::array<int, 2> ends{};
    ensure(::pipe(ends.data()) == 0);
    in_a_process_that_is_killed([&] {
        std::unique_ptr<bench::Engine> engine;
        const double took = bench::seconds([&] {
            engine = std::make_unique<bench::Engine>(copy, group_commands_max);
        });
        ensure(::write(ends[1], &took, sizeof(took)) == sizeof(took));
        die();
    });
    double took = 0;
    ensure(::read(ends[0], &took, sizeof(took)) == sizeof(took));
    ::close(ends[0]);
    ::close(ends[1]);
    std::filesystem::remove_all(copy);
    constexpr double milliseconds = 1'000;
    return took * milliseconds;
}

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t events_long = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5'000'000;
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    const ScratchDirectory scratch;
    const std::string short_log = scratch.path + "/short";
    const std::string long_log = scratch.path + "/long";
    in_a_process_that_is_killed([&] { fill(short_log, events_short); });
    in_a_process_that_is_killed([&] { fill(long_log, events_long); });
    bench::Series series;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        const double limit = times_longer_max * restart_milliseconds(short_log);
        const double value = restart_milliseconds(long_log);
        series.add(value, limit, limit / value);
    }
    bench::print(series.figure(
        "restart",
        1,
        "ms until it serves",
        fmt::format(
            "limit: {} times that after {} events; {} customers, {} events and as many more as "
            "come before the next checkpoint, killed, median of {}",
            times_longer_max,
            events_short,
            bench::engine_customers,
            events_long,
            repeats
        )
    ));
    return 0;
}
