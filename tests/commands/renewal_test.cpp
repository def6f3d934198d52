#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

ServiceRenewed renewed(
    const std::string& service,
    const std::string& customer,
    std::string_view from,
    std::string_view to
) {
    return {
        service,
        customer,
        service + ":period:" + std::string(from) + ":0",
        day(from),
        day(to),
        std::nullopt};
}

std::vector<std::string> due_on(Spec& book) {
    std::vector<std::string> services;
    const auto due = book.run().decider().due_services(tenant_id, {});
    for (const DueService& service : due.value())
        services.push_back(service.service);
    return services;
}

// Puts the clock to noon of `on`, tops the wallet up, and renews.
Spec& renew(Spec& book, std::string_view on, const std::string& receipt) {
    book.when(AdvanceTestClock{at(std::string(on) + "T09:00:00Z")});
    book.when(typed(receipt, "A", 1'500'00));
    return book.when(RenewService{"A-1"});
}

} // namespace

TEST_CASE("renew_service: a wallet that covers the price is charged for the month from today") {
    given(world() + Story{service("A-1", "A", "2026-11-20"), received("R1", "A", 2'000'00)})
        .when(RenewService{"A-1"})
        .then(
            {month("A-1", "A", "2026-11-20", {{"mpesa:R1", 1'500'00}}),
             renewed("A-1", "A", "2026-11-20", "2026-12-20")}
        )
        .booked_on("2026-11-20")
        .wallet("A", 500'00);
}

TEST_CASE("renew_service: the price to the cent is enough, a cent less cuts") {
    given(world() + Story{service("A-1", "A", "2026-11-20"), received("R1", "A", 1'500'00)})
        .when(RenewService{"A-1"})
        .then_types("wallet_charged service_renewed");
    given(world() + Story{service("A-1", "A", "2026-11-20"), received("R1", "A", 1'499'99)})
        .when(RenewService{"A-1"})
        .then({cut("A-1", "A")})
        .wallet("A", 1'499'99)
        .renews_on("A-1", "2026-11-20");
}

TEST_CASE("renew_service: tax is split out of the price to the cent") {
    ServiceAdded business = service("A-1", "A", "2026-11-20");
    business.plan = "BIZ50";
    Spec book = given(world() + Story{business, received("R1", "A", 6'500'00)});
    book.when(RenewService{"A-1"});
    const WalletCharged& charged = book.event<WalletCharged>(0);
    CHECK(charged.lines.front().net == 5'603'45);
    CHECK(charged.lines.front().tax == 896'55);
    CHECK(charged.lines.front().tax_code == "vat16");
    CHECK(
        charged.postings ==
        legs({{"wallet:A", 6'500'00}, {"revenue:BIZ50", -5'603'45}, {"tax:vat16", -896'55}})
    );
}

TEST_CASE("renew_service: a charge names the lots that it consumed, the oldest first") {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20"),
            received("R1", "A", 400'00),
            received("R2", "A", 1'000'00),
            received("R3", "A", 400'00)}
    );
    book.when(RenewService{"A-1"});
    CHECK(
        book.event<WalletCharged>(0).lots ==
        std::vector<LotTaken>{{"mpesa:R1", 400'00}, {"mpesa:R2", 1'000'00}, {"mpesa:R3", 100'00}}
    );
}

TEST_CASE("renew_service: a second run of the day finds nothing to do") {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20"),
            service("B-1", "B", "2026-11-20"),
            received("R1", "A", 9'000'00)}
    );
    CHECK(due_on(book) == std::vector<std::string>{"A-1", "B-1"});
    book.when(RenewService{"A-1"}).then_types("wallet_charged service_renewed");
    book.when(RenewService{"B-1"}).then({cut("B-1", "B")});
    CHECK(due_on(book).empty());
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due, "due on 2026-12-20");
    book.when(RenewService{"B-1"}).refused(Errc::insufficient_funds);
    book.wallet("A", 7'500'00);
}

TEST_CASE("due_services: customer by customer, oldest due first, then lowest service number") {
    Spec book = given(
        world() +
        Story{
            service("B-1", "B", "2026-11-01"),
            service("A-10", "A", "2026-11-20"),
            service("A-9", "A", "2026-11-20"),
            service("A-11", "A", "2026-11-19"),
            service("A-1", "A", "2026-11-21"),
            service("A-2", "A", "2026-11-20", {"abuse"})}
    );
    CHECK(due_on(book) == std::vector<std::string>{"A-11", "A-9", "A-10", "B-1"});
    CHECK(book.run().decider().due_services("nobody", {}).error().code == Errc::tenant_unknown);
}

TEST_CASE("renew_service: two services on one wallet, the oldest due has the money") {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20"),
            service("A-2", "A", "2026-11-19"),
            received("R1", "A", 1'600'00)}
    );
    book.when(RenewService{"A-1"}).then_types("wallet_charged service_renewed service_suspended");
    CHECK(book.event<ServiceRenewed>(1).service == "A-2");
    CHECK(book.event<ServiceSuspended>(2).service == "A-1");
    book.when(RenewService{"A-2"}).refused(Errc::service_not_due);
}

TEST_CASE("renew_service: one that is too dear is cut, the next one still gets its turn") {
    ServiceAdded business = service("A-1", "A", "2026-11-19");
    business.plan = "BIZ50";
    given(
        world() + Story{business, service("A-2", "A", "2026-11-20"), received("R1", "A", 1'600'00)}
    )
        .when(RenewService{"A-1"})
        .then_types("service_suspended")
        .when(RenewService{"A-2"})
        .then_types("wallet_charged service_renewed");
}

TEST_CASE("renew_service: a later service does not wait for one that is blocked") {
    given(
        world() +
        Story{
            service("A-1", "A", "2026-11-19", {"abuse"}),
            service("A-2", "A", "2026-11-20"),
            received("R1", "A", 1'600'00)}
    )
        .when(RenewService{"A-2"})
        .then_types("wallet_charged service_renewed")
        .renews_on("A-1", "2026-11-19");
}

TEST_CASE("renew_service: a service cut for unpaid comes back by hand when the wallet has it") {
    given(
        world() +
        Story{received("R1", "A", 1'500'00), service("A-1", "A", "2026-11-01", {"unpaid"})}
    )
        .when(RenewService{"A-1"})
        .then_types("wallet_charged service_renewed service_reinstated")
        .blocked("A-1", "")
        .renews_on("A-1", "2026-12-20");
}

TEST_CASE("rolling: the period starts on its charge, and the old anchor day is gone") {
    Spec book = given(world() + Story{service("A-1", "A", "2027-01-31")});
    renew(book, "2027-01-31", "T1").renews_on("A-1", "2027-02-28");
    renew(book, "2027-02-28", "T2").renews_on("A-1", "2027-03-28");
    renew(book, "2027-04-05", "T3").renews_on("A-1", "2027-05-05"); // A week late.
}

TEST_CASE("fixed: anchor 31 is clamped month by month and never lost") {
    Spec book = given(fixed_world() + Story{service("A-1", "A", "2027-01-31")});
    renew(book, "2027-01-31", "T1").renews_on("A-1", "2027-02-28");
    renew(book, "2027-02-28", "T2").renews_on("A-1", "2027-03-31");
    renew(book, "2027-04-02", "T3").renews_on("A-1", "2027-04-30"); // Late: the day stays.
    renew(book, "2027-04-30", "T4").renews_on("A-1", "2027-05-31");
}

TEST_CASE("fixed: a run that slept charges each month once, the oldest first") {
    Spec book = given(fixed_world() + Story{service("A-1", "A", "2026-09-20")});
    book.when(typed("T1", "A", 9'000'00));
    for (const char* until : {"2026-10-20", "2026-11-20", "2026-12-20"})
        book.when(RenewService{"A-1"}).renews_on("A-1", until);
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    book.wallet("A", 4'500'00);
}

TEST_CASE("fixed: months that passed while the service was cut are not charged") {
    given(fixed_world() + Story{service("A-1", "A", "2026-08-15", {"unpaid"})})
        .when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}))
        .then_types("callback_received arrival_resolved payment_received wallet_charged "
                    "service_renewed service_reinstated")
        .renews_on("A-1", "2026-12-15")
        .wallet("A", 0);
}

