#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

Told resolved(const std::string& arrival, Outcome outcome, const std::string& receipt) {
    ArrivalResolved e;
    e.arrival = arrival;
    e.kind = ArrivalKind::callback;
    e.outcome = outcome;
    e.payment = "mpesa:" + receipt;
    e.channel = "mpesa:600901";
    e.receipt = receipt;
    e.minor = 5'000;
    return {std::move(e), noon, {}, {}};
}

} // namespace

TEST_CASE("tenancy: a tenant, its plans and routers, without secrets") {
    MemorySource source;
    open_isp(source);
    source.add({PeriodClosed{day("2026-11-19")}, noon, {}, {}});
    source.add({TestClockAdvanced{at("2026-11-20T09:30:00Z")}, noon, {}, {}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));

    CHECK(
        ask(*db,
            "SELECT row(tenant, name, timezone, currency, legal_entity, mpesa_shortcodes, "
            "tills, recognition, renewal_anchor, test_clock, clock_at, closed_through, "
            "partition)::text FROM tenants") ==
        "(savanna,\"Savanna Fibre\",Africa/Nairobi,KES,main,\"{600901,600902}\",{main},on_charge,"
        "rolling,t,\"2026-11-20 09:30:00+00\",2026-11-19,0)"
    );
    CHECK(
        ask(*db,
            "SELECT row(plan, version, name, price_minor, currency, tax_code, tax_percent, "
            "period, period_count, setup_minor, trial_days, down_mbps, up_mbps)::text "
            "FROM plans") == "(HOME10,1,\"Home 10 Mbps\",150000,KES,\"\",0,month,1,0,0,10,10)"
    );
    CHECK(
        ask(*db, "SELECT to_jsonb(r) - 'registered_at' FROM routers r") ==
        R"({"seq": 3, "tls": false, "port": 8728, "driver": "routeros-api", "router": "rtr-01", )"
        R"("tenant": "savanna", "address": "127.0.0.1", "username": "api"})"
    );
    CHECK(
        ask(*db,
            "SELECT count(*) FROM sites s, routers r "
            "WHERE to_jsonb(s)::text || to_jsonb(r)::text LIKE '%never shown%'") == "0"
    );
}

TEST_CASE("subscribers: names of every script; a forgotten person has none") {
    MemorySource source;
    source.add(tenant_opened());
    const std::string name = "Ọlá \"Tab\t\" \\N {a,b} 李小龙 🛰";
    source.add(customer_registered("ACC1", name));
    source.add(customer_registered("ACC2", ""));
    source.add({PaymentReferenceAdded{"ACC1", {"acc-1 b", "ACC1B"}}, noon, {}, {}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));

    CHECK(ask(*db, "SELECT name FROM customers WHERE customer = 'ACC1'") == name);
    CHECK(
        ask(*db, "SELECT row(name, phone, mail)::text FROM customers WHERE customer = 'ACC2'") ==
        "(,,)"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(normalised || '=' || customer, ' ' ORDER BY normalised) "
            "FROM payment_references") == "ACC1=ACC1 ACC1B=ACC1 ACC2=ACC2"
    );
}

