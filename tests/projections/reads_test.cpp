#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

TEST_CASE("reads: a wallet as it was, by record and by when things happened") {
    MemorySource source;
    open_isp(source);                    // seq 1 to 9
    source.add(paid("R1", "ACC1", 100)); // 10, happened at 06:00
    Told late = paid("R2", "ACC1", 40);  // 11, happened at 04:00
    late.at = at("2026-11-20T04:00:00Z");
    source.add(std::move(late));
    source.add(charged("ACC1-1", "ACC1", {{"mpesa:R1", 70}})); // 12, at 06:00
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto balance = [&](const std::string& happened, const std::string& known) {
        return ask(
            *db, "SELECT balance_minor FROM wallets_as_of('ACC1', " + happened + ", " + known + ")"
        );
    };
    CHECK(balance("NULL", "NULL") == "70");
    CHECK(balance("NULL", "11") == "140");
    CHECK(balance("NULL", "10") == "100");
    CHECK(balance("NULL", "9") == "-");
    CHECK(balance("'2026-11-20 05:00+00'", "NULL") == "40"); // As known now.
    CHECK(balance("'2026-11-20 05:00+00'", "10") == "-");    // As known then.
    CHECK(
        ask(*db,
            "SELECT string_agg(minor || '=' || balance_minor, ' ') "
            "FROM wallet_statement_as_of('ACC1', NULL, NULL)") == "40=40 100=140 -70=70"
    );
}

TEST_CASE("reads: a trial balance and services as they were") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 100));                                 // 10
    source.add(suspended("ACC1-1", "ACC1", at("2026-11-20T21:05:00Z"))); // 11
    source.add(charged("ACC1-1", "ACC1", {{"mpesa:R1", 70}}));           // 12
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto trial = [&](const std::string& limits) {
        return ask(
            *db,
            "SELECT string_agg(account || ' ' || balance_minor, ', ' ORDER BY account) "
            "FROM trial_balance_as_of(" +
                limits + ")"
        );
    };
    CHECK(trial("NULL, 10") == "cash:mpesa:600901 100, wallets -100");
    CHECK(trial("NULL, NULL") == "cash:mpesa:600901 100, revenue:HOME10 -70, wallets -30");
    CHECK(trial("'2026-11-19', NULL") == "NULL");
    const auto status = [&](const std::string& limits) {
        return ask(
            *db, "SELECT status FROM services_as_of(" + limits + ") WHERE service = 'ACC1-1'"
        );
    };
    CHECK(status("NULL, 10") == "active");
    CHECK(status("NULL, 11") == "suspended");
    CHECK(status("'2026-11-20 21:04:59+00', NULL") == "active");
    CHECK(status("'2026-11-20 21:05:00+00', NULL") == "suspended");
    CHECK(ask(*db, "SELECT seq_recorded_at('2026-11-20 06:00:00+00')") == "12");
    CHECK(ask(*db, "SELECT seq_recorded_at('2026-11-19 21:00:00+00')") == "1");
    CHECK(ask(*db, "SELECT seq_recorded_at('2020-01-01')") == "0");
}

TEST_CASE("reads: a control check shows what two tables do not agree on") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 100));
    source.add(into_suspense("R2", 50));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto off = [&] {
        return ask(
            *db,
            "SELECT string_agg(name || ' ' || difference_minor, ', ' ORDER BY name) "
            "FROM control_checks WHERE difference_minor <> 0"
        );
    };
    CHECK(off() == "NULL");
    REQUIRE(db->run("UPDATE lots SET remaining_minor = remaining_minor - 1"));
    REQUIRE(db->run("UPDATE suspense_items SET remaining_minor = 0"));
    REQUIRE(db->run("UPDATE payments SET reversed_minor = 5 WHERE receipt = 'R1'"));
    CHECK(off() == "cash 5, suspense 50, wallets 1");
}
