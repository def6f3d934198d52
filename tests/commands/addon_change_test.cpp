// Other terms of an add-on that a service has.
#include "commands/billing/billing_preview.hpp"
#include "tests/support/corrections.hpp"
#include "tests/support/dunning_builders.hpp"

#include <map>
#include <random>

using namespace tollbook;

namespace {

PlanDefined addon_version(
    const std::string& code, std::int64_t price_minor, std::uint32_t version = 1
) {
    PlanDefined defined = plan(code, price_minor);
    defined.kind = PlanKind::addon;
    defined.version = version;
    return defined;
}

// TV costs 600.00 a month, its second version 900.00, its third is for a quarter.
Story versions_of_tv() {
    PlanDefined quarterly = addon_version("TV", 2'000'00, 3);
    quarterly.period = BillingPeriod::quarter;
    return {addon_version("TV", 600'00), addon_version("TV", 900'00, 2), quarterly};
}

// A-1 on HOME10 with TV at its first version, both paid from 20 November to 20 December;
// 10,000.00 are left in the wallet of A.
struct PaidTv : Spec {
    explicit PaidTv(const Story& provider = world())
        : Spec(
              provider + versions_of_tv() +
              Story{service("A-1", "A", "2026-11-20"), received("R1", "A", 12'100'00)}
          ) {
        when(AddAddon{"A-1", "TV", 1, {}, {}});
        when(RenewService{"A-1"}).wallet("A", 10'000'00).renews_on("A-1", "2026-12-20");
    }
};

ChangeAddon to_version(std::uint32_t version, std::optional<ChangeTime> when = {}) {
    return {"A-1", "TV", version, {}, when};
}

ChangeAddon to_quantity(std::uint32_t quantity, std::optional<ChangeTime> when = {}) {
    return {"A-1", "TV", {}, quantity, when};
}

const AddonRow& tv(Spec& book) {
    return book.run().book().addons.find(book_key(tenant_id, "A-1"))->addons.front();
}

} // namespace

TEST_CASE("change_addon now: the days ahead come back, and are charged at the new terms") {
    PaidTv book;
    on(book, "2026-12-05")
        .when(to_version(2))
        .then_types("charge_credited addon_changed wallet_charged")
        .wallet("A", 10'000'00 + 300'00 - 450'00);
    CHECK(
        book.event<AddonChanged>(1) == AddonChanged{"A-1", "A", "TV", 1, 1, 2, 1, day("2026-12-05")}
    );
    const auto& charged = book.event<WalletCharged>(2);
    CHECK(charged.charge == "A-1~TV:addon:2026-12-05:0");
    CHECK(charged.postings == legs({{"wallet:A", 450'00}, {"revenue:TV", -450'00}}));
    book.when(to_quantity(3)).wallet("A", 9'850'00 + 450'00 - 3 * 450'00);
    CHECK(book.event<WalletCharged>(2).charge == "A-1~TV:addon:2026-12-05:1");
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 8'950'00 - 1'500'00 - 3 * 900'00);
}

