#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

std::string service(SqlSession& db) {
    return ask(
        db,
        "SELECT concat_ws(' ', status, plan || plan_version, renews_on, anchor_day, scheduled, "
        "next_plan || next_plan_version, next_plan_not_before, promised_until, days_left, "
        "ended_on) FROM services "
        "WHERE service = 'ACC1-1'"
    );
}

} // namespace

TEST_CASE("services: each change of how one goes on stands in its row and in its history") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    const auto after = [&](Event event) {
        source.add(told(std::move(event)));
        REQUIRE(project_all(*db, source));
        return service(*db);
    };
    const std::string s = "ACC1-1";
    const std::string c = "ACC1";
    CHECK(
        after(PlanChangeScheduled{s, c, "BIZ", 2, day("2026-12-19")}) ==
        "active HOME101 2026-11-19 19 plan_change BIZ2"
    );
    CHECK(
        after(PlanChangeScheduled{s, c, "BIZ", 2, day("2026-12-19"), day("2027-01-01")}) ==
        "active HOME101 2026-11-19 19 plan_change BIZ2 2027-01-01"
    );
    CHECK(after(PlanChangeCancelled{s, c, "BIZ", 2}) == "active HOME101 2026-11-19 19");
    CHECK(
        after(PlanChanged{s, c, "HOME10", 1, "BIZ", 2, day("2026-11-20"), 20}) ==
        "active BIZ2 2026-11-19 20"
    );
    CHECK(after(ServicePaused{s, c, day("2026-11-20"), 7}) == "active BIZ2 2026-11-19 20 7");
    CHECK(
        after(ServiceResumed{s, c, day("2026-11-21"), day("2026-11-28"), 28}) ==
        "active BIZ2 2026-11-28 28"
    );
    CHECK(
        after(ServiceExtended{s, c, 2, day("2026-11-30"), 30, "outage"}) ==
        "active BIZ2 2026-11-30 30"
    );
    CHECK(
        after(PaymentPromised{s, c, day("2026-12-05")}) == "active BIZ2 2026-11-30 30 2026-12-05"
    );
    CHECK(
        after(ServiceEndScheduled{s, c, day("2026-11-30"), "moves"}) ==
        "active BIZ2 2026-11-30 30 end 2026-12-05"
    );
    CHECK(after(ServiceEndCancelled{s, c}) == "active BIZ2 2026-11-30 30 2026-12-05");
    after(ServiceSuspended{s, c, s, "ended", {"ended"}});
    CHECK(
        after(ServiceEnded{s, c, day("2026-11-20"), "moves"}) ==
        "ended BIZ2 2026-11-30 30 2026-11-20"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(kind || coalesce(' ' || reason, ''), ', ' ORDER BY seq) "
            "FROM service_history WHERE service = 'ACC1-1'") ==
        "added, plan_change_scheduled BIZ, plan_change_scheduled BIZ, plan_change_cancelled BIZ, "
        "plan_changed HOME10, paused, "
        "resumed, extended outage, promised, end_scheduled moves, end_cancelled, suspended ended, "
        "ended moves"
    );
}

TEST_CASE("sites: another profile is wanted by the record that named it") {
    MemorySource source;
    open_isp(source);
    source.add(told(SiteProfileChanged{"ACC1-1", "rtr-01", "BIZ"}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT profile || ' ' || (wanted_seq = seq)::text FROM sites WHERE site = 'ACC1-1'") ==
        "BIZ true"
    );
}