TEST_CASE("due_services: what happens to a service makes its next renewal another attempt") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    const auto changes = [&] {
        return book.run().decider().due_services(tenant_id, {}).value().at(0).changes;
    };
    CHECK(changes() == 1);
    book.when(RenewService{"A-1"}).then({cut("A-1", "A")});
    book.when(ReinstateService{"A-1", "unpaid"});
    CHECK(changes() == 3);
}

TEST_CASE("a tenant without a test clock renews by the writer's time") {
    TenantOpened opened = tenant_opened();
    opened.test_clock = false;
    Spec book =
        given({opened, plan("HOME10", 1'500'00), customer("A"), service("A-1", "A", "2026-11-19")});
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    book.run().recorded_at = at("2026-11-18T21:00:00Z"); // Midnight in Nairobi.
    book.when(RenewService{"A-1"}).then({cut("A-1", "A")}).booked_on("2026-11-19");
}

namespace {

// With a set-up fee of 500.00, a week for free, and tax.
PlanDefined weekly() {
    PlanDefined defined = plan("WEEK", 464'00, 16);
    defined.period = BillingPeriod::week;
    defined.setup_minor = 580'00;
    defined.trial_days = 7;
    return defined;
}

AddService new_service(const std::string& plan) {
    AddService add;
    add.service = "A-1";
    add.customer = "A";
    add.plan = plan;
    return add;
}

} // namespace

TEST_CASE("a service that begins here: its trial, then the set-up fee with the first period, once"
) {
    Spec book = given(world() + Story{weekly(), received("R1", "A", 2'000'00)});
    book.when(new_service("WEEK")).then_types("service_added").renews_on("A-1", "2026-11-27");
    CHECK(book.event<ServiceAdded>(0).anchor_day == 27);
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    book.when(AdvanceTestClock{at("2026-11-27T09:00:00Z")});
    book.when(RenewService{"A-1"}).renews_on("A-1", "2026-12-04").wallet("A", 956'00);
    const WalletCharged charged = book.event<WalletCharged>(0);
    REQUIRE(charged.lines.size() == 2);
    CHECK(charged.minor == 1'044'00);
    CHECK(
        charged.lines[0] ==
        ChargeLine{
            "period", "WEEK", 1, 400'00, "vat16", 64'00, day("2026-11-27"), day("2026-12-04")}
    );
    CHECK(charged.lines[1] == ChargeLine{"setup", "WEEK", 1, 500'00, "vat16", 80'00, {}, {}});
    CHECK(
        charged.postings == legs(
                                {{"wallet:A", 1'044'00},
                                 {"revenue:WEEK", -400'00},
                                 {"tax:vat16", -64'00},
                                 {"revenue:WEEK", -500'00},
                                 {"tax:vat16", -80'00}}
                            )
    );
    book.when(AdvanceTestClock{at("2026-12-04T09:00:00Z")});
    book.when(RenewService{"A-1"}).wallet("A", 492'00);
    CHECK(book.event<WalletCharged>(0).lines.size() == 1);
}

TEST_CASE(
    "a set-up fee that the wallet does not cover cuts, and the money that covers both connects"
) {
    PlanDefined plan = weekly();
    plan.trial_days = std::nullopt;
    Spec book = given(world() + Story{plan, received("R1", "A", 1'043'99)});
    book.when(new_service("WEEK"));
    book.when(RenewService{"A-1"}).then({cut("A-1", "A")}).wallet("A", 1'043'99);
    book.when(typed("T1", "A", 1)).blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("a service that ran elsewhere has no trial and owes no set-up fee") {
    Spec book = given(world() + Story{weekly(), received("R1", "A", 464'00)});
    AddService add = new_service("WEEK");
    add.renews_on = day("2026-11-20");
    book.when(add).when(RenewService{"A-1"}).wallet("A", 0);
    CHECK(book.event<WalletCharged>(0).lines.size() == 1);
}
