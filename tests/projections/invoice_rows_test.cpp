#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/invoice_examples.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

std::string invoice(SqlSession& db, const std::string& name) {
    return ask(
        db,
        "SELECT concat_ws(' ', status, number, minor, net_minor, tax_minor, 'open', open_minor, "
        "'applied', applied_minor, 'withheld', withheld_minor, 'credited', credited_minor) "
        "FROM invoices WHERE invoice = '" +
            name + "'"
    );
}

} // namespace

TEST_CASE("invoices: drafts, and the lines that runs add to them") {
    MemorySource source;
    open_isp(source);
    tell(source, invoice_examples::terms());
    tell(source, invoice_examples::drafts());
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(invoice(*db, "I1") == "draft 1000000 0 0 open 0 applied 0 withheld 0 credited 0");
    CHECK(invoice(*db, "I9").starts_with("discarded"));
    const std::string bill = "bill~ACC1~2026-12-20";
    CHECK(invoice(*db, bill).starts_with("draft 150000"));
    // Another period, after the row was read back.
    for (Event& event : invoice_examples::drafts())
        if (std::holds_alternative<PeriodDrafted>(event))
            source.add({std::move(event), noon, {}, {}});
    REQUIRE(project_all(*db, source));
    CHECK(invoice(*db, bill).starts_with("draft 300000"));
    CHECK(
        ask(*db, "SELECT jsonb_array_length(lines) FROM invoices WHERE invoice = '" + bill + "'") ==
        "2"
    );
    // What was wrong with them is changed in place.
    DraftLine corrected;
    corrected.component = "period";
    corrected.minor = 1'200'00;
    source.add({DraftCorrected{bill, "ACC1", "ACC1-1", {corrected}}, noon, {}, {}});
    REQUIRE(project_all(*db, source));
    CHECK(invoice(*db, bill).starts_with("draft 120000"));
    CHECK(
        ask(*db, "SELECT lines->0->>'minor' FROM invoices WHERE invoice = '" + bill + "'") ==
        "120000"
    );
    CHECK(ask(*db, "SELECT mode FROM billing_modes WHERE customer = 'ACC1'") == "invoiced");
    CHECK(ask(*db, "SELECT rates->1->>'compound' FROM taxes WHERE tax = 'telecom'") == "true");
    CHECK(ask(*db, "SELECT due_days || number_prefix FROM invoicing_terms") == "30F-");
}

TEST_CASE("invoices: what happened to one, and what is owed after each") {
    MemorySource source;
    open_isp(source);
    source.add(paid("R1", "ACC1", 500'000));
    tell(source, invoice_examples::settling());
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    CHECK(
        invoice(*db, "I1") == "open F-000001 1484000 1150000 334000 open 1114000 applied 350000 "
                              "withheld 20000 credited 0"
    );
    tell(source, {invoice_examples::endings().front()});
    REQUIRE(project_all(*db, source));
    CHECK(
        invoice(*db, "I1") == "open F-000001 1484000 1150000 334000 open 514000 applied 283000 "
                              "withheld 20000 credited 667000"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', kind, owed_minor, open_minor, document), ', ' "
            "ORDER BY seq, line) FROM invoice_moves WHERE invoice = 'I1'") ==
        "issued 1484000 1484000, applied -500000 984000, released 100000 1084000, "
        "reallocated_out 50000 1134000 I2, withheld -20000 1114000 KRA-WHT-77, "
        "credit_note -600000 514000 C-000001"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(kind || ' ' || minor, ', ' ORDER BY seq, line) "
            "FROM wallet_statement WHERE charge = 'I1'") ==
        "invoice -500000, invoice_released 100000, invoice_credit 67000"
    );
    CHECK(
        ask(*db,
            "SELECT string_agg(concat_ws(' ', component, net, tax_code, tax), ', ' ORDER BY net "
            "DESC, tax_code) FROM invoice_tax_lines(NULL, NULL, NULL)") ==
        "router 1000000 excise15 150000, period 150000 0, router 0 vat16 184000, "
        "router 0 vat16 -92000, router -500000 excise15 -75000"
    );
    tell(source, {invoice_examples::endings()[1]});
    REQUIRE(project_all(*db, source));
    CHECK(invoice(*db, "I1").starts_with("voided"));
}
