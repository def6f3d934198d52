#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

ServiceReinstated reinstated(const std::string& reason, std::vector<std::string> blocks) {
    return {"A-1", "A", "A-1", reason, std::move(blocks), std::nullopt, std::nullopt};
}

} // namespace

TEST_CASE("suspend_service: reasons are a set; the line comes back when the last one falls") {
    given(world() + Story{service("A-1", "A", "2026-12-01")})
        .when(SuspendService{"A-1", "manual"})
        .then({ServiceSuspended{"A-1", "A", "A-1", "manual", {"manual"}}})
        .when(SuspendService{"A-1", "abuse"})
        .then({ServiceSuspended{"A-1", "A", "A-1", "abuse", {"abuse", "manual"}}})
        .when(ReinstateService{"A-1", "manual"})
        .then({reinstated("manual", {"abuse"})})
        .when(ReinstateService{"A-1", "abuse"})
        .then({reinstated("abuse", {})});
}

TEST_CASE("suspend_customer: every service that the reason does not hold yet, in order") {
    Spec book = given(
        world() +
        Story{
            service("A-10", "A", "2026-12-01"),
            service("A-2", "A", "2026-12-01"),
            service("A-1", "A", "2026-12-02", {"abuse"}),
            service("B-1", "B", "2026-12-01")}
    );
    book.when(SuspendCustomer{"A", "abuse"}).then_types("service_suspended service_suspended");
    CHECK(book.event<ServiceSuspended>(0).service == "A-2");
    CHECK(book.event<ServiceSuspended>(1).service == "A-10");
    book.blocked("A-1", "abuse").blocked("B-1", "");
}

TEST_CASE("reinstate_service: when only money was missing and the wallet has it, it is charged") {
    given(
        world() +
        Story{service("A-1", "A", "2026-11-20", {"abuse", "unpaid"}), received("R1", "A", 1'500'00)}
    )
        .blocked("A-1", "abuse+unpaid")
        .when(ReinstateService{"A-1", "abuse"})
        .then(
            {reinstated("abuse", {"unpaid"}),
             month("A-1", "A", "2026-11-20", {{"mpesa:R1", 1'500'00}}),
             ServiceRenewed{
                 "A-1",
                 "A",
                 "A-1:period:2026-11-20:0",
                 day("2026-11-20"),
                 day("2026-12-20"),
                 std::nullopt},
             reinstated("unpaid", {})}
        )
        .blocked("A-1", "")
        .wallet("A", 0);
}

TEST_CASE("reinstate_service: without the money it stays cut for unpaid") {
    given(
        world() +
        Story{service("A-1", "A", "2026-11-20", {"abuse", "unpaid"}), received("R1", "A", 1'499'99)}
    )
        .when(ReinstateService{"A-1", "abuse"})
        .then({reinstated("abuse", {"unpaid"})})
        .blocked("A-1", "unpaid")
        .wallet("A", 1'499'99);
}

TEST_CASE("a service that is blocked for abuse is not reconnected by money") {
    given(world() + Story{service("A-1", "A", "2026-11-20", {"abuse", "unpaid"})})
        .when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}))
        .then_types("callback_received arrival_resolved payment_received")
        .blocked("A-1", "abuse+unpaid")
        .wallet("A", 1'500'00);
}

TEST_CASE("reinstate_service: unpaid lifted by hand charges nothing; the next run asks again") {
    given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})})
        .when(ReinstateService{"A-1", "unpaid"})
        .then({reinstated("unpaid", {})})
        .when(RenewService{"A-1"})
        .then({cut("A-1", "A")});
}

TEST_CASE("suspend_service: a paid line that was cut by hand comes back with the next money") {
    given(world() + Story{service("A-1", "A", "2026-12-01")})
        .when(SuspendService{"A-1", "unpaid"})
        .when(told({.receipt = "R1", .amount = "1.00", .reference = "A"}))
        .then_types("callback_received arrival_resolved payment_received service_reinstated")
        .wallet("A", 1'00) // Its month is paid for: nothing is charged.
        .renews_on("A-1", "2026-12-01");
}

TEST_CASE("reinstate_service: what is paid for comes back with the last other block, uncharged") {
    given(world() + Story{service("A-1", "A", "2026-12-01", {"abuse", "unpaid"})})
        .when(ReinstateService{"A-1", "abuse"})
        .then({reinstated("abuse", {"unpaid"}), reinstated("unpaid", {})})
        .blocked("A-1", "")
        .renews_on("A-1", "2026-12-01")
        .wallet("A", 0);
}

TEST_CASE("reinstate_service: a period that was charged already does not hold the other block") {
    const WalletCharged charged = month("A-1", "A", "2026-11-20", {{"mpesa:R1", 1'500'00}});
    given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20", {"abuse", "unpaid"}),
            received("R1", "A", 3'000'00),
            charged}
    )
        .when(ReinstateService{"A-1", "abuse"})
        .then({reinstated("abuse", {"unpaid"})})
        .wallet("A", 1'500'00);
}

TEST_CASE("renew_service: another service's charged period does not hold this one") {
    const WalletCharged charged = month("A-1", "A", "2026-11-20", {{"mpesa:R1", 1'500'00}});
    given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20"),
            service("A-2", "A", "2026-11-20"),
            received("R1", "A", 3'000'00),
            charged}
    )
        .when(RenewService{"A-1"})
        .refused(Errc::charge_exists)
        .when(RenewService{"A-2"})
        .then_types("wallet_charged service_renewed")
        .wallet("A", 0);
}
