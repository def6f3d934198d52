// One of each event of invoices, as they might follow each other.
#pragma once

#include "ledger/events.hpp"

#include <vector>

namespace tollbook {

namespace invoice_examples {

inline Date on(const char* text) { return parse_date(text).value(); }

inline Posting leg(const char* account, std::int64_t minor) {
    return {account, minor, Currency::parse("KES").value(), std::nullopt};
}

inline std::vector<Event> terms() {
    return {
        TaxDefined{
            "telecom",
            on("2026-07-01"),
            {{"excise15", 150'000, false}, {"vat16", 160'000, true}},
            std::nullopt},
        InvoicingSet{on("2026-01-01"), TaxRounding::invoice, Halves::even, 30, "F-", "C-"},
        BillingModeSet{"ACC1", BillingMode::invoiced}};
}

inline std::vector<Event> drafts() {
    DraftLine line;
    line.component = "router";
    line.minor = 10'000'00;
    line.tax_included = false;
    line.tax = "telecom";
    line.description = "Router, dual band";
    DraftLine period;
    period.component = "period";
    period.minor = 1'500'00;
    period.service = "ACC1-1";
    period.plan = "HOME10";
    period.plan_version = 1;
    period.service_from = on("2026-12-20");
    period.service_to = on("2027-01-20");
    return {
        InvoiceDrafted{"I1", "ACC1", {line}, "Thank you"},
        PeriodDrafted{
            "bill~ACC1~2026-12-20", "ACC1", "ACC1-1", "ACC1-1:period:2026-12-20:0", {period}},
        DraftDiscarded{"I9", "ACC1"}};
}

inline InvoiceIssued issued() {
    InvoiceLine line;
    line.component = "router";
    line.net = 10'000'00;
    line.taxes = {{"excise15", 150'000, 1'500'00}, {"vat16", 160'000, 1'840'00}};
    line.tax = "telecom";
    line.description = "Router, dual band";
    InvoiceLine period;
    period.component = "period";
    period.net = 1'500'00;
    period.exempt_reason = "schools";
    period.service = "ACC1-1";
    period.plan = "HOME10";
    period.plan_version = 1;
    period.service_from = on("2026-12-20");
    period.service_to = on("2027-01-20");
    return {
        "I1",
        "F-000001",
        1,
        "main",
        "ACC1",
        Currency::parse("KES").value(),
        on("2026-11-20"),
        on("2026-12-20"),
        TaxRounding::invoice,
        Halves::even,
        {line, period},
        14'840'00,
        "Thank you",
        {leg("receivable:ACC1", 14'840'00),
         leg("fee", -10'000'00),
         leg("revenue:HOME10", -1'500'00),
         leg("tax:excise15", -1'500'00),
         leg("tax:vat16", -1'840'00)}};
}

inline std::vector<Event> settling() {
    return {
        issued(),
        FundsApplied{
            "I1",
            "ACC1",
            5'000'00,
            {{"mpesa:R1", 5'000'00}},
            9'840'00,
            "mpesa:R1",
            {leg("wallet:ACC1", 5'000'00), leg("receivable:ACC1", -5'000'00)}},
        FundsReleased{
            "I1",
            "ACC1",
            1'000'00,
            {{"mpesa:R1", 1'000'00}},
            0,
            10'840'00,
            "mpesa:R1",
            {leg("receivable:ACC1", 1'000'00), leg("wallet:ACC1", -1'000'00)}},
        FundsReallocated{
            "I1",
            "I2",
            "ACC1",
            500'00,
            {{"mpesa:R1", 500'00}},
            11'340'00,
            0,
            "the payer meant the other"},
        TaxWithheld{
            "I1",
            "ACC1",
            "KRA-WHT-77",
            "vat",
            200'00,
            11'140'00,
            {leg("withheld:vat", 200'00), leg("receivable:ACC1", -200'00)}}};
}

inline std::vector<Event> endings() {
    const std::vector<CreditedLine> half{
        {1, 5'000'00, {{"excise15", 150'000, 750'00}, {"vat16", 160'000, 920'00}}}};
    return {
        CreditNoteIssued{
            "N1",
            "C-000001",
            1,
            "main",
            "I1",
            "ACC1",
            half,
            6'670'00,
            6'000'00,
            {{"mpesa:R1", 670'00}},
            0,
            5'140'00,
            "sent back",
            {leg("fee", 5'000'00),
             leg("tax:excise15", 750'00),
             leg("tax:vat16", 920'00),
             leg("receivable:ACC1", -6'000'00),
             leg("wallet:ACC1", -670'00)}},
        InvoiceVoided{
            "I1",
            "ACC1",
            half,
            6'670'00,
            5'140'00,
            {{"mpesa:R1", 1'530'00}},
            0,
            "made in error",
            {leg("fee", 5'000'00),
             leg("tax:excise15", 750'00),
             leg("tax:vat16", 920'00),
             leg("receivable:ACC1", -5'140'00),
             leg("wallet:ACC1", -1'530'00)}},
        InvoiceWrittenOff{
            "I2",
            "ACC1",
            300'00,
            "cannot be found",
            "finance-1",
            {leg("bad_debt", 300'00), leg("receivable:ACC1", -300'00)}}};
}

} // namespace invoice_examples

inline std::vector<Event> invoice_example_events() {
    std::vector<Event> events;
    for (auto* part :
         {&invoice_examples::terms,
          &invoice_examples::drafts,
          &invoice_examples::settling,
          &invoice_examples::endings})
        for (Event& event : part())
            events.push_back(std::move(event));
    return events;
}

} // namespace tollbook
