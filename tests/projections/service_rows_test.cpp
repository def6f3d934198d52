#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

const Timestamp run_at = at("2026-11-20T21:05:00Z");

Told reconnected(Timestamp when, Timestamp paid_at) {
    ServiceReinstated e{"ACC1-1", "ACC1", "ACC1-1", "unpaid", {}, "mpesa:R1", paid_at};
    return {std::move(e), when, {}, {}};
}

std::string status(SqlSession& db) {
    return ask(
        db,
        "SELECT row(status, blocks, renews_on, status_since, cut_at)::text FROM services "
        "WHERE service = 'ACC1-1'"
    );
}

std::string reconnections(SqlSession& db) {
    return ask(
        db,
        "SELECT string_agg(coalesce(minutes_cut::text, '-') || ' ' || "
        "coalesce(paid_before_cut_minutes::text, '-'), ', ' ORDER BY seq) FROM reconnections"
    );
}

} // namespace

TEST_CASE("services: added, cut for unpaid, reconnected by a payment from before the cut") {
    MemorySource source;
    open_isp(source);
    source.add(suspended("ACC1-1", "ACC1", run_at));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        status(*db) == "(suspended,{unpaid},2026-11-19,\"2026-11-20 21:05:00+00\","
                       "\"2026-11-20 21:05:00+00\")"
    );
    CHECK(
        ask(*db, "SELECT row(service, customer, reason, cut_at, booked_on)::text FROM cuts") ==
        "(ACC1-1,ACC1,unpaid,\"2026-11-20 21:05:00+00\",2026-11-20)"
    );

    source.add(reconnected(at("2026-11-20T21:20:59Z"), at("2026-11-20T21:04:59Z")));
    REQUIRE(project_all(*db, source));
    CHECK(status(*db) == "(active,{},2026-11-19,\"2026-11-20 21:20:59+00\",)");
    CHECK(reconnections(*db) == "15 15");
}

TEST_CASE("services: a payment at the very moment of the cut was not before it") {
    MemorySource source;
    open_isp(source);
    source.add(suspended("ACC1-1", "ACC1", run_at));
    source.add(reconnected(at("2026-11-20T21:20:00Z"), run_at));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(reconnections(*db) == "15 -");
}

TEST_CASE("services: one that came in blocked was not cut by the book") {
    MemorySource source;
    open_isp(source);
    Told added = service_added("ACC1-2", "ACC1");
    std::get<ServiceAdded>(added.event).blocks = {"unpaid"};
    source.add(std::move(added));
    Told back = reconnected(at("2026-11-20T21:20:00Z"), at("2026-11-19T00:00:00Z"));
    std::get<ServiceReinstated>(back.event).service = "ACC1-2";
    source.add(std::move(back));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(reconnections(*db) == "- -");
    CHECK(ask(*db, "SELECT status FROM services WHERE service = 'ACC1-2'") == "active");
}

TEST_CASE("services: another reason keeps it off when the money is there") {
    MemorySource source;
    open_isp(source);
    source.add(suspended("ACC1-1", "ACC1", run_at));
    source.add(
        {ServiceSuspended{"ACC1-1", "ACC1", "ACC1-1", "abuse", {"abuse", "unpaid"}},
         at("2026-11-20T22:00:00Z"),
         {},
         {}}
    );
    Told back = reconnected(at("2026-11-20T23:05:00Z"), at("2026-11-20T23:04:00Z"));
    std::get<ServiceReinstated>(back.event).blocks = {"abuse"};
    source.add(std::move(back));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(status(*db) == "(suspended,{abuse},2026-11-19,\"2026-11-20 21:05:00+00\",)");
    CHECK(ask(*db, "SELECT running::text || minutes_cut FROM reconnections") == "false120");
}

TEST_CASE("services: a renewal is a charge with its period, and names the payment behind it") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 150'000));
    Told renewal = renewed("ACC1-1", "ACC1");
    std::get<ServiceRenewed>(renewal.event).payment = "mpesa:R1";
    source.add({charged("ACC1-1", "ACC1", {{"mpesa:R1", 150'000}}), std::move(renewal)});
    source.add(paid("R2", "ACC2", 150'000));
    source.add({charged("ACC2-1", "ACC2", {{"mpesa:R2", 150'000}}), renewed("ACC2-1", "ACC2")});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT row(service, service_from, service_to, net_minor, tax_minor, minor, "
            "currency, payment, charged_seq)::text FROM charges WHERE customer = 'ACC1'") ==
        "(ACC1-1,2026-11-20,2026-12-20,150000,0,150000,KES,mpesa:R1,11)"
    );
    CHECK(ask(*db, "SELECT service FROM renewals WHERE payment IS NULL") == "ACC2-1");
    CHECK(ask(*db, "SELECT renews_on FROM services WHERE service = 'ACC2-1'") == "2026-12-20");
    CHECK(
        ask(*db,
            "SELECT string_agg(kind, ' ' ORDER BY seq) FROM service_history "
            "WHERE service = 'ACC1-1'") == "added renewed"
    );
}
