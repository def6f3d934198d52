// Rebuilds while a provider's day goes on: what readers see of the swaps, and what a crash leaves.
#include "postgres_fixture.hpp"
#include "projections/catalogue.hpp"
#include "projections/diff.hpp"
#include "projections/reader_pool.hpp"
#include "projections/rebuild.hpp"
#include "projections/runner.hpp"
#include "small_isp.hpp"
#include "steady_load.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace tollbook;

namespace {

using Clock = std::chrono::steady_clock;

const ReplayOptions replaying{&open_told, {}};

// In each of them two tables of one projection must agree; "ok" when they do.
constexpr std::array questions{
    "SELECT CASE WHEN (SELECT sum(balance_minor) FROM wallets) = "
    "(SELECT sum(remaining_minor) FROM lots) - (SELECT sum(overdrawn_minor) FROM wallets) "
    "THEN 'ok' ELSE 'wallets' END",
    "SELECT CASE WHEN (SELECT sum(balance_minor) FROM wallets) = "
    "(SELECT sum(minor) FROM wallet_statement) THEN 'ok' ELSE 'statement' END",
    "SELECT CASE WHEN (SELECT count(*) FROM payments WHERE customer IS NOT NULL) = "
    "(SELECT count(*) FROM payment_allocations) THEN 'ok' ELSE 'payments' END",
    "SELECT CASE WHEN (SELECT sum(debit_minor) FROM trial_balance) = "
    "(SELECT sum(minor) FROM postings WHERE minor > 0) THEN 'ok' ELSE 'accounts' END",
    "SELECT CASE WHEN (SELECT sum(balance_minor) FROM trial_balance) = 0 AND "
    "(SELECT count(*) FROM open_suspense) = 1 THEN 'ok' ELSE 'views' END",
    "SELECT CASE WHEN (SELECT count(*) FROM tenants) = 1 AND (SELECT count(*) FROM plans) = 1 "
    "THEN 'ok' ELSE 'tenancy' END",
    "SELECT CASE WHEN (SELECT count(*) FROM services s JOIN sites t USING (tenant, site)) = 2 "
    "THEN 'ok' ELSE 'services' END",
    "SELECT CASE WHEN (SELECT count(*) FROM customers) = "
    "(SELECT count(*) FROM payment_references) THEN 'ok' ELSE 'subscribers' END",
    "SELECT CASE WHEN (SELECT max(seq) FROM event_index) = (SELECT count(*) FROM event_index) "
    "THEN 'ok' ELSE 'event_index' END"};

// Asks all the time, as the API does, and keeps every answer that is not "ok".
class Reader {
public:
    explicit Reader(const std::string& dsn) : pool_({dsn}) {}

    std::uint64_t answers() const { return answers_; }

    // What was wrong; empty: nothing ever was.
    std::string stop() {
        thread_.request_stop();
        thread_.join();
        return wrong_;
    }

private:
    void read(const std::stop_token& stop) {
        for (std::size_t i = 0; !stop.stop_requested() && wrong_.empty(); ++i) {
            const char* question = questions.at(i % questions.size());
            const Result<Reading> reading = pool_.read("savanna", question);
            if (!reading)
                wrong_ = reading.error().detail;
            else if (reading->json != "ok")
                wrong_ = reading->json;
            ++answers_;
        }
    }

    ReaderPool pool_;
    std::string wrong_;
    std::atomic<std::uint64_t> answers_{};
    std::jthread thread_{[this](const std::stop_token& stop) { read(stop); }};
};

struct Day {
    Day() {
        open_isp(source);
        run_business(source, 10, 3);
        source.add(into_suspense("S1", 70));
        project_all(*db, source).value();
    }

    Result<RebuildReport> rebuilt(const std::string& name) {
        return rebuild(*db, source, {name, replaying, false});
    }

