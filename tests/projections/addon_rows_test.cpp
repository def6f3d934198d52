#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/addon_examples.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

PlanDefined tv() {
    PlanDefined defined{"TV", 1, "Television", 60'000, {}, "vat16", 16, BillingPeriod::month, 0, 0};
    defined.kind = PlanKind::addon;
    return defined;
}

std::string addon(SqlSession& db) {
    return ask(
        db,
        "SELECT concat_ws(' ', addon || plan_version, quantity, from_day, ending_on, "
        "next_version || 'x' || next_quantity, next_not_before, removed_on) "
        "FROM service_addons WHERE service = 'ACC1-1'"
    );
}

} // namespace

TEST_CASE("addons: what a service has, and when it ends") {
    MemorySource source;
    open_isp(source);
    source.add(told(tv()));
    const TestDatabase database;
    const auto db = database.prepared();
    const auto after = [&](Event event) {
        source.add(told(std::move(event)));
        REQUIRE(project_all(*db, source));
        return addon(*db);
    };
    const std::string s = "ACC1-1";
    const std::string c = "ACC1";
    CHECK(after(AddonAdded{s, c, "TV", 1, 2, day("2026-11-20"), {}}) == "TV1 2 2026-11-20");
    CHECK(after(AddonEndScheduled{s, c, "TV", day("2026-12-20")}) == "TV1 2 2026-11-20 2026-12-20");
    CHECK(after(AddonEndCancelled{s, c, "TV"}) == "TV1 2 2026-11-20");
    CHECK(after(AddonRemoved{s, c, "TV", day("2026-12-01")}) == "TV1 2 2026-11-20 2026-12-01");
    CHECK(after(AddonAdded{s, c, "TV", 1, 1, day("2026-12-20"), 50}) == "TV1 1 2026-12-20");
    CHECK(
        ask(*db,
            "SELECT string_agg(kind || ' ' || quantity || ' ' || on_day, ', ' ORDER BY seq) "
            "FROM addon_changes") == "added 2 2026-11-20, removed 2 2026-12-01, added 1 2026-12-20"
    );
    CHECK(ask(*db, "SELECT kind FROM plans WHERE plan = 'TV'") == "addon");
    CHECK(
        ask(*db, "SELECT kind || includes::text FROM plans WHERE plan = 'HOME10'") == "internet[]"
    );
}

TEST_CASE("addons: a price that was wrong gives the add-on its other version, and nobody else's") {
    MemorySource source;
    open_isp(source);
    source.add(told(tv()));
    const TestDatabase database;
    const auto db = database.prepared();
    const Date since = day("2026-11-20");
    source.add(told(AddonAdded{"ACC1-1", "ACC1", "TV", 1, 2, day("2026-12-20"), {}}));
    source.add(told(TariffCorrected{"ACC1-1", "ACC1", "HOME10", 1, 2, since, {}, 0, "wrong"}));
    REQUIRE(project_all(*db, source));
    CHECK(addon(*db) == "TV1 2 2026-12-20");
    source.add(told(TariffCorrected{"ACC1-1", "ACC1", "TV", 1, 2, since, {}, 0, "wrong"}));
    REQUIRE(project_all(*db, source));
    CHECK(addon(*db) == "TV2 2 2026-12-20");
    CHECK(
        ask(*db,
            "SELECT string_agg(kind || ' ' || plan_version || ' ' || on_day, ', ' ORDER BY seq) "
            "FROM addon_changes") == "added 1 2026-12-20, changed 2 2026-12-20"
    );
}

