#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

ChangePlan to(const std::string& plan, std::optional<ChangeTime> when = {}) {
    return {"A-1", plan, {}, when, {}};
}

PlanDefined yearly() {
    PlanDefined defined = plan("YEAR", 14'600'00);
    defined.period = BillingPeriod::year;
    return defined;
}

const ServiceRow& row(Spec& book) {
    return *book.run().book().services.find(book_key(tenant_id, "A-1"));
}

} // namespace

TEST_CASE("change_plan now: the unused days come back and are charged at the new price") {
    PaidService book;
    on(book, "2026-12-05")
        .when(to("BIZ50"))
        .then_types("charge_credited plan_changed wallet_charged");
    const auto& credited = book.event<ChargeCredited>(0);
    CHECK(credited.charge == "A-1:period:2026-11-20:0");
    CHECK(credited.credit == "A-1:period:2026-11-20:0~1");
    CHECK(credited.minor == 750'00);
    CHECK(credited.lots == std::vector<LotTaken>{{"mpesa:R1", 750'00}});
    CHECK(credited.postings == legs({{"wallet:A", -750'00}, {"revenue:HOME10", 750'00}}));
    const auto& charged = book.event<WalletCharged>(2);
    CHECK(charged.charge == "A-1:period:2026-12-05:0");
    CHECK(charged.minor == 3'250'00);
    CHECK(charged.lines.front().service_from == day("2026-12-05"));
    CHECK(charged.lines.front().service_to == day("2026-12-20"));
    CHECK(
        charged.postings ==
        legs({{"wallet:A", 3'250'00}, {"revenue:BIZ50", -2'801'72}, {"tax:vat16", -448'28}})
    );
    book.wallet("A", 7'500'00).renews_on("A-1", "2026-12-20");
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 1'000'00);
}

TEST_CASE("change_plan now: what the wallet does not cover is refused and leaves no trace") {
    PaidService book;
    book.when(TransferFunds{"A", "B", "T1", 9'000'00, ""});
    on(book, "2026-12-05").when(to("BIZ50")).refused(Errc::insufficient_funds, "A");
    book.wallet("A", 1'000'00);
    CHECK(row(book).plan == "HOME10");
}

TEST_CASE("change_plan now: figures that were looked at are held to") {
    PaidService book;
    on(book, "2026-12-05");
    ChangePlan change = to("BIZ50");
    change.expected_minor = 2'499'99;
    book.when(change).refused(Errc::figures_moved, "it comes to 250000");
    change.expected_minor = 2'500'00;
    book.when(change).then_types("charge_credited plan_changed wallet_charged");
}

TEST_CASE("change_plan now: a plan of another period begins a whole one today") {
    PaidService book(fixed_world() + Story{yearly()});
    on(book, "2026-12-05");
    book.when(typed("T1", "A", 10'000'00));
    book.when(to("YEAR", ChangeTime::now))
        .then_types("charge_credited plan_changed wallet_charged service_renewed")
        .wallet("A", 6'150'00)
        .renews_on("A-1", "2027-12-05");
    CHECK(row(book).anchor_day == 5);
    CHECK(book.event<ServiceRenewed>(3).from == day("2026-12-05"));
}

TEST_CASE("change_plan: a service that paid nothing here changes for nothing") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-12-01")});
    book.when(to("BIZ50")).then_types("plan_changed").renews_on("A-1", "2026-12-01");
    on(book, "2026-12-01");
    book.when(typed("T1", "A", 6'500'00)).when(RenewService{"A-1"}).wallet("A", 0);
}

TEST_CASE("change_plan: a cut service that the wallet covers at the new price comes back") {
    Spec book =
        given(world() + Story{plan("MINI", 500'00), service("A-1", "A", "2026-11-10", {"unpaid"})});
    book.when(typed("T1", "A", 600'00)).blocked("A-1", "unpaid");
    book.when(to("MINI", ChangeTime::now))
        .then_types("plan_changed wallet_charged service_renewed service_reinstated")
        .wallet("A", 100'00);
}

TEST_CASE("change_plan: the site gets the new plan's profile, unless somebody named another") {
    PaidService book;
    book.when(ProvisionSite{"A-1", "ppp", "rtr-01", "a1", "secret", {}});
    book.when(to("BIZ50"));
    CHECK(book.event<SiteProfileChanged>(2) == SiteProfileChanged{"A-1", "rtr-01", "BIZ50"});

    PaidService named;
    named.when(ProvisionSite{"A-1", "ppp", "rtr-01", "a1", "secret", "gold"});
    named.when(to("BIZ50")).then_types("charge_credited plan_changed wallet_charged");
}

TEST_CASE("change_plan: what cannot be is refused") {
    PaidService book;
    book.when(ChangePlan{"A-9", "BIZ50", {}, {}, {}}).refused(Errc::service_unknown);
    book.when(to("NONE")).refused(Errc::plan_unknown);
    book.when(ChangePlan{"A-1", "BIZ50", 2, {}, {}}).refused(Errc::plan_unknown);
    book.when(to("HOME10")).refused(Errc::plan_unchanged);
    book.when(PauseService{"A-1"}).when(to("BIZ50")).refused(Errc::service_blocked, "paused");
    book.when(ResumeService{"A-1"});
    book.when(EndService{"A-1", ChangeTime::period_end, {}, "moves"});
    book.when(to("BIZ50")).refused(Errc::service_ended);
    book.when(CancelSchedule{"A-1"}).then_types("service_end_cancelled");
    book.when(CancelSchedule{"A-1"}).refused(Errc::change_not_scheduled);
}

TEST_CASE("change_plan: a newer version of the same plan is a change like another") {
    PaidService book;
    book.when(DefinePlan{"HOME10", {}, "Home 10", 1'800'00, kes(), {}, {}, 10, 10});
    on(book, "2026-12-10").when(to("HOME10")).wallet("A", 9'900'00);
    CHECK(row(book).plan_version == 2);
}

TEST_CASE("pause_service: the days that were paid for wait, and run again from the day it resumes"
) {
    PaidService book;
    on(book, "2026-12-01").when(PauseService{"A-1"}).blocked("A-1", "paused");
    CHECK(book.event<ServicePaused>(1).days_left == 19);
    on(book, "2027-02-01").when(RenewService{"A-1"}).refused(Errc::service_blocked);
    book.when(PauseService{"A-1"}).refused(Errc::service_blocked, "paused");
    book.when(ResumeService{"A-1"})
        .then_types("service_resumed service_reinstated")
        .renews_on("A-1", "2027-02-20")
        .blocked("A-1", "");
    book.when(ResumeService{"A-1"}).refused(Errc::service_not_blocked, "paused");
}

TEST_CASE("pause_service: a change of plan after it counts the days that are left") {
    PaidService book;
    on(book, "2026-12-05").when(PauseService{"A-1"});
    on(book, "2027-01-10").when(ResumeService{"A-1"}).renews_on("A-1", "2027-01-25");
    on(book, "2027-01-15").when(to("BIZ50"));
    CHECK(book.event<ChargeCredited>(0).minor == 500'00); // 10 of 30 days.
}

TEST_CASE("reasons with a command of their own are not set or lifted by hand") {
    PaidService book;
    for (const char* reason : {"paused", "ended"}) {
        book.when(SuspendService{"A-1", reason}).refused(Errc::reason_reserved, reason);
        book.when(SuspendCustomer{"A", reason}).refused(Errc::reason_reserved, reason);
        book.when(ReinstateService{"A-1", reason}).refused(Errc::reason_reserved, reason);
    }
    book.when(EndService{"A-1", ChangeTime::period_end, {}, "moves"});
    book.when(PauseService{"A-1"}).refused(Errc::change_scheduled);
}

TEST_CASE("end_service now: off for good, the site goes, and the unused days come back if asked") {
    PaidService book;
    book.when(ProvisionSite{"A-1", "ppp", "rtr-01", "a1", "secret", {}});
    on(book, "2026-12-05")
        .when(EndService{"A-1", ChangeTime::now, true, "moves"})
        .then_types("charge_credited service_suspended service_ended site_removal_requested")
        .wallet("A", 10'750'00)
        .blocked("A-1", "ended");
    book.when(EndService{"A-1", {}, {}, ""}).refused(Errc::service_ended);
    book.when(RenewService{"A-1"}).refused(Errc::service_ended);
    book.when(SuspendService{"A-1", "abuse"}).refused(Errc::service_ended);
    book.when(PauseService{"A-1"}).refused(Errc::service_ended);
    book.when(PromisePayment{"A-1", day("2026-12-10")}).refused(Errc::service_ended);
    book.when(ExtendServices{{"A-1"}, 1, ""}).refused(Errc::service_ended);
    book.when(typed("T2", "A", 100'00)).blocked("A-1", "ended");
}

TEST_CASE("end_service at the period's end: the run ends it instead of charging") {
    PaidService book;
    book.when(EndService{"A-1", {}, true, ""}).refused(Errc::value_out_of_range, "credit_unused");
    book.when(EndService{"A-1", {}, {}, "moves"}).then_types("service_end_scheduled");
    on(book, "2026-12-20");
    REQUIRE(book.run().decider().due_services(tenant_id, {}).value().size() == 1);
    book.when(RenewService{"A-1"})
        .then_types("service_suspended service_ended")
        .wallet("A", 10'000'00);
    CHECK(book.run().decider().due_services(tenant_id, {}).value().empty());
}

TEST_CASE("end_service at the period's end: a service that is off by then ends all the same") {
    PaidService book;
    book.when(EndService{"A-1", {}, {}, "moves"}).when(SuspendService{"A-1", "abuse"});
    on(book, "2026-12-21");
    REQUIRE(book.run().decider().due_services(tenant_id, {}).value().size() == 1);
    book.when(RenewService{"A-1"}).then_types("service_suspended service_ended");
}

TEST_CASE("extend_services: days for many, all or none; a cut service runs for them") {
    Spec book = given(
        world() +
        Story{service("A-1", "A", "2026-12-01"), service("B-1", "B", "2026-11-10", {"unpaid"})}
    );
    book.when(ExtendServices{{"A-1", "B-9"}, 3, "outage"}).refused(Errc::service_unknown, "B-9");
    book.renews_on("A-1", "2026-12-01");
    book.when(ExtendServices{{"A-1", "A-1"}, 3, ""}).refused(Errc::value_out_of_range, "services");
    book.when(ExtendServices{{}, 3, ""}).refused(Errc::value_out_of_range, "services");
    book.when(ExtendServices{{"A-1"}, 0, ""}).refused(Errc::value_out_of_range, "days");
    book.when(ExtendServices{{"A-1", "B-1"}, 3, "outage"})
        .then_types("service_extended service_extended service_reinstated")
        .renews_on("A-1", "2026-12-04")
        .renews_on("B-1", "2026-11-23")
        .blocked("B-1", "");
}

TEST_CASE("promise_payment: not cut before the day, charged as soon as money comes") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(PromisePayment{"A-1", day("2026-11-20")}).refused(Errc::value_out_of_range);
    book.when(PromisePayment{"A-1", day("2027-02-20")}).refused(Errc::value_out_of_range);
    book.when(RenewService{"A-1"}).blocked("A-1", "unpaid");
    book.when(PromisePayment{"A-1", day("2026-11-25")})
        .then_types("payment_promised service_reinstated");
    on(book, "2026-11-24");
    CHECK(book.run().decider().due_services(tenant_id, {}).value().empty());
    book.when(RenewService{"A-1"}).refused(Errc::insufficient_funds);
    book.when(typed("T1", "A", 1'500'00)).renews_on("A-1", "2026-12-20").wallet("A", 0);
}

TEST_CASE("promise_payment: a promise that is not kept is cut by the next run") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(PromisePayment{"A-1", day("2026-11-25")}).then_types("payment_promised");
    on(book, "2026-11-25");
    CHECK(book.run().decider().due_services(tenant_id, {}).value().size() == 1);
    book.when(RenewService{"A-1"}).blocked("A-1", "unpaid");
}
