#include "api/cli/demo/demo.hpp"

#include "api/cli/demo/day_files.hpp"
#include "api/cli/demo/day_result.hpp"
#include "api/cli/demo/day_run.hpp"
#include "api/cli/demo/day_tables.hpp"
#include "api/cli/demo/demo_parts.hpp"
#include "ledger/json.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace tollbook::api {

namespace {

// Progress on stderr: a bar that moves on a terminal, one line for each step elsewhere.
void show_progress(std::string_view step, std::size_t done, std::size_t total) {
    const bool terminal = ::isatty(STDERR_FILENO) != 0;
    if (!terminal) {
        if (done == total) fmt::print(stderr, "{}: {}\n", step, total);
        return;
    }
    constexpr std::size_t width = 30;
    const std::size_t filled = total == 0 ? 0 : width * done / total;
    fmt::print(
        stderr,
        "\r{:<20} [{:#>{}}{:.>{}}] {}/{}{}",
        step,
        "",
        filled,
        "",
        width - filled,
        done,
        total,
        done == total ? "\n" : ""
    );
}

Status write_result(const std::string& file, const std::string& result) {
    if (file.empty()) return Done{};
    std::ofstream out(file);
    out << result << "\n";
    if (!out.flush()) return Error{Errc::internal, file + " cannot be written"};
    return Done{};
}

// The day, from the first import to the last comparison; true when nothing differs.
Result<bool> live_and_compare(const DemoOptions& options, const Day& day, DemoParts& parts) {
    DayRun run(
        day, parts.access(), [&]() -> Client& { return parts.client(); }, &show_progress
    );
    if (const Status status = run.import_provider(); !status) return status.error();
    if (const Status status = parts.wait_until_routers_obey(); !status) return status.error();
    const auto restart = [&] {
        fmt::print(stderr, "restarting the node\n");
        return parts.restart_node();
    };
    if (const Status status = run.live(restart); !status) return status.error();
    if (const Status status = parts.wait_until_routers_obey(); !status) return status.error();

    const Result<std::vector<RouterCount>> routers = parts.count_secrets();
    if (!routers) return routers.error();
    const Result<std::string> result = day_result(parts.database(), day.tenant.tenant, *routers);
    if (!result) return result.error();
    if (const Status status = write_result(options.result_file, *result); !status)
        return status.error();
    if (const Status status = print_day(parts.database(), day.tenant.tenant, *routers); !status)
        return status.error();
    const Result<std::string> difference = first_difference(day.expected, *result);
    if (!difference) return difference.error();
    if (!difference->empty()) {
        fmt::print("\nThe first difference: {}\n", *difference);
        return false;
    }
    const Result<std::string> topic = parts.difference_to_topic();
    if (!topic) return topic.error();
    if (!topic->empty()) {
        fmt::print("\nThe topic differs from the disk: {}\n", *topic);
        return false;
    }
    fmt::print("\nEvery figure is as expected.\n");
    if (!options.kafka.empty()) fmt::print("The topic holds the same records as the disk.\n");
    return true;
}

volatile std::sig_atomic_t interrupted = 0;

void wait_for_interrupt() {
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    while (interrupted == 0)
        ::pause();
}

} // namespace

int run_demo(const DemoOptions& options) {
    const Result<Day> day = read_day(options.day);
    if (!day) {
        fmt::print(stderr, "{}: {}\n", options.day, day.error().detail);
        return 1;
    }
    Result<DemoParts> parts = DemoParts::start(options, *day);
    if (!parts) {
        fmt::print(stderr, "{}\n", parts.error().detail);
        return 1;
    }
    const Result<bool> equal = live_and_compare(options, *day, *parts);
    if (!equal) {
        fmt::print(stderr, "{}: {}\n", info(equal.error().code).slug, equal.error().detail);
        return 1;
    }
    if (!options.once) {
        fmt::print("\n{}Ctrl-C ends it.\n", parts->how_to_look());
        std::fflush(stdout);
        wait_for_interrupt();
    }
    return *equal ? 0 : 1;
}

} // namespace tollbook::api