TEST_CASE("payments: credited, suspended, assigned, confirmed and reversed") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 5'000));
    source.add(into_suspense("R2", 7'000));
    SuspenseAssigned assigned{
        "mpesa:R2",
        {{"ACC2", 4'000, "mpesa:R2", 0}},
        3'000,
        {},
        "called",
        {{"suspense:mpesa", 4'000, {}, {}}, {"wallet:ACC2", -4'000, {}, {}}}};
    source.add({std::move(assigned), noon, {}, {}});
    PaymentReversed reversed;
    reversed.payment = "mpesa:R1";
    reversed.channel = "mpesa:600901";
    reversed.minor = 2'000;
    reversed.debits = {{"ACC1", 2'000, {{"mpesa:R1", 2'000}}, 0, {}}};
    reversed.postings = {{"wallet:ACC1", 2'000, {}, {}}, {"cash:mpesa:600901", -2'000, {}, {}}};
    source.add({std::move(reversed), noon, {}, {}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));

    CHECK(
        ask(*db,
            "SELECT row(received_minor, reversed_minor, standing_minor, suspended_minor, "
            "customer, reported_by, confirmed, payer_name)::text "
            "FROM payments WHERE payment = 'mpesa:R1'") == "(5000,2000,3000,0,ACC1,callback,t,JANE)"
    );
    CHECK(
        ask(*db,
            "SELECT row(suspended_minor, customer, suspense_reason, payer_name)::text "
            "FROM payments WHERE payment = 'mpesa:R2'") == "(3000,,unknown_reference,\"Zoë Ñandú\")"
    );
    CHECK(
        ask(*db,
            "SELECT row(account, opened_minor, remaining_minor, emptied_at)::text "
            "FROM open_suspense") == "(suspense:mpesa,7000,3000,)"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(payment || ' ' || customer || ' ' || minor, ', ' "
            "ORDER BY payment) FROM payment_allocations") ==
        "mpesa:R1 ACC1 3000, mpesa:R2 ACC2 4000"
    );
    CHECK(ask(*db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
    CHECK(ask(*db, "SELECT count(*) FROM control_checks") == "4");
}

TEST_CASE("payments: every arrival with its outcome, and no raw body") {
    MemorySource source;
    source.add(tenant_opened());
    Told callback{CallbackReceived{"a1", "mpesa", "196.201.214.200", "beef"}, noon, {}, "raw"};
    source.add({callback, resolved("a1", Outcome::accepted, "R1")});
    std::get<CallbackReceived>(callback.event).arrival = "a2";
    source.add(callback);
    source.add(resolved("a2", Outcome::duplicate, "R1"));
    DeskEntryReceived typed{"d1", "till:main", "T1", "ACC1", 900, noon, "amina"};
    source.add({std::move(typed), noon, {}, {}});
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));

    CHECK(
        ask(*db,
            "SELECT row(kind, provider, source, body_hash, outcome, payment, minor, seq, "
            "resolved_seq)::text FROM arrivals WHERE arrival = 'a2'") ==
        "(callback,mpesa,196.201.214.200,beef,duplicate,mpesa:R1,5000,4,5)"
    );
    CHECK(
        ask(*db,
            "SELECT row(kind, channel, receipt, minor, customer, typed_by, outcome)::text "
            "FROM arrivals WHERE arrival = 'd1'") == "(desk,till:main,T1,900,ACC1,amina,)"
    );
}

TEST_CASE("payments: what a cashier typed is confirmed by its callback") {
    MemorySource source;
    open_isp(source);
    Told typed = paid("R1", "ACC1", 5'000);
    std::get<PaymentReceived>(typed.event).reported_by = ArrivalKind::desk;
    source.add(std::move(typed));
    source.add(
        {PaymentConfirmed{"mpesa:R1", "a9", "cafe", at("2026-11-20T05:59:00Z")}, noon, {}, {}}
    );
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db,
            "SELECT row(reported_by, confirmed, confirmed_by, reference_hash, occurred_at)"
            "::text FROM payments") == "(desk,t,a9,cafe,\"2026-11-20 05:59:00+00\")"
    );
}

TEST_CASE("edge_43: paid, and no router ever enabled it: a difference that grows by the minute") {
    MemorySource source;
    open_isp(source); // ACC1-1 is wanted from nine in the morning on, in Nairobi.
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto difference = [&] {
        return ask(
            *db,
            "SELECT coalesce(max(row(difference, site, minutes)::text), '') "
            "FROM line_differences('2026-11-20 10:30:40+00') WHERE site = 'ACC1-1'"
        );
    };
    CHECK(difference() == "(paid_but_cut,ACC1-1,270)");
    source.add({SiteFailed{"ACC1-1", "rtr-01", 6, "device-refused", "no"}, noon, {}, {}});
    REQUIRE(project_all(*db, source));
    CHECK(difference() == "(paid_but_cut,ACC1-1,270)");
    source.add({SiteProvisioned{"ACC1-1", "rtr-01", 6, true}, noon, {}, {}});
    REQUIRE(project_all(*db, source));
    CHECK(difference() == "");
}

