#include "commands/plan_migration.hpp"

#include "tests/support/book_builders.hpp"

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
        item.minor};
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
    CHECK(preview(book, to_version_2())[0].outcome == MigrationOutcome::refused);
    CHECK(preview(book, to_version_2())[0].reason == "service-blocked");
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
