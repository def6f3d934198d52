#include "projections/runner.hpp"

#include "postgres_fixture.hpp"
#include "projections/catalogue.hpp"
#include "projections/diff.hpp"
#include "projections/observer.hpp"
#include "projections/rebuild.hpp"
#include "small_isp.hpp"
#include "steady_load.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <thread>

using namespace tollbook;

namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point soon(int seconds = 120) { return Clock::now() + std::chrono::seconds(seconds); }

RunnerOptions options_for(const std::string& dsn) {
    RunnerOptions options;
    options.dsn = dsn;
    options.open_personal = &open_told;
    options.limits = {1U << 20U, std::chrono::milliseconds{20}};
    options.retry_min = std::chrono::milliseconds{20};
    options.retry_max = std::chrono::milliseconds{200};
    return options;
}

// Until the runner is in that state; false when it is not in time.
bool reaches(const ProjectionRunner& runner, RunnerState state) {
    for (const auto end = soon(); Clock::now() < end;) {
        if (runner.progress().state == state) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
}

bool grows_beyond(MemorySource& source, std::uint64_t head) {
    for (const auto end = soon(); Clock::now() < end;) {
        if (source.head()->seq > head) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
}

} // namespace

TEST_CASE("runner: what waits for a rebuild is told, and carried on after it") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    REQUIRE(db->run("UPDATE projection_checkpoints SET version = 77 WHERE projection = 'wallets'"));
    ProjectionRunner runner(source, options_for(database.dsn()));
    source.add(paid("R1", "ACC1", 100));
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    CHECK(runner.progress().outdated == std::vector<std::string>{"wallets"});
    const auto balance = [&] {
        return ask(*db, "SELECT balance_minor FROM wallets WHERE customer = 'ACC1'");
    };
    CHECK(balance() == "0");

    REQUIRE(rebuild(*db, source, {"wallets", {}, false})->swapped);
    for (const auto end = soon(); Clock::now() < end && !runner.progress().outdated.empty();)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    REQUIRE(runner.progress().outdated.empty());
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    CHECK(balance() == "100");
    source.add(paid("R2", "ACC1", 100));
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    CHECK(balance() == "200");
}

TEST_CASE("runner: carries what comes, and a read can wait for its own write") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    ProjectionRunner runner(source, options_for(database.dsn()));
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    source.add(paid("R1", "ACC1", 100));
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    const auto db = database.connect();
    CHECK(ask(*db, "SELECT balance_minor FROM wallets WHERE customer = 'ACC1'") == "100");

    const ProjectionProgress progress = runner.progress();
    CHECK(progress.state == RunnerState::running);
    CHECK(progress.lag_records() == 0);
    CHECK(progress.lag_seconds(at("2027-01-01T00:00:00Z")) == 0);
    CHECK(progress.records == source.head()->seq);
    CHECK(progress.projections.size() == make_projections(live_schema).size());

    const Status late =
        runner.wait_for(source.head()->seq + 1, Clock::now() + std::chrono::milliseconds{30});
    CHECK(late.error().code == Errc::projection_lag);
}

TEST_CASE("runner: stopped, it answers waits at once") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    ProjectionRunner runner(source, options_for(database.dsn()));
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    runner.stop();
    CHECK(runner.wait_for(1'000, soon(600)).error().code == Errc::database_unavailable);
}

TEST_CASE("runner: of several on one partition one works, and the next goes on without a gap") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    std::list<ProjectionRunner> runners;
    for (int i = 0; i < 3; ++i)
        runners.emplace_back(source, options_for(database.dsn()));
    std::uint64_t paid_so_far = 0;
    for (; !runners.empty(); runners.pop_front()) {
        for (int i = 0; i < 50; ++i, ++paid_so_far)
            source.add(paid(fmt::format("R{}", paid_so_far), "ACC1", 1));
        for (const ProjectionRunner& runner : runners)
            REQUIRE(runner.wait_for(source.head()->seq, soon())); // Who stands by knows it too.
        const auto working = std::ranges::find_if(runners, [](const ProjectionRunner& runner) {
            return runner.progress().state == RunnerState::running;
        });
        REQUIRE(working != runners.end());
        for (const ProjectionRunner& runner : runners)
            CHECK((&runner == &*working) == (runner.progress().state == RunnerState::running));
        runners.splice(runners.begin(), runners, working); // The one that goes.
    }
    const auto db = database.connect();
    CHECK(ask(*db, "SELECT balance_minor FROM wallets WHERE customer = 'ACC1'") == "150");
    CHECK(ask(*db, "SELECT count(*) FROM wallet_statement") == "150");
}