    MemorySource source;
    TestDatabase database;
    std::unique_ptr<SqlSession> db{database.prepared()};
};

RunnerOptions tailing(const std::string& dsn) {
    RunnerOptions options;
    options.dsn = dsn;
    options.open_personal = &open_told;
    options.limits = {16U << 10U, std::chrono::milliseconds{5}};
    options.retry_min = std::chrono::milliseconds{10};
    return options;
}

std::string everything(SqlSession& db) {
    return ask(
        db,
        "SELECT md5((SELECT string_agg(w::text, '|' ORDER BY w::text) FROM wallets w) || "
        "(SELECT string_agg(l::text, '|' ORDER BY l::text) FROM lots l) || "
        "(SELECT string_agg(s::text, '|' ORDER BY s::text) FROM wallet_statement s) || "
        "(SELECT string_agg(c.projection || c.seq || c.generation, '|' ORDER BY c.projection) "
        "FROM projection_checkpoints c))"
    );
}

// How the process ended that rebuilds the wallets and is killed once `moment` says so. It has a
// session of its own; nothing of ours is run at its end.
template <class Moment>
int killed_while_rebuilding(Day& day, Moment&& moment) {
    const pid_t child = ::fork();
    if (child == 0) {
        const auto db = day.database.connect();
        ReplayOptions watched = replaying;
        watched.bytes_max = 4'096;
        watched.progress = [&](const ReplayProgress& progress) {
            if (moment(progress)) ::kill(::getpid(), SIGKILL);
        };
        const auto report = rebuild(*db, day.source, {"wallets", watched, false});
        ::_exit(report ? 0 : 1);
    }
    REQUIRE(child > 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

// PostgreSQL takes a moment to notice that the other end is gone.
Result<RebuildReport> rebuilt_after_crash(Day& day) {
    const auto deadline = Clock::now() + std::chrono::minutes{1};
    for (;;) {
        Result<RebuildReport> report = day.rebuilt("wallets");
        const bool locked = !report && report.error().code == Errc::store_locked;
        if (!locked || Clock::now() > deadline) return report;
    }
}

} // namespace

TEST_CASE(
    "swap: every projection is rebuilt, undone and rebuilt while the day and its readers go on"
) {
    Day day;
    const std::uint64_t morning = day.source.head()->seq;
    ProjectionRunner runner(day.source, tailing(day.database.dsn()));
    std::jthread load([&](const std::stop_token& stop) {
        for (int i = 0; !stop.stop_requested(); ++i) {
            day.source.add(paid(fmt::format("L{}", i), fmt::format("B{}", i % 10), 1));
            pause_load(day.source, runner);
        }
    });
    Reader first(day.database.dsn());
    Reader second(day.database.dsn());
    for (const auto& projection : make_projections(live_schema)) {
        const std::string name(projection->name());
        INFO(name);
        for (const bool undone : {true, false}) {
            const auto report = day.rebuilt(name);
            REQUIRE(report);
            CHECK(report->swapped);
            CHECK(all_equal(report->tables));
            if (undone) REQUIRE(undo_rebuild(*day.db, name));
        }
    }
    load.request_stop();
    load.join();
    REQUIRE(runner.wait_for(day.source.head()->seq, Clock::now() + std::chrono::minutes{2}));
    CHECK(first.answers() > 16); // It was not only waiting.
    CHECK(first.stop() == "");
    CHECK(second.stop() == "");
    CHECK(runner.progress().state == RunnerState::running);
    CHECK(day.source.head()->seq > morning);
    for (const auto& projection : make_projections(live_schema)) {
        INFO(projection->name());
        const auto diff =
            diff_projection(*day.db, day.source, std::string(projection->name()), replaying);
        REQUIRE(diff);
        CHECK(diff->equal());
        CHECK(diff->at.seq == day.source.head()->seq);
    }
}

TEST_CASE("swap: killed while it fills the new tables, a rebuild has touched nothing") {
    Day day;
    for (const bool early : {true, false}) {
        const std::string before = everything(*day.db);
        const int signal = killed_while_rebuilding(day, [&](const ReplayProgress& progress) {
            return early || progress.seq == progress.target_seq;
        });
        CHECK(signal == SIGKILL);
        CHECK(everything(*day.db) == before);
        const auto report = rebuilt_after_crash(day);
        REQUIRE(report);
        CHECK(report->swapped);
    }
}

TEST_CASE("swap: killed between its new tables and the swap, a rebuild begins anew") {
    Day day;
    run_business(day.source, 3, 1, "C");
    const int signal = killed_while_rebuilding(day, [&](const ReplayProgress& progress) {
        const std::uint64_t head = day.source.head()->seq;
        if (progress.target_seq == head) return true; // It catches up: the tables are committed.
        if (progress.seq == progress.target_seq) {
            const auto live = day.database.connect();
            project_all(*live, day.source).value();
        }
        return false;
    });
    CHECK(signal == SIGKILL);
    CHECK(ask(*day.db, "SELECT count(*) > 0 FROM wallets_next.wallets") == "t");
    CHECK(diff_projection(*day.db, day.source, "accounts", replaying)->equal());
    const auto report = rebuilt_after_crash(day);
    REQUIRE(report);
    CHECK(report->swapped);
    CHECK(all_equal(report->tables));
    CHECK(report->at.seq == day.source.head()->seq);
    CHECK(diff_projection(*day.db, day.source, "wallets", replaying)->equal());
}
