// A provider in KES with a customer who pays in dollars: no read model adds up the two.
#include "postgres_fixture.hpp"
#include "projections/diff.hpp"
#include "small_isp.hpp"
#include "support/invoice_examples.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

const Currency usd = Currency::parse("USD").value();

Posting dollars(std::string account, std::int64_t minor) {
    return {std::move(account), minor, usd, std::nullopt};
}

// The same event in dollars, as a customer's who has them.
Told in_dollars(Told told) {
    if (Postings* postings = postings_of(told.event))
        for (Posting& posting : *postings)
            posting.currency = usd;
    if (auto* payment = std::get_if<PaymentReceived>(&told.event)) {
        payment->currency = usd;
        payment->channel = "till:main";
        payment->postings.front().account = "cash:till:main";
    }
    if (auto* issued = std::get_if<InvoiceIssued>(&told.event)) issued->currency = usd;
    return told;
}

PlanDefined fibre() {
    PlanDefined defined{"FIBRE", 1, "Fibre", 290'000, {}, "", 0, BillingPeriod::month, 50, 50};
    defined.setup_minor = 100'000;
    defined.prices = {{Currency::parse("EUR").value(), 23'00, {}}, {usd, 25'00, 5'00}};
    return defined;
}

PlanDefined television() {
    PlanDefined defined{"TV", 1, "Television", 60'000, {}, "", 0, BillingPeriod::month, 0, 0};
    defined.kind = PlanKind::addon;
    defined.prices = {{usd, 4'00, {}}};
    return defined;
}

Told fibre_for(const std::string& service, const std::string& customer) {
    Told added = service_added(service, customer);
    std::get<ServiceAdded>(added.event).plan = "FIBRE";
    return added;
}

Told fibre_charged(const std::string& customer, const std::string& receipt, std::int64_t minor) {
    Told charge = charged(customer + "-F", customer, {{"mpesa:" + receipt, minor}});
    auto& e = std::get<WalletCharged>(charge.event);
    e.lines.front().plan = "FIBRE";
    e.postings.back().account = "revenue:FIBRE";
    return charge;
}

// U has dollars. It and ACC1 have a line of fibre with two televisions, both paid for.
void open_both(MemorySource& source) {
    open_isp(source);
    source.add({told(fibre()), told(television())});
    Told customer = customer_registered("U", "Someone abroad");
    std::get<CustomerRegistered>(customer.event).currency = usd;
    source.add(std::move(customer));
    for (const std::string owner : {"U", "ACC1"}) {
        source.add({fibre_for(owner + "-F", owner), site_requested(owner + "-F", owner)});
        source.add(told(AddonAdded{owner + "-F", owner, "TV", 1, 2, day("2026-11-20"), {}}));
    }
    source.add({in_dollars(paid("R1", "U", 40'00)), in_dollars(fibre_charged("U", "R1", 33'00))});
    source.add({paid("R2", "ACC1", 500'000), fibre_charged("ACC1", "R2", 410'000)});
}

InvoiceIssued invoice(const std::string& name, std::uint64_t number, const std::string& customer) {
    InvoiceIssued issued = invoice_examples::issued();
    issued.invoice = name;
    issued.number = "F-" + name;
    issued.number_seq = number;
    issued.customer = customer;
    issued.postings.front().account = "receivable:" + customer;
    return issued;
}

void check_controls(SqlSession& db) {
    CHECK(
        ask_lines(db, "name, part, currency", "control_checks WHERE difference_minor <> 0") ==
        "NULL"
    );
}

} // namespace

TEST_CASE("currencies: a plan's prices, and the currency of a customer") {
    MemorySource source;
    open_both(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db, "SELECT prices::text FROM plans WHERE plan = 'FIBRE'") ==
        R"([{"currency": "EUR", "price_minor": 2300}, )"
        R"({"currency": "USD", "price_minor": 2500, "setup_minor": 500}])"
    );
    CHECK(ask(*db, "SELECT prices::text FROM plans WHERE plan = 'HOME10'") == "[]");
    CHECK(
        ask_lines(*db, "plan, currency, price_minor", "plan_prices") ==
        "FIBRE EUR 2300, FIBRE KES 290000, FIBRE USD 2500, HOME10 KES 150000, TV KES 60000, "
        "TV USD 400"
    );
    CHECK(ask_lines(*db, "customer, currency", "customers") == "ACC1, ACC2, U USD");
    CHECK(
        ask_lines(*db, "customer, currency", "customer_currencies") == "ACC1 KES, ACC2 KES, U USD"
    );
}

TEST_CASE("currencies: a wallet is in its customer's, with money and with terms alone") {
    MemorySource source;
    open_isp(source);
    Told customer = customer_registered("U", "");
    std::get<CustomerRegistered>(customer.event).currency = usd;
    std::get<CustomerRegistered>(customer.event).entity = "coast";
    source.add(std::move(customer));
    const TestDatabase database;
    const auto db = database.prepared();
    const std::string columns = "entity, currency, balance_minor, held_minor";
    REQUIRE(project_all(*db, source));
    CHECK(ask_lines(*db, columns, "wallets WHERE customer = 'U'") == "coast USD 0 0");
    Told payment = in_dollars(paid("R1", "U", 40'00));
    std::get<PaymentReceived>(payment.event).postings.back().entity = "coast";
    source.add(std::move(payment));
    source.add(told(OverdraftLimitSet{"U", 5'00}));
    source.add(told(FundsHeld{"H", "U", 3'00, {}, ""}));
    REQUIRE(project_all(*db, source)); // The owner is read back from the rows.
    CHECK(ask_lines(*db, columns, "wallets WHERE customer = 'U'") == "coast USD 4000 300");
    CHECK(ask_lines(*db, columns, "wallets WHERE customer = 'ACC1'") == "main KES 0 0");
    CHECK(ask_lines(*db, "currency, remaining_minor", "lots") == "USD 4000");
    CHECK(ask_lines(*db, "currency, minor, balance_minor", "wallet_statement") == "USD 4000 4000");
    CHECK(ask_lines(*db, "customer, entity, currency", "wallet_owners") == "U coast USD");
}

TEST_CASE("currencies: what recurs is told by the price in the customer's") {
    MemorySource source;
    open_both(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(
            *db,
            "plan, currency, sum(monthly_minor)",
            "recurring_parts('2026-11-20', NULL) GROUP BY plan, currency"
        ) == "FIBRE KES 290000, FIBRE USD 2500, HOME10 KES 300000, TV KES 120000, TV USD 800"
    );
    CHECK(
        ask_lines(
            *db,
            "service, currency, before_minor, after_minor, movement",
            "recurring_changes('2026-11-20', '2026-11-20', NULL) WHERE service LIKE '%-F'"
        ) == "ACC1-F KES 410000 new, U-F USD 3300 new"
    );
    source.add({SiteProvisioned{"U-F", "rtr-01", 10, true}, noon, {}, {}});
    source.add(suspended("U-F", "U", noon));
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(
            *db,
            "site, minutes, minor, currency",
            "line_differences('2026-11-20 10:30:40+00') WHERE difference = 'unpaid_but_on'"
        ) == "U-F 90 5 USD" // 2500 * 90 / (31 * 1440)
    );
}

TEST_CASE("currencies: the trial balance sums to zero in each, and reports tell them apart") {
    MemorySource source;
    open_both(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const std::string columns = "currency, account, balance_minor";
    const std::string expected = "KES cash:mpesa:600901 500000, KES revenue:FIBRE -410000, "
                                 "KES wallets -90000, USD cash:till:main 4000, "
                                 "USD revenue:FIBRE -3300, USD wallets -700";
    CHECK(ask_lines(*db, columns, "trial_balance") == expected);
    CHECK(ask_lines(*db, columns, "trial_balance_through('2026-11-20')") == expected);
    CHECK(ask_lines(*db, columns, "trial_balance_as_of(NULL, NULL)") == expected);
    check_controls(*db);
    CHECK(
        ask_lines(
            *db,
            "plan, currency, sum(net)",
            "charge_lines(NULL, NULL, NULL) GROUP BY plan, currency"
        ) == "FIBRE KES 410000, FIBRE USD 3300"
    );
    CHECK(ask_lines(*db, "customer, currency, minor", "charges") == "ACC1 KES 410000, U USD 3300");
    CHECK(
        ask_lines(*db, "channel, currency, received_minor", "payments") ==
        "mpesa:600901 KES 500000, till:main USD 4000"
    );
}

TEST_CASE("currencies: the summary counts revenue and what is owed for in each") {
    MemorySource source;
    open_both(source);
    source.add(told(invoice("K1", 1, "ACC1")));
    source.add(in_dollars(told(invoice("U1", 2, "U"))));
    FundsApplied applied{"U1", "U", 7'00, {{"mpesa:R1", 7'00}}, 14'840'00 - 7'00, {}, {}};
    applied.postings = {dollars("wallet:U", 7'00), dollars("receivable:U", -7'00)};
    source.add(told(std::move(applied)));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(*db, "booked_on, currency, revenue_minor, owed_minor", "summary_days") ==
        "2026-11-20 KES 1560000 1484000, 2026-11-20 USD 1153300 1483300"
    );
    CHECK(
        ask_lines(*db, "currency, sum(open_minor)", "invoices GROUP BY currency") ==
        "KES 1484000, USD 1483300"
    );
    CHECK(ask(*db, "SELECT invoices_pending FROM summary_counts") == "2");
    CHECK(
        ask_lines(*db, "currency, minor", "invoice_debts('2026-12-31', NULL)") ==
        "KES 1484000, USD 1483300"
    );
    check_controls(*db);
}

TEST_CASE("currencies: opening balances stand in each, and a payment of another waits") {
    MemorySource source;
    open_both(source);
    OpeningBalancesPosted opening;
    opening.wallets = {{"ACC2", 90'000, "opening"}, {"U", 25'00, "opening"}};
    opening.cash = {{"till:main", 100'000, {}}, {"till:main", 99'00, usd}};
    opening.postings = {
        {"wallet:ACC2", -90'000, {}, {}},
        {"cash:till:main", 100'000, {}, {}},
        {"opening", -10'000, {}, {}},
        dollars("wallet:U", -25'00),
        dollars("cash:till:main", 99'00),
        dollars("opening", -74'00)};
    source.add(told(std::move(opening)));
    Told stray = into_suspense("R9", 150'000);
    std::get<PaymentReceived>(stray.event).suspense_reason = "other_currency";
    source.add(std::move(stray));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(*db, "customer, currency, remaining_minor", "lots WHERE source = 'opening'") ==
        "ACC2 KES 90000, U USD 2500"
    );
    CHECK(
        ask_lines(*db, "currency, balance_minor", "account_balances WHERE account = 'opening'") ==
        "KES -10000, USD -7400"
    );
    CHECK(
        ask_lines(
            *db, "currency, balance_minor", "account_balances WHERE account = 'cash:till:main'"
        ) == "KES 100000, USD 13900"
    );
    CHECK(
        ask_lines(*db, "reason, currency, remaining_minor", "open_suspense") ==
        "other_currency KES 150000"
    );
    check_controls(*db);
}

TEST_CASE("currencies: what one entity owes another is settled in each by itself") {
    MemorySource source;
    open_isp(source);
    source.add(told(LegalEntityDefined{"coast", "Coast Ltd", {}, {}, {"till:coast"}}));
    EntitiesSettled settled{"S1", "main", "coast", "till:main", "till:coast", 30'00, 0, {}};
    settled.currency = usd;
    settled.postings = {
        dollars("cash:till:main", -30'00),
        {"cash:till:coast", 30'00, usd, "coast"},
        dollars("due_entity:coast", 30'00),
        {"due_entity:main", -30'00, usd, "coast"}};
    source.add(told(std::move(settled)));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(*db, "entity, account, currency, balance_minor", "account_balances") ==
        "coast cash:till:coast USD 3000, coast due_entity:main USD -3000, "
        "main cash:till:main USD -3000, main due_entity:coast USD 3000"
    );
    check_controls(*db);
}

TEST_CASE("currencies: a billing run tells what it took in each") {
    MemorySource source;
    open_isp(source);
    BillingRunFinished run;
    run.run = std::string(16, 'a');
    run.charged_minor = 450'000;
    source.add(told(run));
    run.run = std::string(16, 'b');
    run.others = {{usd, 45'00, 12'50}};
    source.add(told(run));
    BillingRunStarted begun;
    begun.run = std::string(16, 'c');
    source.add(told(begun));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask_lines(*db, "left(run, 1), state, charged_minor, others", "billing_runs") ==
        "a finished 450000 [], b finished 450000 "
        R"([{"currency": "USD", "charged_minor": 4500, "invoiced_minor": 1250}], c running 0 [])"
    );
}

TEST_CASE("currencies: the rows of both are those of their replay") {
    MemorySource source;
    open_both(source);
    source.add(told(invoice("K1", 1, "ACC1")));
    source.add(in_dollars(told(invoice("U1", 2, "U"))));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    for (const char* projection : {"tenancy", "subscribers", "wallets", "summary", "accounts"}) {
        CAPTURE(projection);
        const auto diff = diff_projection(*db, source, projection, {&open_told, {}});
        REQUIRE(diff);
        CHECK(all_equal(diff->tables));
    }
}
