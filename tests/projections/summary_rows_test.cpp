// What a dashboard asks for, held against the read models that list it all.
#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/invoice_examples.hpp"
#include "support/merging_examples.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

InvoiceIssued first_issued() {
    for (const Event& event : invoice_examples::settling())
        if (const auto* issued = std::get_if<InvoiceIssued>(&event)) return *issued;
    return {};
}

std::string counted(SqlSession& db) {
    return ask(
        db,
        "SELECT concat_ws(' ', customers, customers_active, services_active, services_suspended, "
        "invoices_pending, (SELECT coalesce(sum(owed_minor), 0) FROM summary_days)) "
        "FROM summary_counts"
    );
}

std::string listed(SqlSession& db) {
    return ask(
        db,
        "SELECT concat_ws(' ', (SELECT count(*) FROM customers) - "
        "(SELECT count(*) FROM merged_customers), "
        "(SELECT count(DISTINCT customer) FROM services WHERE status = 'active'), "
        "(SELECT count(*) FROM services WHERE status = 'active'), "
        "(SELECT count(*) FROM services WHERE status = 'suspended'), "
        "(SELECT count(*) FROM invoices WHERE open_minor > 0), "
        "(SELECT coalesce(sum(open_minor), 0) FROM invoices))"
    );
}

std::string revenue_counted(SqlSession& db) {
    return ask(
        db,
        "SELECT string_agg(concat_ws(' ', booked_on, currency, revenue_minor), ', ' "
        "ORDER BY booked_on, currency) FROM summary_days WHERE revenue_minor <> 0"
    );
}

std::string revenue_listed(SqlSession& db) {
    return ask(
        db,
        "SELECT string_agg(concat_ws(' ', booked_on, currency, minor), ', ' "
        "ORDER BY booked_on, currency) FROM ("
        "SELECT booked_on, currency, -sum(minor) AS minor FROM postings "
        "WHERE account LIKE 'revenue:%' OR account LIKE 'fee%' "
        "GROUP BY 1, 2 HAVING sum(minor) <> 0) d"
    );
}

void check_agrees(SqlSession& db, MemorySource& source) {
    REQUIRE(project_all(db, source));
    CHECK(counted(db) == listed(db));
    CHECK(revenue_counted(db) == revenue_listed(db));
}

} // namespace

TEST_CASE("summary: services that run, are cut, come back and end") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    check_agrees(*db, source);
    CHECK(counted(*db) == "2 2 2 0 0 0");
    source.add(service_added("ACC1-2", "ACC1"));
    source.add(suspended("ACC1-1", "ACC1", noon));
    check_agrees(*db, source);
    CHECK(counted(*db) == "2 2 2 1 0 0"); // ACC1 has another one that runs.
    source.add(suspended("ACC1-2", "ACC1", noon));
    check_agrees(*db, source);
    CHECK(counted(*db) == "2 1 1 2 0 0");
    tell(source, {ServiceReinstated{"ACC1-1", "ACC1", "ACC1-1", "unpaid", {}, {}, {}}});
    tell(
        source,
        {ServiceSuspended{"ACC1-2", "ACC1", "ACC1-2", "ended", {"ended", "unpaid"}},
         ServiceEnded{"ACC1-2", "ACC1", day("2026-11-20"), "moves"}}
    );
    check_agrees(*db, source);
    CHECK(counted(*db) == "2 2 2 0 0 0");
    // One more block of one that is cut is no change.
    tell(source, {ServiceSuspended{"ACC1-1", "ACC1", "ACC1-1", "abuse", {"abuse"}}});
    tell(source, {ServiceSuspended{"ACC1-1", "ACC1", "ACC1-1", "unpaid", {"abuse", "unpaid"}}});
    tell(source, {ServiceReinstated{"ACC1-1", "ACC1", "ACC1-1", "abuse", {"unpaid"}, {}, {}}});
    check_agrees(*db, source);
    CHECK(counted(*db) == "2 1 1 1 0 0");
}

TEST_CASE("summary: invoices are pending while something is owed for them") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 500'000));
    const TestDatabase database;
    const auto db = database.prepared();
    InvoiceIssued other = first_issued();
    other.invoice = "I2";
    other.number = "F-000002";
    other.number_seq = 2;
    other.minor = 50'000; // What is reallocated to it.
    other.postings = {
        invoice_examples::leg("receivable:ACC1", 50'000), invoice_examples::leg("fee", -50'000)};
    tell(source, {other});
    for (Event& event : invoice_examples::settling()) {
        source.add({std::move(event), noon, {}, {}});
        check_agrees(*db, source);
    }
    for (std::size_t i = 0; i < 2; ++i) {
        tell(source, {invoice_examples::endings()[i]});
        check_agrees(*db, source);
    }
}

TEST_CASE("summary: the newest invoices are remembered, and no more") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    InvoiceIssued issued = first_issued();
    for (std::uint64_t number = 1; number <= 23; ++number) {
        issued.invoice = "N" + std::to_string(number);
        issued.number = issued.invoice;
        issued.number_seq = number;
        tell(source, {issued});
        if (number % 9 == 0) REQUIRE(project_all(*db, source));
    }
    REQUIRE(project_all(*db, source));
    CHECK(
        ask(*db, "SELECT string_agg(invoice, ' ' ORDER BY number_seq DESC) FROM summary_invoices"
        ) == "N23 N22 N21 N20 N19 N18 N17 N16 N15 N14"
    );
}

TEST_CASE("summary: revenue by the day on which it is booked, and who was merged is one less") {
    MemorySource source;
    open_isp(source);
    run_business(source, 4, 3);
    const TestDatabase database;
    const auto db = database.prepared();
    check_agrees(*db, source);
    CHECK(revenue_counted(*db) != "NULL");
    tell(source, merging_example_events());
    check_agrees(*db, source);
}
