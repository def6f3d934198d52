#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

Told opened(const std::string& customer, std::int64_t minor) {
    OpeningBalancesPosted e;
    e.wallets = {{customer, minor, "opening"}};
    e.postings = {{"wallet:" + customer, -minor, {}, {}}, {"opening", minor, {}, {}}};
    return {std::move(e), noon, day("2026-11-19"), {}};
}

std::string wallet(SqlSession& db, const std::string& customer) {
    return ask(
        db,
        "SELECT row(balance_minor, overdrawn_minor, entity, currency)::text FROM wallets "
        "WHERE customer = '" +
            customer + "'"
    );
}

std::string lots(SqlSession& db, const std::string& customer) {
    return ask(
        db,
        "SELECT string_agg(lot || ' ' || source || ' ' || remaining_minor || '/' || "
        "opened_minor, ', ' ORDER BY opened_seq, lot) FROM lots WHERE customer = '" +
            customer + "'"
    );
}

} // namespace

TEST_CASE("wallets: a customer has an empty wallet from the start") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(wallet(*db, "ACC1") == "(0,0,main,KES)");
    CHECK(statement(*db, "ACC1") == "NULL");
}

TEST_CASE("wallets: credits open lots, charges consume them, each with a statement line") {
    MemorySource source;
    open_isp(source);
    source.add(opened("ACC1", 49'975));
    source.add(paid("R1", "ACC1", 120'000));
    source.add(charged("ACC1-1", "ACC1", {{"opening", 49'975}, {"mpesa:R1", 100'025}}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(wallet(*db, "ACC1") == "(19975,0,main,KES)");
    CHECK(lots(*db, "ACC1") == "opening opening 0/49975, mpesa:R1 paid 19975/120000");
    CHECK(
        statement(*db, "ACC1") == "opening 49975 49975, payment 120000 169975, charge -150000 19975"
    );
    CHECK(
        ask(*db,
            "SELECT row(booked_on, payment, charge, service, lines->0->>'component')::text "
            "FROM wallet_statement WHERE kind = 'charge'") ==
        "(2026-11-20,,ACC1-1:period:2026-11-20:0,ACC1-1,period)"
    );
}

TEST_CASE("wallets: an opening debt is repaid before a lot is opened") {
    MemorySource source;
    open_isp(source);
    source.add(opened("ACC1", -3'000));
    Told payment = paid("R1", "ACC1", 5'000);
    std::get<PaymentReceived>(payment.event).debt_repaid = 3'000;
    source.add(std::move(payment));
    source.add(opened("ACC2", -700));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(wallet(*db, "ACC1") == "(2000,0,main,KES)");
    CHECK(lots(*db, "ACC1") == "mpesa:R1 paid 2000/2000");
    CHECK(wallet(*db, "ACC2") == "(-700,700,main,KES)");
    CHECK(ask(*db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
}

TEST_CASE("wallets: a reversal goes below zero and says what it unwound") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 150'000));
    source.add(charged("ACC1-1", "ACC1", {{"mpesa:R1", 150'000}}));
    PaymentReversed reversed;
    reversed.payment = "mpesa:R1";
    reversed.channel = "mpesa:600901";
    reversed.minor = 150'000;
    reversed.reason = "fraud";
    reversed.debits = {{"ACC1", 150'000, {}, 150'000, {{"ACC1-1:period:2026-11-20:0", 150'000}}}};
    reversed.postings = {{"wallet:ACC1", 150'000, {}, {}}, {"cash:mpesa:600901", -150'000, {}, {}}};
    source.add({std::move(reversed), noon, {}, {}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(wallet(*db, "ACC1") == "(-150000,150000,main,KES)");
    CHECK(
        ask(*db,
            "SELECT row(payment, reason, lines)::text FROM wallet_statement "
            "WHERE kind = 'reversal'") ==
        "(mpesa:R1,fraud,\"[{\"\"minor\"\": 150000, \"\"charge\"\": "
        "\"\"ACC1-1:period:2026-11-20:0\"\"}]\")"
    );
    CHECK(ask(*db, "SELECT unwound_minor FROM charges") == "150000");
    CHECK(ask(*db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
}

TEST_CASE("wallets: moved money leaves one wallet and enters another in one event") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 9'000));
    PaymentMoved moved;
    moved.payment = "mpesa:R1";
    moved.minor = 9'000;
    moved.debit = {"ACC1", 9'000, {{"mpesa:R1", 9'000}}, 0, {}};
    moved.credit = {"ACC2", 9'000, "mpesa:R1#2", 0};
    moved.reason = "wrong customer";
    moved.postings = {{"wallet:ACC1", 9'000, {}, {}}, {"wallet:ACC2", -9'000, {}, {}}};
    source.add({std::move(moved), noon, {}, {}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(statement(*db, "ACC1") == "payment 9000 9000, moved_out -9000 0");
    CHECK(statement(*db, "ACC2") == "moved_in 9000 9000");
    CHECK(lots(*db, "ACC2") == "mpesa:R1#2 paid 9000/9000");
    CHECK(ask(*db, "SELECT payment FROM lots WHERE customer = 'ACC2'") == "mpesa:R1");
}

TEST_CASE("wallets: rows of an earlier batch are read again by a new projector") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 120'000));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    source.add(charged("ACC1-1", "ACC1", {{"mpesa:R1", 100'000}}));
    REQUIRE(project_all(*db, source));
    source.add(charged("ACC1-2", "ACC1", {{"mpesa:R1", 5'000}}));
    REQUIRE(project_all(*db, source));
    CHECK(wallet(*db, "ACC1") == "(15000,0,main,KES)");
    CHECK(lots(*db, "ACC1") == "mpesa:R1 paid 15000/120000");
    CHECK(
        statement(*db, "ACC1") == "payment 120000 120000, charge -100000 20000, charge -5000 15000"
    );
}