TEST_CASE("change_addon: what costs less changes with the next period, unless it is to be now") {
    PaidTv book;
    book.when(to_quantity(2)).wallet("A", 9'400'00);
    on(book, "2026-12-05")
        .when(to_quantity(1))
        .then({AddonChangeScheduled{"A-1", "A", "TV", 1, 1, day("2026-12-20"), {}}});
    book.wallet("A", 9'400'00);
    on(book, "2026-12-20")
        .when(RenewService{"A-1"})
        .then_types("addon_changed wallet_charged service_renewed")
        .wallet("A", 9'400'00 - 1'500'00 - 600'00);
    CHECK(tv(book).quantity == 1);
    CHECK_FALSE(tv(book).next);

    PaidTv at_once;
    at_once.when(to_quantity(2)).when(to_quantity(1, ChangeTime::now)).wallet("A", 10'000'00);
}

TEST_CASE("change_addon at a day: periods that begin before it are charged as before") {
    PaidTv book(fixed_world());
    ChangeAddon change = to_version(2);
    change.not_before = day("2027-01-01");
    book.when(change).then({AddonChangeScheduled{
        "A-1", "A", "TV", 2, 1, day("2026-12-20"), day("2027-01-01")}});
    on(book, "2026-12-20")
        .when(RenewService{"A-1"})
        .then_types("wallet_charged service_renewed")
        .wallet("A", 7'900'00);
    on(book, "2027-01-20").when(RenewService{"A-1"}).wallet("A", 7'900'00 - 1'500'00 - 900'00);
    CHECK(book.event<AddonChanged>(0).on == day("2027-01-20"));
}

TEST_CASE("change_addon: periods that are charged together, each by the terms of its day") {
    DefineDunning define = policy({suspend(5)});
    define.suspended_time = SuspendedTime::charged;
    Dunned book(define, fixed_world() + versions_of_tv());
    book.when(AddAddon{"A-1", "TV", 1, {}, {}});
    book.on("2026-11-25").run_to().blocked("A-1", "unpaid");
    ChangeAddon change = to_quantity(3);
    change.not_before = day("2027-01-01");
    book.when(change).then_types("addon_change_scheduled");
    // Due are the periods of 20 November, 20 December and 20 January.
    book.on("2027-01-25").when(typed("T1", "A", 3 * 1'500'00 + 5 * 600'00));
    book.blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("change_addon: a wallet that does not cover it, or other figures, and nothing is done") {
    PaidTv book;
    const std::uint64_t changes =
        book.run().book().services.find(book_key(tenant_id, "A-1"))->changes;
    on(book, "2026-12-05").when(to_quantity(100)).refused(Errc::insufficient_funds, "A");
    ChangeAddon looked_at = to_version(2);
    looked_at.expected_minor = 149'99;
    book.when(looked_at).refused(Errc::figures_moved, "it comes to 15000");
    looked_at.when = ChangeTime::period_end;
    book.when(looked_at).refused(Errc::figures_moved, "it comes to 0");
    CHECK(book.run().book().services.find(book_key(tenant_id, "A-1"))->changes == changes);
    looked_at.when.reset();
    looked_at.expected_minor = 150'00;
    book.when(looked_at).wallet("A", 9'850'00);
}

TEST_CASE("change_addon: what cannot be is refused") {
    PaidTv book;
    book.when(ChangeAddon{"A-9", "TV", 2, {}, {}}).refused(Errc::service_unknown, "A-9");
    book.when(ChangeAddon{"A-1", "IP", 2, {}, {}}).refused(Errc::addon_unknown, "IP");
    book.when(to_version(4)).refused(Errc::plan_unknown, "TV");
    book.when(to_quantity(0)).refused(Errc::value_out_of_range, "quantity");
    book.when(to_quantity(1)).refused(Errc::plan_unchanged, "TV");
    book.when(ChangeAddon{"A-1", "TV", {}, {}, {}}).refused(Errc::plan_unchanged, "TV");
    book.when(to_version(3)).refused(Errc::addon_period_differs, "TV");
    ChangeAddon change = to_version(2, ChangeTime::now);
    change.not_before = day("2027-01-01");
    book.when(change).refused(Errc::value_out_of_range, "not_before");
    change.when.reset();
    change.not_before = day("2026-11-19");
    book.when(change).refused(Errc::value_out_of_range, "not_before");
    book.when(PauseService{"A-1"}).when(to_version(2)).refused(Errc::service_blocked, "paused");
    book.when(to_version(2, ChangeTime::period_end)).then_types("addon_change_scheduled");
    book.when(ResumeService{"A-1"});
    book.when(EndService{"A-1", ChangeTime::period_end, {}, "moves"});
    book.when(to_quantity(2)).refused(Errc::service_ended, "A-1");
}

TEST_CASE("change_addon: none while a period that is over is owed, which it would count for") {
    DefineDunning define = policy({suspend(5)});
    define.suspended_time = SuspendedTime::charged;
    Dunned book(define, world() + versions_of_tv());
    book.when(AddAddon{"A-1", "TV", 1, {}, {}});
    book.on("2026-11-25").run_to();
    book.on("2026-12-20").when(to_quantity(2)).refused(Errc::service_blocked, "a period that is");
}

TEST_CASE("change_addon: what is scheduled is taken back, replaced, or gives way to an end") {
    PaidTv book;
    const ChangeAddon later = to_version(2, ChangeTime::period_end);
    book.when(later)
        .when(CancelSchedule{"A-1", "TV"})
        .then({AddonChangeCancelled{"A-1", "A", "TV"}});
    book.when(CancelSchedule{"A-1", "TV"}).refused(Errc::change_not_scheduled, "TV");
    book.when(later).when(to_quantity(4, ChangeTime::period_end));
    CHECK(tv(book).next->plan_version == 1);
    CHECK(tv(book).next->quantity == 4);
    book.when(later).when(RemoveAddon{"A-1", "TV", {}, {}}).then_types("addon_end_scheduled");
    book.when(later).refused(Errc::change_scheduled, "TV");
    book.when(CancelSchedule{"A-1", "TV"}).then_types("addon_end_cancelled");
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 7'900'00);
}

TEST_CASE("change_addon: a change of plan must go with what is scheduled too") {
    PlanDefined bundle = plan("ALL", 2'000'00);
    bundle.kind = PlanKind::bundle;
    bundle.includes = {{"TV", 1, 1}};
    PaidTv book(world() + Story{bundle});
    book.when(ChangePlan{"A-1", "ALL", {}, {}, {}}).refused(Errc::addon_exists, "TV");
    book.when(to_version(2, ChangeTime::period_end));
    book.when(typed("T1", "A", 5'000'00)).when(ChangePlan{"A-1", "BIZ50", {}, {}, {}});
    on(book, "2026-12-20").when(RenewService{"A-1"});
    CHECK(book.event<AddonChanged>(0).on == day("2026-12-20"));
}

TEST_CASE("change_addon: where nothing is paid ahead no money moves, and less may be covered") {
    Spec book(world() + versions_of_tv() + Story{service("A-1", "A", "2026-11-20")});
    book.when(AddAddon{"A-1", "TV", 1, 3, {}}).when(RenewService{"A-1"}).blocked("A-1", "unpaid");
    book.when(typed("T1", "A", 2'100'00)).blocked("A-1", "unpaid");
    book.when(to_quantity(1, ChangeTime::now))
        .then_types("addon_changed wallet_charged service_renewed service_reinstated")
        .wallet("A", 0);
}

TEST_CASE("change_addon: days on an invoice do not come back; the next period's draft has it") {
    PaidTv book;
    book.when(SetBillingMode{"A", BillingMode::invoiced});
    on(book, "2026-12-20").when(RenewService{"A-1"}).then_types("period_drafted service_renewed");
    book.when(to_version(2)).refused(Errc::policy_unsupported, "its days");
    book.when(to_version(2, ChangeTime::period_end)).then_types("addon_change_scheduled");
    on(book, "2027-01-20")
        .when(RenewService{"A-1"})
        .then_types("addon_changed period_drafted service_renewed");
    CHECK(book.event<PeriodDrafted>(1).lines.back().minor == 900'00);
}

TEST_CASE("change_addon: what is given back later is what was charged for the new terms") {
    PaidTv book;
    on(book, "2026-12-05").when(to_version(2)).wallet("A", 9'850'00);
    on(book, "2026-12-15").when(RemoveAddon{"A-1", "TV", ChangeTime::now, {}});
    CHECK(book.event<ChargeCredited>(0).charge == "A-1~TV:addon:2026-12-05:0");
    book.wallet("A", 9'850'00 + 150'00);

    PaidTv ending;
    on(ending, "2026-12-05").when(to_version(2)).wallet("A", 9'850'00);
    on(ending, "2026-12-15").when(EndService{"A-1", ChangeTime::now, true, "moves"});
    ending.wallet("A", 9'850'00 + 150'00 + 250'00);
}

TEST_CASE("change_addon: prices that are corrected count for each of its days, and what waits") {
    PaidTv book;
    on(book, "2026-12-05").when(to_quantity(3)).wallet("A", 9'400'00);
    book.when(to_quantity(2)).then_types("addon_change_scheduled");
    book.when(command_for(book, "A-1", wrong_since("2026-11-20", {}, "TV")));
    // 15 days of one and 15 days of three at 900.00, not at 600.00, a month.
    book.wallet("A", 9'400'00 - 150'00 - 450'00);
    CHECK(tv(book).plan_version == 2);
    CHECK(tv(book).next->plan_version == 2);
    on(book, "2026-12-20").when(RenewService{"A-1"}).wallet("A", 8'800'00 - 1'500'00 - 2 * 900'00);
}

namespace {

// How often each day of a component was charged, less what came back of it.
using DayCounts = std::map<std::int32_t, int>;

void count(DayCounts& counts, const std::vector<ChargeLine>& lines, std::string_view what, int n) {
    for (const ChargeLine& line : lines)
        if (line.component == what)
            for (Date day = *line.service_from; day < *line.service_to; day = day + 1)
                counts[day.days] += n;
}

void check_each_day_once(Spec& book, std::string_view component) {
    DayCounts counts;
    for (const Fact& fact : book.run().facts()) {
        if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
            count(counts, charged->lines, component, 1);
        if (const auto* credited = std::get_if<ChargeCredited>(&fact.event))
            count(counts, credited->lines, component, -1);
    }
    const ServiceRow& row = *book.run().book().services.find(book_key(tenant_id, "A-1"));
    CHECK(counts.begin()->first == day("2026-11-20").days);
    CHECK(counts.rbegin()->first == row.renews_on.days - 1);
    for (const auto& [day, times] : counts)
        CHECK_MESSAGE(times == 1, component << " on " << to_string(Date{day}));
}

ChangeAddon random_change(std::mt19937_64& dice, Date today) {
    ChangeAddon change{"A-1", "TV", {}, {}, {}};
    change.plan_version = static_cast<std::uint32_t>(1 + dice() % 2);
    if (dice() % 2 == 0) change.quantity = static_cast<std::uint32_t>(1 + dice() % 3);
    switch (dice() % 4) {
    case 0:
        change.when = ChangeTime::now;
        break;
    case 1:
        change.when = ChangeTime::period_end;
        break;
    case 2:
        change.not_before = today + static_cast<int>(dice() % 60);
        break;
    default:
        break;
    }
    return change;
}

} // namespace

TEST_CASE("change_addon, change_plan: whatever the dates, each day is charged exactly once") {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 dice(seed);
        PaidTv book(seed % 2 == 0 ? world() : fixed_world());
        book.when(typed("T1", "A", 900'000'00));
        Date today = day("2026-11-20");
        for (int step = 0; step < 40; ++step) {
            const Date due = book.run().book().services.find(book_key(tenant_id, "A-1"))->renews_on;
            today = std::min(today + static_cast<int>(dice() % 8), due);
            on(book, to_string(today)).when(RenewService{"A-1"});
            book.when(random_change(dice, today));
            if (dice() % 6 == 0) book.when(CancelSchedule{"A-1", "TV"});
            ChangePlan change{"A-1", dice() % 2 == 0 ? "BIZ50" : "HOME10", {}, {}, {}};
            if (dice() % 2 == 0) change.not_before = today + static_cast<int>(dice() % 60);
            if (dice() % 3 == 0) book.when(change);
        }
        check_each_day_once(book, "addon");
        check_each_day_once(book, "period");
    }
}