TEST_CASE("runner: comes back to what another carried on, and an observer sees it all") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const ProgressObserver observer(database.dsn());
    ProjectionRunner first(source, options_for(database.dsn()));
    REQUIRE(first.wait_for(source.head()->seq, soon()));
    ProjectionRunner second(source, options_for(database.dsn()));
    REQUIRE(reaches(second, RunnerState::standby));
    REQUIRE(administer(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
        "application_name = 'tollbook projector' AND datname = '" +
        database.name() + "'"
    ));
    for (int i = 0; i < 100; ++i) {
        source.add(paid(fmt::format("R{}", i), "ACC1", 1));
        const bool both = first.wait_for(source.head()->seq, soon()) &&
                          second.wait_for(source.head()->seq, soon());
        REQUIRE(both);
    }
    for (const auto end = soon(); observer.progress().seq < source.head()->seq;)
        REQUIRE(Clock::now() < end);
    CHECK(observer.progress().state == RunnerState::standby);
    const auto db = database.connect();
    CHECK(ask(*db, "SELECT balance_minor FROM wallets WHERE customer = 'ACC1'") == "100");
}

TEST_CASE("runner: PostgreSQL stops and starts under load, and the result is the same") {
    const OpenDirectory directory;
    const std::unique_ptr<Cluster> cluster = Cluster::start(directory.path).value();
    MemorySource source;
    open_isp(source);
    ProjectionRunner runner(source, options_for(cluster->dsn()));
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    std::jthread load([&](const std::stop_token& stop) {
        for (int i = 0; !stop.stop_requested(); ++i) {
            source.add(paid(fmt::format("R{}", i), i % 2 == 0 ? "ACC1" : "ACC2", 1));
            pause_load(source, runner);
        }
    });
    for (int i = 0; i < 3; ++i) {
        REQUIRE(cluster->stop());
        REQUIRE(reaches(runner, RunnerState::waiting));
        CHECK(runner.progress().detail.starts_with("database-unavailable"));
        const std::uint64_t head = source.head()->seq;
        CHECK(grows_beyond(source, head)); // Commands go on.
        REQUIRE(cluster->ensure_running());
        REQUIRE(runner.wait_for(head, soon()));
    }
    load.request_stop();
    load.join();
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    CHECK(runner.progress().retries > 0);
    const auto db = SqlSession::connect(cluster->dsn(), "test").value();
    for (const std::string name : {"wallets", "accounts", "payments", "event_index"}) {
        const auto diff = diff_projection(*db, source, name, {&open_told, {}});
        REQUIRE(diff);
        CHECK(all_equal(diff->tables));
    }
}

TEST_CASE("runner: a private cluster that died is started again") {
    const OpenDirectory directory;
    const std::unique_ptr<Cluster> cluster = Cluster::start(directory.path).value();
    MemorySource source;
    open_isp(source);
    RunnerOptions options = options_for(cluster->dsn());
    options.revive = [&] { return cluster->ensure_running(); };
    ProjectionRunner runner(source, std::move(options));
    REQUIRE(runner.wait_for(source.head()->seq, soon()));
    crash_server(directory.path);
    source.add(paid("R1", "ACC1", 100));
    CHECK(runner.wait_for(source.head()->seq, soon()));
}