TEST_CASE("routers: wanted, applied, drifted, failed and removed") {
    MemorySource source;
    open_isp(source); // ACC1-1 is wanted at seq 6.
    const std::string site = "ACC1-1";
    source.add({SiteProvisioned{site, "rtr-01", 6, true}, noon, {}, {}});
    source.add(suspended(site, "ACC1", noon)); // seq 11
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto state = [&] {
        return ask(
            *db,
            "SELECT row(phase, wanted_enabled, wanted_seq, applied_enabled, applied_seq, "
            "failed_error, repairs)::text FROM sites WHERE site = 'ACC1-1'"
        );
    };
    CHECK(state() == "(provisioned,f,11,t,6,,0)");
    CHECK(ask(*db, "SELECT site || since FROM unpaid_but_on") == "ACC1-12026-11-20 09:00:00+00");
    CHECK(
        ask(*db,
            "SELECT row(difference, minutes, minor, currency)::text "
            "FROM line_differences('2026-11-20 10:30:40+00')") ==
        "(unpaid_but_on,90,302,KES)" // 150000 * 90 / (31 * 1440)
    );

    source.add({SiteFailed{site, "rtr-01", 11, "device-refused", "no such item"}, noon, {}, {}});
    REQUIRE(project_all(*db, source));
    CHECK(state() == "(failed,f,11,t,6,device-refused,0)");

    source.add({SiteStateApplied{site, "rtr-01", 11, false, true}, noon, {}, {}});
    REQUIRE(project_all(*db, source));
    CHECK(state() == "(provisioned,f,11,f,11,,1)");
    CHECK(ask(*db, "SELECT count(*) FROM unpaid_but_on") == "0");

    source.add({SiteRemovalRequested{site, "rtr-01"}, noon, {}, {}});
    source.add({SiteRemoved{site, "rtr-01", 14}, noon, {}, {}});
    REQUIRE(project_all(*db, source));
    CHECK(state() == "(removed,f,11,f,14,,1)");
}

TEST_CASE("accounts: balances, days and a trial balance that sums to zero") {
    MemorySource source;
    open_isp(source);
    Told yesterday = paid("R1", "ACC1", 5'000);
    yesterday.booked_on = day("2026-11-19");
    source.add(std::move(yesterday));
    source.add(paid("R2", "ACC2", 200'000));
    source.add(charged("ACC2-1", "ACC2", {{"mpesa:R2", 150'000}}));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));

    CHECK(
        ask(*db,
            "SELECT string_agg(account || ' ' || balance_minor, ', ' ORDER BY account) "
            "FROM trial_balance") ==
        "cash:mpesa:600901 205000, revenue:HOME10 -150000, wallets -55000"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(account || ' ' || balance_minor, ', ' ORDER BY account) "
            "FROM trial_balance_through('2026-11-19')") == "cash:mpesa:600901 5000, wallets -5000"
    );
    CHECK(
        ask(*db,
            "SELECT count(*) FROM (SELECT * FROM trial_balance_through('2026-11-20') "
            "EXCEPT SELECT * FROM trial_balance) x") == "0"
    );
    CHECK(
        ask(*db,
            "SELECT row(entity, kind, debit_minor, credit_minor, balance_minor, seq)::text "
            "FROM account_balances WHERE account = 'wallet:ACC2'") ==
        "(main,wallet,150000,200000,-50000,12)"
    );
    CHECK(ask(*db, "SELECT sum(minor) FROM postings") == "0");
}

TEST_CASE("event index: every record with its place and hash") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const ReaderState head = source.head().value();
    CHECK(ask(*db, "SELECT count(*) FROM event_index") == std::to_string(head.seq));
    CHECK(
        ask(*db, "SELECT encode(hash, 'hex') FROM event_index ORDER BY seq DESC LIMIT 1") ==
        hex(head.hash)
    );
    CHECK(
        ask(*db,
            "SELECT row(tenant_seq, stream, revision, type, schema_version, actor, "
            "booked_on, event_id = command_id)::text FROM event_index WHERE seq = 2") ==
        "(2,stream:2,2,plan_defined,6,key:test,2026-11-20,t)"
    );
}
