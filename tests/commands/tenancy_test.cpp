#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

OpenTenant asked() {
    OpenTenant open;
    open.name = "Kiota Networks";
    open.timezone = "Africa/Nairobi";
    open.currency = kes();
    return open;
}

} // namespace

TEST_CASE("open_tenant: a test clock begins where it is asked to") {
    OpenTenant open = asked();
    open.legal_entity = "main";
    open.mpesa_shortcodes = {"600901", "600902"};
    open.tills = {"main"};
    open.policies = Policies{"on_charge", "rolling"};
    open.test_clock = at("2026-11-19T21:30:00Z");
    given({})
        .when(open)
        .then({tenant_opened(), clock_at("2026-11-19T21:30:00Z")})
        .booked_on("2026-11-20"); // Half past midnight in Nairobi.
}

TEST_CASE("open_tenant: what is not said has its default, and time is the writer's") {
    TenantOpened opened = tenant_opened();
    opened.mpesa_shortcodes.clear();
    opened.tills.clear();
    opened.test_clock = false;
    given({}).when(asked()).then({opened}).booked_on("2026-11-18");
}

TEST_CASE("open_tenant: two tenants do not see each other") {
    BookRun run;
    REQUIRE(run.send("one", asked()).has_value());
    REQUIRE(run.send("two", asked()).has_value());
    const RegisterCustomer register_customer{"A", "ANN", "", {}, {"A"}};
    CHECK(run.send("one", register_customer).has_value());
    CHECK(run.send("two", register_customer).has_value());
    CHECK(run.send("two", SuspendCustomer{"B", "abuse"}).error().code == Errc::customer_unknown);
}

TEST_CASE("define_plan: each definition is the next version, and tax names its code") {
    Spec book = given(world());
    DefinePlan define{"BIZ50", {}, "Business 50", 7'000'00, kes(), 16, {}, 50, 50};
    book.when(define).then({PlanDefined{
        "BIZ50", 2, "Business 50", 7'000'00, kes(), "vat16", 16, BillingPeriod::month, 50, 50}});
    define.tax_percent.reset();
    book.when(define).then({PlanDefined{
        "BIZ50", 3, "Business 50", 7'000'00, kes(), "", 0, BillingPeriod::month, 50, 50}});
}

TEST_CASE("register_router: the password is sealed, the address is not") {
    Spec book = given(world());
    book.when(RegisterRouter{"rtr-02", "routeros-api", "10.0.0.2", 8729, true, "admin", "s3cret"})
        .then({RouterRegistered{"rtr-02", "routeros-api", "10.0.0.2", 8729, true, "admin"}});
    CHECK(book.made().front().sealed == R"({"password":"s3cret"})");
    CHECK(payload_of(book.made().front().event).find("s3cret") == std::string::npos);
}

TEST_CASE("close_period: several days close at once, today never") {
    given(world())
        .when(ClosePeriod{day("2026-11-17")})
        .then_types("period_closed")
        .when(ClosePeriod{day("2026-11-16")})
        .refused(Errc::period_already_closed, "closed through 2026-11-17")
        .when(ClosePeriod{day("2026-11-19")})
        .then({PeriodClosed{day("2026-11-19")}})
        .booked_on("2026-11-20")
        .when(ClosePeriod{day("2026-11-20")})
        .refused(Errc::period_not_over, "today is 2026-11-20");
}

TEST_CASE("close_period: the day ends at midnight of the provider, not of UTC") {
    given(world())
        .when(AdvanceTestClock{at("2026-11-20T20:59:59Z")})
        .when(ClosePeriod{day("2026-11-20")})
        .refused(Errc::period_not_over)
        .when(AdvanceTestClock{at("2026-11-20T21:00:00Z")})
        .when(ClosePeriod{day("2026-11-20")})
        .then_types("period_closed");
}

TEST_CASE("advance_test_clock: it may stand still, and moves the day") {
    given(world())
        .when(AdvanceTestClock{at("2026-11-20T06:00:00Z")})
        .then({clock_at("2026-11-20T06:00:00Z")})
        .when(AdvanceTestClock{at("2026-11-20T21:00:00Z")})
        .then({clock_at("2026-11-20T21:00:00Z")})
        .booked_on("2026-11-21");
}
