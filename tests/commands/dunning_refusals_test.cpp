// Each command of dunning with its refusals, in their order; and what a preview of a run holds.
#include "tests/support/dunning_builders.hpp"

#include <array>

using namespace tollbook;

namespace {

struct BadSteps {
    const char* why;
    std::vector<DunningStep> steps;
};

std::vector<BadSteps> bad_steps() {
    DunningStep free_fee = fee("f", 1, 100);
    free_fee.fee_minor.reset();
    DunningStep paid_reminder = remind("r", 1);
    paid_reminder.fee_minor = 100;
    DunningStep none = remind("r", 1);
    none.others.emplace();
    DunningStep many = none;
    many.others->resize(21);
    DunningStep twice = in_dollars(fee("f", 1, 100), 1);
    twice.others->push_back({usd(), 2, {}});
    DunningStep own = remind("r", 1);
    own.others = {{kes(), {}, 100}};
    return {
        {"steps: 1 to 20", {}},
        {"steps: 1 to 20", std::vector(21, remind("r", 0))},
        {"step: ", {remind("", 0)}},
        {"after_days: 0 to 366", {remind("r", 367)}},
        {"fee_minor: of a late_fee", {free_fee}},
        {"fee_minor: of a late_fee", {paid_reminder}},
        {"others: 1 to 20", {none}},
        {"others: 1 to 20", {many}},
        {"others: USD is named twice", {twice}},
        {"others: KES is named twice", {own}},
        {"others.fee_minor: of a late_fee", {in_dollars(remind("r", 1), 100)}},
        {"steps: one is named twice", {remind("r", 0), remind("r", 1)}},
        {"steps: in the order of their days", {remind("a", 2), remind("b", 1)}},
        {"steps: nothing follows terminate", {terminate(1), remind("r", 1)}},
        {"steps: one suspends at most", {suspend(1), {"again", 2, DunningAction::suspend}}}};
}

DefineDunning with(const CalendarTerms& calendar) {
    DefineDunning define = policy({remind("r", 0)});
    define.calendar = calendar;
    return define;
}

} // namespace

TEST_CASE("define_dunning: refusals stand in their order") {
    Spec book = given(world());
    DefineDunning define = policy({});
    define.policy = "";
    book.when(define).refused(Errc::value_out_of_range, "policy");
    for (const BadSteps& bad : bad_steps()) {
        CAPTURE(bad.why);
        book.when(policy(bad.steps)).refused(Errc::value_out_of_range, bad.why);
    }
    book.when(policy({fee("f", 1, 0)})).refused(Errc::amount_not_positive);
    book.when(policy({fee("f", 1, amount_minor_max + 1)})).refused(Errc::amount_overflow);
    define = policy({suspend(1)});
    define.steps.front().min_owed_minor = 0;
    book.when(define).refused(Errc::amount_not_positive);
    book.when(policy({in_dollars(fee("f", 1, 100), 0)})).refused(Errc::amount_not_positive);
    book.when(policy({in_dollars(fee("f", 1, 100), amount_minor_max + 1)}))
        .refused(Errc::amount_overflow);
    book.when(policy({in_dollars(remind("r", 1), {}, -1)})).refused(Errc::amount_not_positive);
    define = policy({remind("r", 0)});
    define.version = 2;
    book.when(define).refused(Errc::dunning_version_exists, "the next version is 1");
    define.version = 1;
    book.when(define).then_types("dunning_defined");
    book.when(define).refused(Errc::dunning_version_exists, "the next version is 2");
    define.version.reset();
    define.steps = {in_dollars(fee("f", 1, 100), 5, 7)};
    book.when(define).then_types("dunning_defined");
    CHECK(book.event<DunningDefined>(0).steps == define.steps);
}

TEST_CASE("define_dunning: a calendar leaves time in which steps are taken") {
    Spec book = given(world());
    const auto refused = [&](const CalendarTerms& calendar, std::string_view why) {
        book.when(with(calendar)).refused(Errc::value_out_of_range, why);
    };
    CalendarTerms calendar;
    calendar.holds.emplace();
    refused(calendar, "calendar.holds");
    calendar.holds = {{DunningAction::remind, DunningAction::remind}};
    refused(calendar, "calendar.holds");
    calendar.holds.reset();
    calendar.weekdays = {{Weekday::sunday, Weekday::sunday}};
    refused(calendar, "calendar.weekdays");
    calendar.weekdays.emplace();
    for (int i = 0; i < 7; ++i)
        calendar.weekdays->push_back(static_cast<Weekday>(i));
    refused(calendar, "calendar.weekdays");
    calendar.weekdays->pop_back();
    calendar.holidays = std::vector(401, day("2026-12-25"));
    refused(calendar, "calendar.holidays");
    calendar.holidays = std::vector(2, day("2026-12-25"));
    refused(calendar, "calendar.holidays");
    calendar.holidays->pop_back();
    calendar.from_hour = 24;
    refused(calendar, "calendar.from_hour");
    calendar.from_hour.reset();
    calendar.to_hour = 25;
    refused(calendar, "calendar.from_hour");
    calendar.to_hour.reset();
    book.when(with(calendar)).then_types("dunning_defined");
    const auto& defined = book.event<DunningDefined>(0);
    CHECK(defined.calendar->holds == std::vector{DunningAction::suspend, DunningAction::terminate});
    CHECK(defined.calendar->to_hour == 24);
    CHECK(defined.suspended_time == SuspendedTime::free);
    CHECK(defined.catch_up == CatchUp::bill);
}

