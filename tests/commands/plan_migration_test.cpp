#include "commands/catalogue/plan_migration.hpp"

#include "tests/support/dunning_builders.hpp"

#include <algorithm>

using namespace tollbook;

namespace {

PlanDefined next_version(std::int64_t price_minor) {
    PlanDefined defined = plan("HOME10", price_minor);
    defined.version = 2;
    return defined;
}

PlanMigration to_version_2(std::optional<ChangeTime> when = {}) {
    return {"HOME10", 1, "HOME10", 2, when, {}};
}

// Three services on the first version of the plan: A has two of them and money for one change.
Story three_services() {
    return world() + Story{
                         service("B-1", "B", "2026-12-20"),
                         service("A-2", "A", "2026-12-20"),
                         service("A-1", "A", "2026-12-20"),
                         next_version(2'000'00)};
}

std::vector<MigrationItem> preview(Spec& book, const PlanMigration& migration) {
    const Book& rows = book.run().book();
    const auto services = services_to_migrate(rows, tenant_id, migration);
    REQUIRE(services);
    return preview_migration(rows, tenant_id, {}, migration, *services);
}

ChangePlan change_of(const MigrationItem& item, const PlanMigration& migration) {
    return {
        item.service,
        migration.to_plan,
        item.to_version,
        migration.when.value_or(ChangeTime::period_end),
        item.minor,
        migration.not_before};
}

} // namespace

TEST_CASE("plan migration: what it says of each service is what the change then does") {
    Spec book = given(three_services());
    const PlanMigration migration = to_version_2();
    const auto items = preview(book, migration);
    REQUIRE(items.size() == 3);
    CHECK(items[0].service == "A-1");
    CHECK(items[1].service == "A-2");
    CHECK(items[2].service == "B-1");
    for (const MigrationItem& item : items) {
        CHECK(item.outcome == MigrationOutcome::scheduled);
        CHECK(item.minor == 0);
        CHECK(item.price_minor == 1'500'00);
        CHECK(item.new_price_minor == 2'000'00);
        book.when(change_of(item, migration)).then_types("plan_change_scheduled");
    }
    CHECK(preview(book, migration).empty()); // Done, though none has it yet.
    CHECK(preview(book, to_version_2(ChangeTime::now)).size() == 3);
}

