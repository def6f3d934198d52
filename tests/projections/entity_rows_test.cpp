#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

Posting leg(std::string account, std::int64_t minor, std::optional<std::string> entity = {}) {
    return {std::move(account), minor, Currency{}, std::move(entity)};
}

// The provider, a second company with the pay bill 600902, and its customer K, who paid 700.00
// into the pay bill of the first.
void open_two(MemorySource& source) {
    open_isp(source);
    source.add(told(LegalEntityDefined{
        "coast", "Coast Ltd", "P1", "Moi Avenue\nMombasa", {"mpesa:600902"}}));
    source.add(told(CustomerRegistered{"K", {{"K", "K"}}, "coast"}));
    Told payment = paid("R1", "K", 700'00);
    std::get<PaymentReceived>(payment.event).postings = {
        leg("cash:mpesa:600901", 700'00),
        leg("wallet:K", -700'00, "coast"),
        leg("due_entity:main", 700'00, "coast"),
        leg("due_entity:coast", -700'00)};
    source.add(std::move(payment));
}

std::string wallets_of(SqlSession& db, const std::string& customer) {
    return ask(
        db,
        "SELECT string_agg(concat_ws(' ', entity, balance_minor, held_minor, "
        "overdraft_limit_minor), ', ') FROM wallets WHERE customer = '" +
            customer + "'"
    );
}

std::string due_checks(SqlSession& db) {
    return ask(
        db,
        "SELECT string_agg(concat_ws(' ', part, minor, difference_minor), ', ') "
        "FROM control_checks WHERE name = 'due_entity'"
    );
}

} // namespace

TEST_CASE("legal entities: all that was said of one is kept, the newest counts") {
    MemorySource source;
    open_two(source);
    source.add(told(LegalEntityDefined{"main", "Savanna Ltd", {}, {}, {}}));
    source.add(told(LegalEntityDefined{"coast", "Coast PLC", {}, {}, {}}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', entity, name, tax_registration, channels::text), "
            "', ' ORDER BY seq) FROM legal_entities") ==
        "coast Coast Ltd P1 {mpesa:600902}, main Savanna Ltd {}, coast Coast PLC {}"
    );
}

TEST_CASE("legal entities: a customer's wallet is one, with money and with terms alone") {
    MemorySource source;
    open_two(source);
    source.add(told(OverdraftLimitSet{"K", 50'00}));
    source.add(told(FundsHeld{"H", "K", 30'00, {}, ""}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(wallets_of(*db, "K") == "coast 70000 3000 5000");
    source.add(told(HoldReleased{"H", "K", 30'00, "released"})); // Read back from the rows.
    REQUIRE(project_all(*db, source));
    CHECK(wallets_of(*db, "K") == "coast 70000 0 5000");
    CHECK(wallets_of(*db, "ACC1") == "main 0 0 0");
    CHECK(ask(*db, "SELECT string_agg(c, ',') FROM customers_of('coast') c") == "K");
    CHECK(
        ask(*db, "SELECT string_agg(c, ',' ORDER BY c) FROM customers_of('main') c") == "ACC1,ACC2"
    );
}

TEST_CASE("legal entities: a check tells when what one owes another is not what that one has") {
    MemorySource source;
    open_two(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(due_checks(*db) == "coast main 0 0");
    CHECK(ask(*db, "SELECT sum(abs(difference_minor)) FROM control_checks") == "0");
    REQUIRE(db->run("UPDATE account_balances SET balance_minor = balance_minor + 1 "
                    "WHERE account = 'due_entity:main'"));
    CHECK(due_checks(*db) == "coast main 1 1");
}

TEST_CASE("legal entities: a settlement leaves all checks at zero, and less due") {
    MemorySource source;
    open_two(source);
    EntitiesSettled settled{
        "S1", "main", "coast", "mpesa:600901", "mpesa:600902", 300'00, 400'00, {}};
    settled.postings = {
        leg("cash:mpesa:600901", -300'00),
        leg("cash:mpesa:600902", 300'00, "coast"),
        leg("due_entity:coast", 300'00),
        leg("due_entity:main", -300'00, "coast")};
    source.add(told(std::move(settled)));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(due_checks(*db) == "coast main 0 0");
    CHECK(ask(*db, "SELECT sum(abs(difference_minor)) FROM control_checks") == "0");
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', entity, account, balance_minor), ', ' "
            "ORDER BY entity, account) FROM account_balances "
            "WHERE kind IN ('cash', 'due_entity')") ==
        "coast cash:mpesa:600902 30000, coast due_entity:main 40000, "
        "main cash:mpesa:600901 40000, main due_entity:coast -40000"
    );
}

TEST_CASE("legal entities: the books of one are closed by themselves, the tenant's with all") {
    MemorySource source;
    open_two(source);
    source.add(told(PeriodClosed{day("2026-11-15"), "coast"}));
    source.add(told(PeriodClosed{day("2026-11-14")}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const std::string closings = "SELECT string_agg(concat_ws(' ', entity, closed_through), ', ') "
                                 "FROM entity_closings";
    CHECK(ask(*db, closings) == "coast 2026-11-15");
    CHECK(ask(*db, "SELECT closed_through FROM tenants") == "2026-11-14");
    source.add(told(PeriodClosed{day("2026-11-16"), "coast"})); // Read back from the rows.
    REQUIRE(project_all(*db, source));
    CHECK(ask(*db, closings) == "coast 2026-11-16");
    CHECK(ask(*db, "SELECT closed_through FROM tenants") == "2026-11-14");
}

TEST_CASE("legal entities: each has its own terms of invoicing") {
    MemorySource source;
    open_two(source);
    InvoicingSet terms{day("2026-11-01"), {}, {}, 14, "INV-", "CN-"};
    source.add(told(terms));
    terms.number_prefix = "C-";
    terms.entity = "coast";
    source.add(told(terms));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT string_agg(entity || ':' || number_prefix, ',' ORDER BY entity) "
            "FROM invoicing_terms") == ":INV-,coast:C-"
    );
}