TEST_CASE("assign_dunning, set_customer_group: refusals stand in their order") {
    Spec book = given(world());
    AssignDunning assign{"NONE", "", "NOPLAN"};
    book.when(assign).refused(Errc::value_out_of_range, "group");
    assign.group = "vip";
    book.when(assign).refused(Errc::plan_unknown, "NOPLAN");
    assign.plan = "HOME10";
    book.when(assign).refused(Errc::dunning_policy_unknown, "NONE");
    assign.policy.reset();
    book.when(assign).refused(Errc::dunning_not_assigned);
    book.when(policy({remind("r", 0)}));
    assign.policy = "P";
    book.when(assign).then_types("dunning_assigned");
    assign.policy.reset();
    book.when(assign).then_types("dunning_assigned");
    book.when(assign).refused(Errc::dunning_not_assigned);

    book.when(SetCustomerGroup{"X", ""}).refused(Errc::customer_unknown);
    book.when(SetCustomerGroup{"A", ""}).refused(Errc::value_out_of_range, "group");
    book.when(SetCustomerGroup{"A", "*"}).refused(Errc::value_out_of_range, "group");
    book.when(SetCustomerGroup{"A", "vip"}).then({CustomerGrouped{"A", "vip"}});
}

TEST_CASE("settle_backlog: refusals stand in their order") {
    DefineDunning define = policy({suspend(0)});
    define.suspended_time = SuspendedTime::charged;
    Dunned book(define, fixed_world() + Story{service("A-2", "A", "2026-12-20")});
    const SettleBacklog settle{"A-1", BacklogChoice::bill};
    book.when(SettleBacklog{"X", BacklogChoice::bill}).refused(Errc::service_unknown);
    book.when(SettleBacklog{"A-2", BacklogChoice::bill}).refused(Errc::service_not_due);
    book.when(settle).refused(Errc::backlog_unknown);
    book.run_to();
    book.on("2028-11-20");
    book.when(PauseService{"A-1"}).when(settle).refused(Errc::service_blocked, "paused");
    book.when(ResumeService{"A-1"});
    book.when(settle).then_types("backlog_billed"); // 24 periods.
    book.on("2028-12-20").when(settle).refused(Errc::value_out_of_range, "choice");
    book.when(SettleBacklog{"A-1", BacklogChoice::forgive}).then_types("periods_forgiven");
    CHECK(book.event<PeriodsForgiven>(0).count == 25);
    book.renews_on("A-1", "2028-12-20").when(settle).refused(Errc::backlog_unknown);
    book.when(AssignDunning{{}, {}, {}});
    book.on("2029-12-20").when(settle).refused(Errc::backlog_unknown); // No policy counts.
    book.when(EndService{"A-1", ChangeTime::now, {}, ""});
    book.when(settle).refused(Errc::service_ended);
}

TEST_CASE("dunning: more periods than are charged at once are a person's business") {
    DefineDunning define = policy({suspend(0)});
    define.suspended_time = SuspendedTime::charged;
    Dunned book(define, fixed_world());
    book.run_to();
    book.on("2028-12-20").when(typed("T1", "A", 100'000'00)).wallet("A", 100'000'00);
    CHECK(book.previewed().outcome == BillingOutcome::parked);
    book.run_to().refused(Errc::backlog_undecided);
    book.when(SettleBacklog{"A-1", BacklogChoice::forgive}).wallet("A", 98'500'00);
}

TEST_CASE("renew_service: the steps that a preview told are taken, or nothing is done") {
    Dunned book(policy(usual_steps()));
    const BillingItem item = book.previewed();
    CHECK(item.outcome == BillingOutcome::dunned);
    CHECK(item.steps == std::vector<std::string>{"r"});
    const RenewService told{"A-1", ExpectedRenewal{item.from, item.minor, false, item.steps}};
    book.on("2026-11-23").when(told).refused(Errc::figures_moved, "other steps are due");
    CHECK(book.previewed().steps == std::vector<std::string>{"r", "f"});
    book.when(typed("T1", "A", 1'500'00)).renews_on("A-1", "2026-12-20");
    book.when(told).refused(Errc::service_not_due);
}

TEST_CASE("renew_service: a service that waits is none that comes first") {
    Dunned book(policy({remind("r", 9)}));
    book.when(AddService{"A-2", "A", "BIZ50", {}, {}, day("2026-11-19"), {}, {}});
    book.when(typed("T1", "A", 1'600'00)).wallet("A", 100'00); // A-1 is the cheaper one.
    book.on("2026-12-20");
    book.when(typed("T2", "A", 1'400'00)).wallet("A", 0);
    CHECK(book.due() == 1);
    book.when(AddService{"A-3", "A", "HOME10", {}, {}, day("2026-12-20"), {}, {}});
    const BookDecider& decider = book.run().decider();
    book.when(RenewService{"A-2"}).then_types("dunning_step_taken");
    const auto due = decider.due_services(tenant_id, {});
    const auto items = preview_billing(decider.book(), tenant_id, {}, due.value());
    REQUIRE(items.size() == 2);
    CHECK(items[0].outcome == BillingOutcome::waiting);
    CHECK(items[1].outcome == BillingOutcome::waiting);
}