TEST_CASE("plan migration: a change at once is paid from what the ones before it leave") {
    Spec book = given(world() + Story{next_version(2'000'00)});
    book.when(typed("R1", "A", 3'000'00 + 500'00));
    book.when(AddService{"A-1", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
    book.when(AddService{"A-2", "A", "HOME10", 1, {}, day("2026-11-20"), {}, {}});
    book.when(RenewService{"A-2"}).wallet("A", 500'00);
    const PlanMigration migration = to_version_2(ChangeTime::now);
    const auto items = preview(book, migration);
    REQUIRE(items.size() == 2);
    CHECK(items[0].outcome == MigrationOutcome::changed);
    CHECK(items[0].minor == 500'00);
    CHECK(items[1].outcome == MigrationOutcome::refused);
    CHECK(items[1].reason == "insufficient-funds");
    book.when(change_of(items[0], migration)).wallet("A", 0);
    book.when(ChangePlan{"A-2", "HOME10", 2, ChangeTime::now, {}}
    ).refused(Errc::insufficient_funds);
    const auto left = preview(book, migration);
    REQUIRE(left.size() == 1); // Of what was cut off, a new preview has the rest.
    CHECK(left[0].service == "A-2");
}

TEST_CASE("plan migration: only those who have the version, and have not ended") {
    Spec book = given(three_services());
    book.when(ChangePlan{"B-1", "HOME10", 2, ChangeTime::now, {}});
    book.when(EndService{"A-2", ChangeTime::now, {}, "moved away"});
    CHECK(preview(book, to_version_2()).size() == 1);
    PlanMigration any = to_version_2();
    any.plan_version.reset();
    CHECK(preview(book, any).size() == 1); // B-1 has it already.
    any.to_plan = "BIZ50";
    any.to_version.reset();
    CHECK(preview(book, any).size() == 2);
    CHECK(preview(book, any)[0].to_version == 1);
}

TEST_CASE("plan migration: what cannot be is refused, or said of the service") {
    Spec book = given(three_services());
    const Book& rows = book.run().book();
    const auto error = [&](const std::string& tenant, const PlanMigration& migration) {
        return services_to_migrate(rows, tenant, migration).error().code;
    };
    CHECK(error("nobody", to_version_2()) == Errc::tenant_unknown);
    CHECK(error(tenant_id, {"NONE", {}, "HOME10", {}, {}, {}}) == Errc::plan_unknown);
    CHECK(error(tenant_id, {"HOME10", {}, "NONE", {}, {}, {}}) == Errc::plan_unknown);
    CHECK(error(tenant_id, {"HOME10", {}, "HOME10", 3, {}, {}}) == Errc::plan_unknown);
    CHECK(error(tenant_id, {"HOME10", {}, "HOME10", 0, {}, {}}) == Errc::plan_unknown);
    book.when(PauseService{"A-1"});
    const auto at_once = preview(book, to_version_2(ChangeTime::now));
    CHECK(at_once[0].outcome == MigrationOutcome::refused);
    CHECK(at_once[0].reason == "service-blocked");
    const auto later = preview(book, to_version_2());
    CHECK(later[0].outcome == MigrationOutcome::scheduled);
    CHECK_FALSE(later[0].moves_on); // Nobody knows when its days run again.
    CHECK(later[1].moves_on == day("2026-12-20"));
}

TEST_CASE("plan migration at a day: each service with its first period from then on") {
    Spec book = given(
        fixed_world() +
        Story{
            service("A-1", "A", "2026-12-20"),
            service("B-1", "B", "2027-01-01"),
            service("C-1", "C", "2026-11-05", {"unpaid"}),
            received("R1", "A", 9'000'00),
            next_version(2'000'00)}
    );
    PlanMigration migration = to_version_2();
    migration.not_before = day("2027-01-01");
    const auto items = preview(book, migration);
    REQUIRE(items.size() == 3);
    CHECK(items[0].moves_on == day("2027-01-20"));
    CHECK(items[1].moves_on == day("2027-01-01"));
    CHECK(items[2].moves_on == day("2027-01-05"));
    for (const MigrationItem& item : items)
        book.when(change_of(item, migration)).then_types("plan_change_scheduled");
    CHECK(preview(book, migration).empty());
    book.when(AdvanceTestClock{at("2026-12-20T09:00:00Z")}).when(RenewService{"A-1"});
    CHECK(book.event<ServiceRenewed>(1).to == *items[0].moves_on);
    CHECK(preview(book, migration).empty()); // Its period is the next one now.
    book.when(AdvanceTestClock{at("2027-01-20T09:00:00Z")}).when(RenewService{"A-1"});
    CHECK(book.event<PlanChanged>(0).plan_version == 2);
    book.wallet("A", 9'000'00 - 1'500'00 - 2'000'00);
}

TEST_CASE("plan migration at a day: another day is another preview, and moves who was scheduled") {
    Spec book = given(three_services());
    PlanMigration january = to_version_2();
    january.not_before = day("2027-01-01");
    PlanMigration february = to_version_2();
    february.not_before = day("2027-02-01");
    CHECK(preview_hash(preview(book, january)) != preview_hash(preview(book, february)));
    for (const MigrationItem& item : preview(book, january))
        book.when(change_of(item, january));
    CHECK(preview(book, january).empty());
    CHECK(preview(book, february).size() == 3);
    CHECK(preview(book, to_version_2()).size() == 3);
}

TEST_CASE("plan migration: without a version, to the newest that is valid on its day") {
    PlanDefined next_year = next_version(2'500'00);
    next_year.version = 3;
    next_year.valid_from = day("2027-01-01");
    Spec book = given(three_services() + Story{next_year});
    PlanMigration migration{"HOME10", 1, "HOME10", {}, {}, {}};
    CHECK(preview(book, migration).front().to_version == 2);
    migration.not_before = day("2027-01-01");
    CHECK(preview(book, migration).front().to_version == 3);
    CHECK(preview(book, migration).front().outcome == MigrationOutcome::scheduled);
    migration.to_version = 3;
    migration.not_before = day("2026-12-25");
    CHECK(preview(book, migration).front().reason == "plan-not-valid");
}

TEST_CASE("plan migration: a wish that waits for a service is not overwritten") {
    Spec book = given(three_services());
    book.when(ChangePlan{"A-1", "BIZ50", {}, ChangeTime::period_end, {}});
    for (const auto when : {ChangeTime::now, ChangeTime::period_end}) {
        const auto items = preview(book, to_version_2(when));
        REQUIRE(items.size() == 3);
        CHECK(items[0].outcome == MigrationOutcome::refused);
        CHECK(items[0].reason == "change-scheduled");
    }
}

TEST_CASE("plan migration: its day is one of the tenant's, and not of a change that is now") {
    Spec book = given(three_services());
    const auto outcome = [&](std::optional<ChangeTime> when, std::string_view day_text) {
        PlanMigration migration = to_version_2(when);
        migration.not_before = day(day_text);
        const Status status = check_day(book.run().book(), tenant_id, {}, migration);
        return status ? Errc::not_found : status.error().code;
    };
    CHECK(outcome({}, "2026-11-20") == Errc::not_found); // It is fine.
    CHECK(outcome({}, "2026-11-19") == Errc::value_out_of_range);
    CHECK(outcome({}, "2031-11-25") == Errc::value_out_of_range);
    CHECK(outcome(ChangeTime::now, "2026-11-21") == Errc::value_out_of_range);
}

namespace {

PlanDefined tv_version(std::uint32_t version, std::int64_t price_minor) {
    PlanDefined defined = plan("TV", price_minor);
    defined.kind = PlanKind::addon;
    defined.version = version;
    return defined;
}

PlanMigration of_tv(std::optional<ChangeTime> when = {}) { return {"TV", 1, "TV", 2, when, {}}; }

ChangeAddon addon_change_of(const MigrationItem& item, const PlanMigration& migration) {
    ChangeAddon change{item.service, "TV", item.to_version, item.quantity, migration.when};
    change.when = migration.when.value_or(ChangeTime::period_end);
    change.expected_minor = item.minor;
    change.not_before = migration.not_before;
    return change;
}

} // namespace

TEST_CASE("plan migration: of an add-on, for all that have that version of it") {
    Spec book = given(three_services() + Story{tv_version(1, 600'00), tv_version(2, 700'00)});
    book.when(AddAddon{"A-1", "TV", 1, 2, {}}).when(AddAddon{"A-2", "TV", 2, {}, {}});
    book.when(AddAddon{"B-1", "TV", 1, {}, {}});
    PlanMigration migration = of_tv();
    migration.not_before = day("2027-01-01");
    const auto items = preview(book, migration);
    REQUIRE(items.size() == 2);
    CHECK(items[0].service == "A-1");
    CHECK(items[0].quantity == 2);
    CHECK(items[0].price_minor == 1'200'00);
    CHECK(items[0].new_price_minor == 1'400'00);
    CHECK(items[0].moves_on == day("2027-01-20"));
    CHECK(items[1].service == "B-1");
    for (const MigrationItem& item : items)
        book.when(addon_change_of(item, migration)).then_types("addon_change_scheduled");
    CHECK(preview(book, migration).empty());
    CHECK(preview(book, of_tv(ChangeTime::now)).size() == 2);
}

TEST_CASE("plan migration: of an add-on, what wallets pay at once is what the changes take") {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20"),
            received("R1", "A", 2'300'00),
            tv_version(1, 600'00),
            tv_version(2, 700'00)}
    );
    book.when(AddAddon{"A-1", "TV", 1, {}, {}}).when(RenewService{"A-1"}).wallet("A", 200'00);
    const auto items = preview(book, of_tv(ChangeTime::now));
    REQUIRE(items.size() == 1);
    CHECK(items[0].minor == 100'00);
    CHECK(items[0].outcome == MigrationOutcome::changed);
    CHECK_FALSE(items[0].moves_on);
    book.when(addon_change_of(items[0], of_tv(ChangeTime::now))).wallet("A", 100'00);
    CHECK(preview(book, of_tv(ChangeTime::now)).empty());
}

TEST_CASE("plan migration: an add-on gets no other plan, and a quantity that is to come stands") {
    Spec book = given(three_services() + Story{tv_version(1, 600'00), tv_version(2, 700'00)});
    const Book& rows = book.run().book();
    const auto error = [&](const PlanMigration& migration) {
        return services_to_migrate(rows, tenant_id, migration).error().code;
    };
    CHECK(error({"TV", {}, "HOME10", {}, {}, {}}) == Errc::plan_kind_unfit);
    CHECK(error({"HOME10", {}, "TV", {}, {}, {}}) == Errc::plan_kind_unfit);
    book.when(AddAddon{"A-1", "TV", 1, 2, {}});
    book.when(ChangeAddon{"A-1", "TV", {}, 1, ChangeTime::period_end});
    CHECK(preview(book, of_tv())[0].reason == "change-scheduled");
    book.when(ChangeAddon{"A-1", "TV", 2, 5, ChangeTime::period_end});
    CHECK(preview(book, of_tv()).empty());
    PlanMigration later = of_tv();
    later.not_before = day("2027-03-01");
    CHECK(preview(book, later)[0].quantity == 5);
}

namespace {

// Versions of DUAL: the second has no price in dollars, the third has.
Story dual_versions() {
    PlanDefined second = plan("DUAL", 2'000'00);
    second.version = 2;
    PlanDefined third = second;
    third.version = 3;
    third.prices = {{usd(), 18'00, {}}};
    return {second, third};
}

} // namespace

TEST_CASE("plan migration: its prices are in the customer's currency; who has none is refused") {
    Spec book = given(world() + dollar_customer() + dual_versions());
    book.when(AddService{"A-1", "A", "DUAL", 1, {}, day("2026-11-20"), {}, {}});
    book.when(typed("R1", "D", 20'00)).when(RenewService{"D-1"}).wallet("D", 5'00);
    for (const auto when : {ChangeTime::now, ChangeTime::period_end}) {
        const auto items = preview(book, {"DUAL", 1, "DUAL", 2, when, {}});
        REQUIRE(items.size() == 2);
        CHECK_FALSE(items[0].currency);
        CHECK(items[0].price_minor == 1'500'00);
        CHECK(items[0].new_price_minor == 2'000'00);
        CHECK(items[0].outcome != MigrationOutcome::refused);
        CHECK(items[1].currency == usd());
        CHECK(items[1].price_minor == 15'00);
        CHECK(items[1].new_price_minor == 0);
        CHECK(items[1].minor == 0);
        CHECK(items[1].outcome == MigrationOutcome::refused);
        CHECK(items[1].reason == "plan-not-priced");
        book.when(change_of(items[1], {"DUAL", 1, "DUAL", 2, when, {}})
        ).refused(Errc::plan_not_priced);
    }
    const PlanMigration to_third{"DUAL", 1, "DUAL", 3, ChangeTime::now, {}};
    const auto items = preview(book, to_third);
    REQUIRE(items.size() == 2);
    CHECK(items[0].outcome == MigrationOutcome::changed);
    CHECK(items[1].new_price_minor == 18'00);
    CHECK(items[1].minor == 3'00);
    CHECK(items[1].outcome == MigrationOutcome::changed);
    book.when(change_of(items[1], to_third)).wallet("D", 2'00);
}

TEST_CASE("plan migration: of an add-on, at its prices in the customer's currency") {
    PlanDefined first = tv_version(1, 600'00);
    first.prices = {{usd(), 6'00, {}}};
    Spec book = given(world() + dollar_customer() + Story{first, tv_version(2, 700'00)});
    book.when(AddAddon{"D-1", "TV", 1, 2, {}});
    const auto items = preview(book, of_tv());
    REQUIRE(items.size() == 1);
    CHECK(items[0].currency == usd());
    CHECK(items[0].price_minor == 12'00);
    CHECK(items[0].new_price_minor == 0);
    CHECK(items[0].reason == "plan-not-priced");
    PlanDefined third = tv_version(3, 700'00);
    third.prices = {{usd(), 7'00, {}}};
    Spec later = given(world() + dollar_customer() + Story{first, tv_version(2, 700'00), third});
    later.when(AddAddon{"D-1", "TV", 1, 2, {}});
    const PlanMigration migration{"TV", 1, "TV", 3, {}, {}};
    CHECK(preview(later, migration).front().new_price_minor == 14'00);
    later.when(addon_change_of(preview(later, migration).front(), migration))
        .then_types("addon_change_scheduled");
}

TEST_CASE("plan migration: its hash names every figure") {
    Spec book = given(three_services());
    const auto hash = [&] { return preview_hash(preview(book, to_version_2())); };
    const std::string before = hash();
    CHECK(hash() == before);
    book.when(AddService{"C-1", "C", "HOME10", 1, {}, day("2026-12-20"), {}, {}});
    CHECK(hash() != before);
    PlanMigration other = to_version_2();
    const auto first = preview_hash(preview(book, other));
    book.when(DefinePlan{"TWIN", {}, "Twin", 2'000'00, kes(), {}, {}, 10, 10});
    book.when(DefinePlan{"TWIN", {}, "Twin", 2'000'00, kes(), {}, {}, 10, 10});
    other.to_plan = "TWIN"; // Its second version costs the same: all figures are equal.
    CHECK(preview_hash(preview(book, other)) != first);
}