TEST_CASE("addons: what changes, and what is scheduled, stands in the row; and it recurs as it is"
) {
    MemorySource source;
    open_isp(source);
    source.add(told(tv()));
    const TestDatabase database;
    const auto db = database.prepared();
    const auto after = [&](Event event) {
        source.add(told(std::move(event)));
        REQUIRE(project_all(*db, source));
        return addon(*db);
    };
    const std::string s = "ACC1-1";
    const std::string c = "ACC1";
    const Date next = day("2026-12-20");
    after(AddonAdded{s, c, "TV", 1, 2, day("2026-11-20"), {}});
    CHECK(after(AddonChangeScheduled{s, c, "TV", 1, 3, next, {}}) == "TV1 2 2026-11-20 1x3");
    CHECK(
        after(AddonChangeScheduled{s, c, "TV", 1, 1, next, day("2027-02-01")}) ==
        "TV1 2 2026-11-20 1x1 2027-02-01"
    );
    CHECK(after(AddonChangeCancelled{s, c, "TV"}) == "TV1 2 2026-11-20");
    after(AddonChangeScheduled{s, c, "TV", 1, 3, next, {}});
    CHECK(after(AddonEndScheduled{s, c, "TV", next}) == "TV1 2 2026-11-20 2026-12-20");
    CHECK(after(AddonChangeScheduled{s, c, "TV", 1, 3, next, {}}) == "TV1 2 2026-11-20 1x3");
    CHECK(after(AddonChanged{s, c, "TV", 1, 2, 1, 3, day("2026-11-30")}) == "TV1 3 2026-11-20");
    const auto recurring = [&](const std::string& day) {
        return ask(
            *db, "SELECT monthly_minor FROM recurring_parts('" + day + "', NULL) WHERE addon"
        );
    };
    CHECK(recurring("2026-11-29") == "103448");
    CHECK(recurring("2026-11-30") == "155172");
}

TEST_CASE("addons: they recur with their service, on each day as it was known") {
    MemorySource source;
    open_isp(source);       // 9 records; ACC1-1 and ACC2-1 at 150000 since 2026-11-20.
    source.add(told(tv())); // 10
    source.add(told(AddonAdded{"ACC1-1", "ACC1", "TV", 1, 2, day("2026-11-25"), {}})); // 11
    source.add(told(AddonRemoved{"ACC1-1", "ACC1", "TV", day("2026-12-05")}));         // 12
    source.add(told(AddonAdded{"ACC2-1", "ACC2", "TV", 1, 1, day("2026-12-01"), 50})); // 13
    source.add(suspended("ACC2-1", "ACC2", at("2026-12-10T06:00:00Z")));               // 14
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto recurring = [&](const std::string& of) {
        return ask(
            *db,
            "SELECT coalesce(string_agg(service || '=' || monthly_minor, ' ' ORDER BY service), "
            "'') FROM recurring_services(" +
                of + ")"
        );
    };
    // 60,000 with 16 % tax is 51,724 net; two of them are 103,448.
    CHECK(recurring("'2026-11-24', NULL") == "ACC1-1=150000 ACC2-1=150000");
    CHECK(recurring("'2026-11-25', NULL") == "ACC1-1=253448 ACC2-1=150000");
    CHECK(recurring("'2026-12-04', NULL") == "ACC1-1=253448 ACC2-1=201724");
    CHECK(recurring("'2026-12-05', NULL") == "ACC1-1=150000 ACC2-1=201724");
    CHECK(recurring("'2026-12-05', 11") == "ACC1-1=253448 ACC2-1=150000");
    CHECK(recurring("'2026-12-10', NULL") == "ACC1-1=150000"); // Off, with what it has.
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', plan, addon, monthly_minor), ', ' ORDER BY service, "
            "plan) FROM recurring_parts('2026-12-04', NULL)") ==
        "HOME10 f 150000, TV t 103448, HOME10 f 150000, TV t 51724"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(service || '=' || movement, ' ' ORDER BY service) "
            "FROM recurring_changes('2026-11-26', '2026-12-05', NULL)") ==
        "ACC1-1=contraction ACC2-1=expansion"
    );
}

TEST_CASE("a product that was sold is a line of its customer's draft") {
    MemorySource source;
    open_isp(source);
    source.add(told(addon_example_events().back()));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT concat_ws(' ', invoice, customer, status, minor, lines->0->>'component') "
            "FROM invoices") == "bill~ACC1~2027-01-20 ACC1 draft 50000 product"
    );
}
