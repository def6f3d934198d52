// A change of plan that is put off to a day.
#include "commands/billing/billing_preview.hpp"
#include "tests/support/dunning_builders.hpp"

using namespace tollbook;

namespace {

ChangePlan change_on(std::string_view day_text, const std::string& plan = "BIZ50") {
    ChangePlan change{"A-1", plan, {}, {}, {}};
    change.not_before = day(day_text);
    return change;
}

// A-1 on HOME10 (1,500.00) is paid until 1 December; 20,000.00 are in the wallet.
Story provider(const Story& world) {
    return world + Story{service("A-1", "A", "2026-12-01"), received("R1", "A", 20'000'00)};
}

std::string plan_of(Spec& book) {
    return book.run().book().services.find(book_key(tenant_id, "A-1"))->plan;
}

} // namespace

TEST_CASE("change_plan at a day: periods that begin before it are charged at the old plan") {
    Spec book(provider(fixed_world()));
    book.when(change_on("2027-01-15"))
        .then({PlanChangeScheduled{"A-1", "A", "BIZ50", 1, day("2026-12-01"), day("2027-01-15")}});
    on(book, "2026-12-01").when(RenewService{"A-1"}).then_types("wallet_charged service_renewed");
    on(book, "2027-01-01").when(RenewService{"A-1"}).then_types("wallet_charged service_renewed");
    book.wallet("A", 17'000'00);
    on(book, "2027-02-01")
        .when(RenewService{"A-1"})
        .then_types("plan_changed wallet_charged service_renewed")
        .wallet("A", 10'500'00);
    CHECK(book.event<PlanChanged>(0).on == day("2027-02-01"));
    CHECK(plan_of(book) == "BIZ50");
    book.when(CancelSchedule{"A-1"}).refused(Errc::change_not_scheduled);
}

TEST_CASE("change_plan at a day: the day is told where it is one, and read back") {
    const PlanChangeScheduled event{"A-1", "A", "BIZ50", 1, day("2026-12-01"), day("2027-01-15")};
    const std::string payload = payload_of(event);
    CHECK(payload.ends_with(R"("on":"2026-12-01","not_before":"2027-01-15"})"));
    CHECK(decode_event(event.type, event.schema_version, payload) == Result<Event>(event));
}

TEST_CASE("change_plan at a day: it goes along when its customer becomes another's") {
    Spec book(provider(fixed_world()));
    book.when(change_on("2027-01-01")).when(MergeCustomers{"A", "B", "the same"});
    on(book, "2026-12-01").when(RenewService{"A-1"}).wallet("B", 18'500'00);
    on(book, "2027-01-01").when(RenewService{"A-1"}).wallet("B", 12'000'00);
    CHECK(plan_of(book) == "BIZ50");
}

TEST_CASE("change_plan at a day: with the period that begins on it") {
    Spec book(provider(fixed_world()));
    book.when(change_on("2027-01-01"));
    on(book, "2026-12-01").when(RenewService{"A-1"}).wallet("A", 18'500'00);
    on(book, "2027-01-01").when(RenewService{"A-1"}).wallet("A", 12'000'00);
}

TEST_CASE("change_plan at a day: one that the next period is not before is none") {
    Spec book(provider(world()));
    for (const char* day_text : {"2026-11-20", "2026-12-01"}) {
        book.when(change_on(day_text));
        CHECK_FALSE(book.event<PlanChangeScheduled>(0).not_before);
    }
    book.when(change_on("2026-12-02"));
    CHECK(book.event<PlanChangeScheduled>(0).not_before == day("2026-12-02"));
}

TEST_CASE("change_plan at a day: what cannot be one is refused") {
    Spec book(provider(world()));
    book.when(change_on("2026-11-19"))
        .refused(Errc::value_out_of_range, "not_before: 2026-11-20 to 2031-11-24");
    book.when(change_on("2031-11-25")).refused(Errc::value_out_of_range, "not_before");
    ChangePlan now = change_on("2027-01-01");
    now.when = ChangeTime::now;
    book.when(now).refused(Errc::value_out_of_range, "not_before: not of a change that is now");
    ChangePlan expecting = change_on("2027-01-01");
    expecting.expected_minor = 1;
    book.when(expecting).refused(Errc::figures_moved, "it comes to 0");
    book.when(change_on("2027-01-01", "HOME10")).refused(Errc::plan_unchanged);
    book.when(EndService{"A-1", ChangeTime::period_end, {}, "moves"});
    book.when(change_on("2027-01-01")).refused(Errc::service_ended, "A-1");
}

