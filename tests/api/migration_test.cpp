// Changes of plan for many services on a real log, looked at before.
#include "api/cli/billing_text.hpp"
#include "api/migrations.hpp"
#include "tests/api/due_provider.hpp"

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

constexpr const char* next_version =
    R"({"plan":"HOME","name":"H","price_minor":1200,"currency":"KES","down_mbps":2,"up_mbps":2})";

PlanMigration to_version_2(const std::optional<std::string>& preview = {}) {
    return {"HOME", 1, "HOME", 2, {}, preview};
}

Result<std::string> run_tariff(
    DueProvider& provider, RunStep step, const PlanMigration& migration
) {
    RunOrder order{"due", "test", {}, step, {}};
    order.body = to_json(migration);
    return run_order(provider.partition(), order);
}

MigrationPreview preview(DueProvider& provider, const PlanMigration& migration) {
    const auto told = run_tariff(provider, RunStep::migration_preview, migration);
    REQUIRE(told);
    return from_json<MigrationPreview>(*told).value();
}

} // namespace

TEST_CASE("migration: a preview tells all and changes nothing; its confirmation does just that") {
    DueProvider provider;
    provider.send("define_plan", next_version);
    const std::uint64_t before = provider.head();
    const MigrationPreview told = preview(provider, to_version_2());
    CHECK(provider.head() == before);
    CHECK(told.services == 2 * customers);
    CHECK(told.scheduled.services == told.services);
    CHECK(told.scheduled.price_minor == 2 * customers * 1'000);
    CHECK(told.scheduled.new_price_minor == 2 * customers * 1'200);
    CHECK(told.items.size() == told.services);
    CHECK(told.left_out == 0);

    const auto done = run_tariff(provider, RunStep::migrate, to_version_2(told.preview));
    REQUIRE(done);
    const auto report = from_json<ChangeReport>(*done).value();
    CHECK(report.services == told.services);
    CHECK(report.changed == told.services);
    CHECK(report.refused + report.moved + report.failed == 0);
    CHECK(report.position == provider.head());
    // Sent again, it is another preview that is confirmed: nothing is left to do.
    CHECK(preview(provider, to_version_2()).services == 0);
    CHECK(
        run_tariff(provider, RunStep::migrate, to_version_2(told.preview)).error().code ==
        Errc::figures_moved
    );
}

TEST_CASE("migration: a confirmation is refused, and does nothing, when anything has moved") {
    DueProvider provider;
    provider.send("define_plan", next_version);
    const std::string old = preview(provider, to_version_2()).preview;
    provider.send(
        "define_plan",
        R"({"plan":"BIZ","name":"B","price_minor":900,"currency":"KES","down_mbps":1,"up_mbps":1})"
    );
    provider.send("change_plan", R"({"service":"C2-1","plan":"BIZ","when":"period_end"})");
    const std::uint64_t before = provider.head();
    CHECK(
        run_tariff(provider, RunStep::migrate, to_version_2(old)).error().code ==
        Errc::figures_moved
    );
    CHECK(
        run_tariff(provider, RunStep::migrate, to_version_2()).error().code == Errc::missing_field
    );
    CHECK(provider.head() == before);
    const MigrationPreview now = preview(provider, to_version_2());
    CHECK(now.refused.services == 1);
    const auto done = run_tariff(provider, RunStep::migrate, to_version_2(now.preview));
    REQUIRE(done);
    const auto report = from_json<ChangeReport>(*done).value();
    CHECK(report.refused == 1);
    CHECK(report.changed == now.services - 1);
}

TEST_CASE("migration at a day: told with the days on which services move, and done just so") {
    DueProvider provider; // All are due since 20 November.
    provider.send("define_plan", next_version);
    PlanMigration migration = to_version_2();
    migration.not_before = parse_date("2027-01-01").value();
    const MigrationPreview told = preview(provider, migration);
    CHECK(told.scheduled.services == 2 * customers);
    CHECK(to_string(told.first_moves_on.value()) == "2027-01-20");
    CHECK(told.first_moves_on == told.last_moves_on);
    migration.preview = told.preview;
    PlanMigration earlier = migration;
    earlier.not_before = parse_date("2026-12-31").value();
    CHECK(run_tariff(provider, RunStep::migrate, earlier).error().code == Errc::figures_moved);
    REQUIRE(run_tariff(provider, RunStep::migrate, migration));
    // What is due today is charged at the old price.
    const BillingPreview due = provider.preview();
    CHECK(due.charged.services > 0);
    CHECK(due.charged.minor == static_cast<std::int64_t>(due.charged.services) * 1'000);
    earlier.not_before = parse_date("2026-11-19").value();
    CHECK(
        run_tariff(provider, RunStep::migration_preview, earlier).error().code ==
        Errc::value_out_of_range
    );
}

TEST_CASE("migration: of an add-on, for those that have that version of it") {
    DueProvider provider;
    const std::string tv =
        R"({"plan":"TV","name":"T","price_minor":200,"currency":"KES","down_mbps":0,"up_mbps":0,)"
        R"("kind":"addon"})";
    provider.send("define_plan", tv);
    for (const char* service : {"C1-1", "C2-1", "C3-1"})
        provider.send(
            "add_addon", fmt::format(R"({{"service":"{}","addon":"TV","quantity":2}})", service)
        );
    provider.send("define_plan", tv); // Its second version.
    PlanMigration migration{"TV", 1, "TV", 2, {}, {}};
    const MigrationPreview told = preview(provider, migration);
    CHECK(told.scheduled.services == 3);
    CHECK(told.items.front().quantity == 2);
    migration.preview = told.preview;
    const auto done = run_tariff(provider, RunStep::migrate, migration);
    REQUIRE(done);
    CHECK(from_json<ChangeReport>(*done).value().changed == 3);
    CHECK(preview(provider, {"TV", 1, "TV", 2, {}, {}}).services == 0);
}

TEST_CASE("migration: each currency is added up by itself; who has no price in it is refused") {
    MixedProvider provider;
    provider.define_dual(1'200, R"([{"currency":"USD","price_minor":400}])");
    PlanMigration migration{"DUAL", 1, "DUAL", 2, {}, {}};
    const MigrationPreview told = preview(provider, migration);
    CHECK(told.services == 1 + 2 * foreign_customers);
    CHECK(told.currency.code() == "KES");
    CHECK(told.scheduled.services == 1);
    CHECK(told.scheduled.price_minor == 1'000);
    CHECK(told.scheduled.new_price_minor == 1'200);
    REQUIRE(told.others);
    REQUIRE(told.others->size() == 2);
    const MigrationSums& euros = told.others->front();
    CHECK(euros.currency.code() == "EUR");
    CHECK(euros.refused.services == foreign_customers);
    CHECK(euros.refused.price_minor == foreign_customers * 200);
    CHECK(euros.refused.new_price_minor == 0);
    CHECK(euros.scheduled.services == 0);
    const MigrationSums& dollars = told.others->back();
    CHECK(dollars.currency.code() == "USD");
    CHECK(dollars.scheduled.services == foreign_customers);
    CHECK(dollars.scheduled.price_minor == foreign_customers * 300);
    CHECK(dollars.scheduled.new_price_minor == foreign_customers * 400);
    CHECK(told.items.front().reason == "plan-not-priced");
    CHECK(told.items.front().currency->code() == "EUR");

    migration.preview = told.preview;
    const auto done = run_tariff(provider, RunStep::migrate, migration);
    REQUIRE(done);
    const auto report = from_json<ChangeReport>(*done).value();
    CHECK(report.changed == 1 + foreign_customers);
    CHECK(report.refused == foreign_customers);
    CHECK(report.moved + report.failed == 0);
}

TEST_CASE("migration: what is not one is refused") {
    DueProvider provider;
    const auto error = [&](const std::string& body) {
        RunOrder order{"due", "test", {}, RunStep::migration_preview, {}};
        order.body = body;
        return run_order(provider.partition(), order).error().code;
    };
    CHECK(error("") == Errc::malformed_json);
    CHECK(error("{}") == Errc::missing_field);
    CHECK(error(R"({"plan":"HOME","to_plan":"HOME","how":1})") == Errc::unknown_field);
    CHECK(error(R"({"plan":"HOME","to_plan":"NONE"})") == Errc::plan_unknown);
    CHECK(error(R"({"plan":"HOME","to_plan":"HOME","when":"soon"})") == Errc::value_out_of_range);
}

TEST_CASE("migration: a preview is told in sums, with what is refused and how to confirm it") {
    MigrationPreview told;
    told.preview = "abc";
    told.changed = {2, -250'00, 3'000'00, 2'000'00};
    told.scheduled = {1'234, 0, 123'456'00, 223'456'00};
    told.refused = {1, 0, 1'500'00, 1'000'00};
    MigrationItem item;
    item.service = "A-1";
    item.outcome = MigrationOutcome::refused;
    item.reason = "insufficient-funds";
    told.items = {item};
    told.first_moves_on = parse_date("2027-01-01").value();
    told.last_moves_on = parse_date("2027-01-31").value();
    told.left_out = 7;
    MigrationSums dollars;
    dollars.currency = Currency::parse("USD").value();
    dollars.scheduled = {2, 0, 30'00, 36'00};
    told.others = {dollars};
    CHECK(
        preview_text(told) ==
        "KES                       services          a period              then          paid now\n"
        "will be changed now              2          3,000.00          2,000.00           -250.00\n"
        "with the next period          1234        123,456.00        223,456.00              0.00\n"
        "refused: look at them            1          1,500.00          1,000.00              0.00\n"
        "USD                       services          a period              then          paid now\n"
        "will be changed now              0              0.00              0.00              0.00\n"
        "with the next period             2             30.00             36.00              0.00\n"
        "refused: look at them            0              0.00              0.00              0.00\n"
        "scheduled: the first on 2027-01-01, the last on 2027-01-31\n"
        "refused: A-1: insufficient-funds\n"
        "7 more are in the sums alone\n"
        "to do just that: the same with --preview abc"
    );
    CHECK(
        report_text(ChangeReport{9, 5, 1, 2, 1, 77}) ==
        "9 services: 5 changed or scheduled, 2 refused, 1 moved, 1 failed"
    );
}
