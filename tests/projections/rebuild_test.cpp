#include "postgres_fixture.hpp"
#include "projections/catalogue.hpp"
#include "projections/diff.hpp"
#include "projections/migrations.hpp"
#include "projections/rebuild_all.hpp"
#include "projections/runner.hpp"
#include "small_isp.hpp"
#include "steady_load.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

using namespace tollbook;

namespace {

const ReplayOptions opening_told{&open_told, {}};

struct Rebuilding {
    Rebuilding() {
        open_isp(source);
        run_business(source, 10, 3);
        source.add(into_suspense("S1", 70));
        source.add(suspended("ACC1-1", "ACC1", at("2026-11-20T21:05:00Z")));
        project_all(*db, source).value();
    }

    RebuildReport rebuilt(const std::string& name, bool accept = false) {
        return rebuild(*db, source, {name, opening_told, accept}).value();
    }

    MemorySource source;
    TestDatabase database;
    std::unique_ptr<SqlSession> db{database.prepared()};
};

} // namespace

TEST_CASE("rebuild: each projection is built anew, found equal and swapped") {
    Rebuilding setting;
    SqlSession& db = *setting.db;
    for (const auto& projection : make_projections(live_schema)) {
        INFO(projection->name());
        const RebuildReport report = setting.rebuilt(std::string(projection->name()));
        CHECK(report.swapped);
        CHECK(all_equal(report.tables));
        CHECK(report.at.seq == setting.source.head()->seq);
    }
    // Keys, indexes, policies and views are those of a fresh installation.
    CHECK(ask(db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
    const TestDatabase fresh;
    const auto other = fresh.prepared();
    const std::string indexes =
        "SELECT string_agg(indexdef, ';' ORDER BY indexdef) FROM pg_indexes "
        "WHERE schemaname = 'tollbook'";
    const std::string policies = "SELECT string_agg(tablename || qual || roles::text, ';' "
                                 "ORDER BY tablename) FROM pg_policies "
                                 "WHERE schemaname = 'tollbook'";
    CHECK(ask(db, indexes) == ask(*other, indexes));
    CHECK(ask(db, policies) == ask(*other, policies));
    // And the next batch goes into them.
    run_business(setting.source, 2, 1, "C");
    REQUIRE(project_all(db, setting.source));
    CHECK(all_equal(diff_projection(db, setting.source, "wallets", opening_told)->tables));
}

// As a program of before left it: one table without a column that today's reads need.
constexpr auto older_shape =
    "ALTER TABLE customers DROP COLUMN entity;"
    "UPDATE projection_checkpoints SET version = 1 WHERE projection IN ('subscribers', 'wallets');"
    "UPDATE schema_migrations SET name = '102_subscribers_v1' WHERE name LIKE '102_%';"
    "UPDATE schema_migrations SET sha256 = 'older' WHERE name LIKE '9%'";

TEST_CASE("rebuild: a database of older shapes goes on, and comes to today's one by one") {
    Rebuilding setting;
    SqlSession& db = *setting.db;
    const auto has = [&](const std::string& view) {
        return ask(db, "SELECT to_regclass('tollbook." + view + "') IS NOT NULL") == "t";
    };
    REQUIRE(db.run(older_shape));
    REQUIRE(migrate(db));
    CHECK(has("control_checks"));
    run_business(setting.source, 2, 1, "C");
    CHECK(
        open_projector(db, setting.source)->outdated() ==
        std::vector<std::string>{"subscribers", "wallets"}
    );
    REQUIRE(project_all(db, setting.source));

    // Its tables are today's, but not all that the checks read: no answer, rather than an old one.
    CHECK(setting.rebuilt("wallets").swapped);
    CHECK_FALSE(has("control_checks"));
    CHECK(has("trial_balance"));
    REQUIRE(migrate(db));

    CHECK(setting.rebuilt("subscribers").swapped);
    REQUIRE(migrate(db));
    REQUIRE(project_all(db, setting.source));
    CHECK(ask(db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
    CHECK(all_equal(diff_projection(db, setting.source, "wallets", opening_told)->tables));
}

TEST_CASE("rebuild: tables that differ are not swapped, unless that is accepted") {
    Rebuilding setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run("UPDATE wallets SET balance_minor = 999 WHERE customer = 'B3'"));
    const RebuildReport refused = setting.rebuilt("wallets");
    CHECK_FALSE(refused.swapped);
    CHECK(refused.tables.at(1).different == 1);
    CHECK(ask(db, "SELECT balance_minor FROM wallets WHERE customer = 'B3'") == "999");

    const RebuildReport accepted = setting.rebuilt("wallets", true);
    CHECK(accepted.swapped);
    CHECK(ask(db, "SELECT balance_minor FROM wallets WHERE customer = 'B3'") == "450");
    CHECK(
        ask(db, "SELECT balance_minor FROM wallets_previous.wallets WHERE customer = 'B3'") == "999"
    );
}

TEST_CASE("rebuild: undone, the old tables are back and catch up") {
    Rebuilding setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run("UPDATE plans SET name = 'as it was'"));
    REQUIRE(setting.rebuilt("tenancy", true).swapped);
    CHECK(ask(db, "SELECT name FROM plans") == "Home 10 Mbps");
    setting.source.add({PeriodClosed{day("2026-11-19")}, at("2026-11-20T10:00:00Z"), {}, {}});
    REQUIRE(project_all(db, setting.source));

    REQUIRE(undo_rebuild(db, "tenancy"));
    CHECK(ask(db, "SELECT name FROM plans") == "as it was");
    CHECK(ask(db, "SELECT closed_through FROM tenants") == "NULL");
    REQUIRE(project_all(db, setting.source));
    CHECK(ask(db, "SELECT closed_through FROM tenants") == "2026-11-19");
    CHECK(undo_rebuild(db, "tenancy").error().code == Errc::not_found);
}

TEST_CASE("rebuild: two at once are one") {
    Rebuilding setting;
    const auto other = setting.database.connect();
    REQUIRE(other->run("SELECT pg_advisory_lock(7237113, hashtext('wallets'))"));
    CHECK(
        rebuild(*setting.db, setting.source, {"wallets", opening_told, false}).error().code ==
        Errc::store_locked
    );
    CHECK(
        rebuild(*setting.db, setting.source, {"x", opening_told, false}).error().code ==
        Errc::not_found
    );
}

TEST_CASE("rebuild: under load, beside a running projector that goes on with the new tables") {
    Rebuilding setting;
    RunnerOptions options;
    options.dsn = setting.database.dsn();
    options.open_personal = &open_told;
    options.limits = {16U << 10U, std::chrono::milliseconds{5}};
    options.retry_min = std::chrono::milliseconds{10};
    ProjectionRunner runner(setting.source, std::move(options));
    std::jthread load([&](const std::stop_token& stop) {
        for (int i = 0; !stop.stop_requested(); ++i) {
            setting.source.add(paid(fmt::format("L{}", i), fmt::format("B{}", i % 10), 1));
            pause_load(setting.source, runner);
        }
    });
    std::uint64_t progressed = 0;
    ReplayOptions watched = opening_told;
    watched.progress = [&](const ReplayProgress& progress) { progressed = progress.seq; };
    for (const std::string name : {"wallets", "accounts", "wallets", "payments"}) {
        const auto report = rebuild(*setting.db, setting.source, {name, watched, false});
        REQUIRE(report);
        CHECK(report->swapped);
        CHECK(progressed == report->at.seq);
    }
    load.request_stop();
    load.join();
    REQUIRE(runner.wait_for(
        setting.source.head()->seq, std::chrono::steady_clock::now() + std::chrono::seconds{120}
    ));
    CHECK(runner.progress().state == RunnerState::running);
    for (const std::string name : {"wallets", "accounts", "payments"})
        CHECK(all_equal(diff_projection(*setting.db, setting.source, name, opening_told)->tables));
}

TEST_CASE("rebuild: all of them side by side, and one that is refused keeps none from its end") {
    Rebuilding setting;
    std::vector<RebuildOptions> wanted{{"x", opening_told, false}};
    for (const auto& projection : make_projections(live_schema))
        wanted.push_back({std::string(projection->name()), opening_told, false});
    const auto connect = [&] { return SqlSession::connect(setting.database.dsn(), "test"); };
    for (const std::size_t at_once : {1U, 3U, 9U}) {
        INFO(at_once);
        const auto reports = rebuild_all(connect, setting.source, wanted, at_once);
        REQUIRE(reports.size() == wanted.size());
        CHECK(reports.front().error().code == Errc::not_found);
        for (std::size_t i = 1; i < reports.size(); ++i) {
            INFO(wanted[i].projection);
            REQUIRE(reports[i]);
            CHECK(reports[i]->swapped);
            CHECK(all_equal(reports[i]->tables));
        }
        run_business(setting.source, 2, 1, fmt::format("D{}", at_once));
        REQUIRE(project_all(*setting.db, setting.source));
    }
    CHECK(rebuild_all(connect, setting.source, {}, 2).empty());
}