TEST_CASE("change_plan at a day: the last word counts, until it is taken back or the service ends"
) {
    Spec book(provider(fixed_world()));
    book.when(change_on("2027-02-01"))
        .when(change_on("2027-01-01"))
        .then_types("plan_change_scheduled");
    on(book, "2026-12-01").when(RenewService{"A-1"});
    book.when(CancelSchedule{"A-1"}).then({PlanChangeCancelled{"A-1", "A", "BIZ50", 1}});
    on(book, "2027-01-01").when(RenewService{"A-1"}).wallet("A", 17'000'00);
    book.when(change_on("2027-02-01"));
    ChangePlan at_once{"A-1", "BIZ50", {}, ChangeTime::now, {}};
    book.when(at_once).then_types("charge_credited plan_changed wallet_charged");
    on(book, "2027-02-01").when(RenewService{"A-1"}).then_types("wallet_charged service_renewed");

    Spec leaving(provider(fixed_world()));
    leaving.when(change_on("2027-02-01"));
    leaving.when(EndService{"A-1", ChangeTime::period_end, {}, "moves"});
    leaving.when(CancelSchedule{"A-1"}).then_types("service_end_cancelled");
    on(leaving, "2026-12-01").when(RenewService{"A-1"});
    on(leaving, "2027-01-01").when(RenewService{"A-1"});
    on(leaving, "2027-02-01").when(RenewService{"A-1"}).wallet("A", 15'500'00);
}

TEST_CASE("change_plan at a day: of a service that is paused, counted when its days run again") {
    Spec book(provider(world()));
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    book.when(PauseService{"A-1"}).blocked("A-1", "paused");
    book.when(change_on("2026-12-20")).then_types("plan_change_scheduled");
    on(book, "2027-01-10").when(ResumeService{"A-1"}).renews_on("A-1", "2027-01-21");
    book.when(PauseService{"A-1"}).then_types("service_suspended service_paused");
    on(book, "2027-02-01").when(ResumeService{"A-1"}).renews_on("A-1", "2027-02-12");
    on(book, "2027-02-12").when(RenewService{"A-1"}).wallet("A", 13'500'00);
    CHECK(plan_of(book) == "BIZ50");
}

TEST_CASE("change_plan at a day: with a rolling anchor the day of the payment says which plan") {
    const auto paid_on = [](std::string_view day_text) {
        Spec book(world() + Story{service("A-1", "A", "2026-12-01")});
        book.when(change_on("2026-12-10"));
        on(book, "2026-12-01").when(RenewService{"A-1"}).blocked("A-1", "unpaid");
        on(book, day_text).when(typed("T1", "A", 6'500'00)).blocked("A-1", "");
        return plan_of(book);
    };
    CHECK(paid_on("2026-12-09") == "HOME10");
    CHECK(paid_on("2026-12-10") == "BIZ50");
}

TEST_CASE("change_plan at a day: periods that are charged together, each by the plan of its day") {
    DefineDunning define = policy({suspend(5)});
    define.suspended_time = SuspendedTime::charged;
    Dunned book(define, fixed_world());
    book.on("2026-11-25").run_to().blocked("A-1", "unpaid");
    book.when(change_on("2027-01-01")).then_types("plan_change_scheduled");
    // Due are the periods of 20 November, 20 December and 20 January.
    book.on("2027-01-25").when(typed("T1", "A", 9'499'99)).blocked("A-1", "unpaid");
    book.when(typed("T2", "A", 1)).blocked("A-1", "").wallet("A", 0);
    std::string told;
    for (const Fact& fact : book.made()) {
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
            told += charged->lines.front().plan.value_or("") + " ";
        if (std::holds_alternative<PlanChanged>(fact.event)) told += "changed ";
    }
    CHECK(told == "HOME10 HOME10 changed BIZ50 ");
    CHECK(book.row().renews_on == day("2027-02-20"));
}

