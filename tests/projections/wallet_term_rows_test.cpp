#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

Postings legs(const std::string& debit, const std::string& credit, std::int64_t minor) {
    return {{debit, minor, {}, {}}, {credit, -minor, {}, {}}};
}

std::string wallet_terms(SqlSession& db, const std::string& customer) {
    return ask(
        db,
        "SELECT row(balance_minor, overdrawn_minor, overdraft_limit_minor, held_minor)::text "
        "FROM wallets WHERE customer = '" +
            customer + "'"
    );
}

std::string lots_by_priority(SqlSession& db, const std::string& customer) {
    return ask(
        db,
        "SELECT string_agg(lot || ' ' || source || ' ' || priority || ' ' || remaining_minor, "
        "', ' ORDER BY opened_seq, lot) FROM lots WHERE customer = '" +
            customer + "'"
    );
}

} // namespace

TEST_CASE("wallets: grants, their expiry, and transfers") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 100'000));
    source.add(told(CreditGranted{
        "G1",
        "ACC1",
        50'000,
        "grant#G1",
        10,
        day("2026-12-01"),
        0,
        "welcome",
        legs("granted", "wallet:ACC1", 50'000)}));
    source.add(told(LotExpired{
        "ACC1", "grant#G1", 20'000, day("2026-12-01"), legs("wallet:ACC1", "granted", 20'000)}));
    source.add(told(FundsTransferred{
        "T1",
        "ACC1",
        "ACC2",
        60'000,
        {{"mpesa:R1", 60'000}},
        "transfer#T1",
        0,
        "brothers",
        legs("wallet:ACC1", "wallet:ACC2", 60'000)}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(wallet_terms(*db, "ACC1") == "(70000,0,0,0)");
    CHECK(lots_by_priority(*db, "ACC1") == "mpesa:R1 paid 50 40000, grant#G1 granted 10 30000");
    CHECK(
        statement(*db, "ACC1") ==
        "payment 100000 100000, grant 50000 150000, expiry -20000 130000, transfer_out -60000 70000"
    );
    CHECK(lots_by_priority(*db, "ACC2") == "transfer#T1 transferred 50 60000");
    CHECK(ask(*db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
}

TEST_CASE("wallets: a charge within the limit overdraws; its credit repays before it fills lots") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 100'000));
    source.add(told(OverdraftLimitSet{"ACC1", 60'000}));
    Told charge = charged("ACC1-1", "ACC1", {{"mpesa:R1", 100'000}});
    auto& e = std::get<WalletCharged>(charge.event);
    e.overdrawn = 50'000;
    e.minor += 50'000;
    for (Posting& posting : e.postings)
        posting.minor += posting.minor > 0 ? 50'000 : -50'000;
    source.add(charge);
    source.add(told(ChargeCredited{
        "ACC1-1:period:2026-11-20:0",
        "ACC1-1:period:2026-11-20:0~1",
        "ACC1",
        "ACC1-1",
        80'000,
        {{"period", "HOME10", 1, 80'000, {}, 0, {}, {}}},
        {{"ACC1-1:period:2026-11-20:0~1", 50'000}, {"mpesa:R1", 30'000}},
        50'000,
        "plan_change",
        legs("revenue:HOME10", "wallet:ACC1", 80'000)}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(wallet_terms(*db, "ACC1") == "(30000,0,60000,0)");
    CHECK(lots_by_priority(*db, "ACC1") == "mpesa:R1 paid 50 30000");
    CHECK(
        statement(*db, "ACC1") == "payment 100000 100000, charge -150000 -50000, credit 80000 30000"
    );
    CHECK(ask(*db, "SELECT credited_minor FROM charges") == "80000");
    CHECK(ask(*db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
}

TEST_CASE("wallets: holds and refunds, from the first word to the last") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 100'000));
    source.add(told(FundsHeld{"H1", "ACC1", 30'000, std::nullopt, "installation"}));
    source.add(told(FundsHeld{"H2", "ACC1", 5'000, noon, "visit"}));
    source.add(told(HoldCaptured{"H1", "ACC1", "manual#F1", 10'000, 20'000}));
    source.add(told(HoldReleased{"H2", "ACC1", 5'000, "expired"}));
    source.add(told(RefundRequested{"B1", "ACC1", 40'000, "moves", "ann"}));
    source.add(told(RefundRequested{"B2", "ACC1", 1'000, "moves", "ann"}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(wallet_terms(*db, "ACC1") == "(100000,0,0,61000)");
    CHECK(
        ask(*db,
            "SELECT string_agg(hold || ' ' || status || ' ' || remaining_minor, ', ' ORDER BY hold)"
            " FROM holds") == "H1 held 20000, H2 expired 0"
    );

    source.add(told(RefundApproved{
        "B1",
        "ACC1",
        40'000,
        {{"mpesa:R1", 40'000}},
        "ben",
        legs("wallet:ACC1", "refund_payable:ACC1", 40'000)}));
    source.add(told(RefundRejected{"B2", "ACC1", 1'000, "spent", "ben"}));
    source.add(told(RefundPaid{
        "B1",
        "ACC1",
        40'000,
        "till:main",
        "V1",
        legs("refund_payable:ACC1", "cash:till:main", 40'000)}));
    REQUIRE(project_all(*db, source));
    CHECK(wallet_terms(*db, "ACC1") == "(60000,0,0,20000)");
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', refund, status, decided_by, rejection, channel, "
            "receipt), ', ' ORDER BY refund) FROM refunds") ==
        "B1 paid ben till:main V1, B2 rejected ben spent"
    );
    CHECK(ask(*db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
}
