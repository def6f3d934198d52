#include "tests/support/book_builders.hpp"

using namespace tollbook;

TEST_CASE("register_customer: references are kept as typed and normalised; the person is sealed") {
    Spec book = given(world());
    book.when(RegisterCustomer{"D", "DAN ODHIAMBO", "254700000001", "d@x.ke", {"acc-0004 ", "D"}}
    ).then({CustomerRegistered{"D", {{"acc-0004 ", "ACC0004"}, {"D", "D"}}}});
    CHECK(
        book.made().front().sealed ==
        R"({"name":"DAN ODHIAMBO","phone":"254700000001","mail":"d@x.ke"})"
    );
    CHECK(book.made().front().stream == "customer:D");
    book.wallet("D", 0);
}

TEST_CASE("add_payment_reference: a payer reaches the wallet by any of them, in any writing") {
    given(world())
        .when(AddPaymentReference{"A", "plot 7/b"})
        .then({PaymentReferenceAdded{"A", {"plot 7/b", "PLOT7B"}}})
        .when(told({.receipt = "R1", .amount = "10.00", .reference = "Plot-7 B"}))
        .wallet("A", 10'00)
        .when(told({.receipt = "R2", .amount = "5.00", .reference = "a"}))
        .wallet("A", 15'00);
}

TEST_CASE("add_payment_reference: a reference belongs to one customer for ever") {
    given(world())
        .when(AddPaymentReference{"A", "plot7"})
        .then_types("payment_reference_added")
        .when(AddPaymentReference{"A", "PLOT-7"})
        .refused(Errc::payment_reference_taken)
        .when(AddPaymentReference{"B", "PLOT 7"})
        .refused(Errc::payment_reference_taken);
}

TEST_CASE("add_service: newest plan version, own site, anchor of the first unpaid day") {
    PlanDefined second = plan("HOME10", 1'600'00);
    second.version = 2;
    AddService add;
    add.service = "A-1";
    add.customer = "A";
    add.plan = "HOME10";
    add.renews_on = day("2027-01-31");
    given(world() + Story{second})
        .when(add)
        .then({ServiceAdded{"A-1", "A", "HOME10", 2, "A-1", day("2027-01-31"), 31, {}}})
        .when(SuspendService{"A-1", "abuse"})
        .blocked("A-1", "abuse");
}

TEST_CASE("add_service: a chosen version, site, anchor and blocks are kept") {
    PlanDefined second = plan("HOME10", 1'600'00);
    second.version = 2;
    given(world() + Story{second})
        .when(AddService{
            "A-1", "A", "HOME10", 1, "mast-3", day("2027-02-28"), 31, {{"unpaid", "abuse"}}})
        .then({ServiceAdded{
            "A-1", "A", "HOME10", 1, "mast-3", day("2027-02-28"), 31, {"unpaid", "abuse"}}})
        .blocked("A-1", "unpaid+abuse");
}

TEST_CASE("a new plan version leaves the price of services that have the old one") {
    PlanDefined second = plan("HOME10", 1'600'00);
    second.version = 2;
    given(world() + Story{service("A-1", "A", "2026-11-20"), second, received("R1", "A", 1'600'00)})
        .when(RenewService{"A-1"})
        .then_types("wallet_charged service_renewed")
        .wallet("A", 100'00);
}