TEST_CASE("change_plan at a day: of periods that are given up, the one that is charged counts") {
    for (const SuspendedTime suspended : {SuspendedTime::free, SuspendedTime::charged}) {
        DefineDunning define = policy({suspend(5)});
        define.suspended_time = suspended;
        define.catch_up = CatchUp::forgive;
        Dunned book(define, fixed_world());
        book.on("2026-11-25").run_to().blocked("A-1", "unpaid");
        book.when(change_on("2027-01-21"));
        book.on("2027-01-25").when(typed("T1", "A", 10'000'00));
        const bool is_free = suspended == SuspendedTime::free; // It begins on the 25th.
        book.wallet("A", 10'000'00 - (is_free ? 6'500'00 : 1'500'00));
        CHECK(plan_of(book) == (is_free ? "BIZ50" : "HOME10"));
    }
}

TEST_CASE("change_plan at a day: a plan of another period takes over at the end of one") {
    PlanDefined quarter = plan("QUARTER", 4'000'00);
    quarter.period = BillingPeriod::quarter;
    Spec book(provider(fixed_world() + Story{quarter}));
    book.when(change_on("2026-12-31", "QUARTER"));
    on(book, "2026-12-01").when(RenewService{"A-1"}).renews_on("A-1", "2027-01-01");
    on(book, "2027-01-01").when(RenewService{"A-1"}).renews_on("A-1", "2027-04-01");
    book.wallet("A", 20'000'00 - 1'500'00 - 4'000'00);
}

TEST_CASE("change_plan at a day: add-ons must go with both plans, whenever they come") {
    PlanDefined quarter = plan("QUARTER", 4'000'00);
    quarter.period = BillingPeriod::quarter;
    PlanDefined tv = plan("TV", 600'00);
    tv.kind = PlanKind::addon;
    Spec book(provider(fixed_world() + Story{quarter, tv}));
    book.when(change_on("2027-01-01", "QUARTER"));
    book.when(AddAddon{"A-1", "TV", {}, {}, {}}).refused(Errc::addon_period_differs, "TV");
    book.when(CancelSchedule{"A-1"}).when(AddAddon{"A-1", "TV", {}, {}, {}});
    book.when(change_on("2027-01-01", "QUARTER")).refused(Errc::addon_period_differs, "TV");
}

TEST_CASE("change_plan at a day: periods on invoices change with it too") {
    Spec book(provider(fixed_world()));
    book.when(SetBillingMode{"A", BillingMode::invoiced}).when(change_on("2026-12-15"));
    on(book, "2026-12-01").when(RenewService{"A-1"}).then_types("period_drafted service_renewed");
    CHECK(book.event<PeriodDrafted>(0).lines.front().plan == "HOME10");
    on(book, "2027-01-01")
        .when(RenewService{"A-1"})
        .then_types("plan_changed period_drafted service_renewed");
    CHECK(book.event<PeriodDrafted>(1).lines.front().minor == 6'500'00);
}

TEST_CASE("change_plan at a day: whatever it is, each day is charged once, by the plan of its day"
) {
    for (const Story& world : {fixed_world(), world()})
        for (int later = 0; later < 100; ++later) {
            Spec book(provider(world));
            book.when(typed("T1", "A", 10'000'00));
            const Date wanted = day("2026-11-20") + later;
            ChangePlan change = change_on("2026-12-01");
            change.not_before = wanted;
            book.when(change);
            Date from = day("2026-12-01");
            while (from < day("2027-04-01")) {
                on(book, to_string(from)).when(RenewService{"A-1"});
                const bool has_changed = wanted <= from;
                CHECK(plan_of(book) == (has_changed ? "BIZ50" : "HOME10"));
                const auto& renewed = std::get<ServiceRenewed>(book.made().back().event);
                CHECK(renewed.from == from);
                from = renewed.to;
            }
        }
}
