// The acceptance list of billing, its rows of invoices; see edge_cases_test.cpp.
#include "tests/support/book_builders.hpp"
#include "tests/support/book_proofs.hpp"

#include <set>

using namespace tollbook;

namespace {

DraftLine line(std::int64_t minor) {
    DraftLine draft;
    draft.component = "router";
    draft.minor = minor;
    return draft;
}

Spec& issued(Spec& book, const std::string& invoice, std::int64_t minor, std::string_view due_on) {
    book.when(DraftInvoice{invoice, "A", {line(minor)}, {}});
    return book.when(IssueInvoice{invoice, day(due_on), {}});
}

std::int64_t open(Spec& book, const std::string& invoice) {
    return book.run().book().invoices.find(book_key(tenant_id, invoice))->open;
}

} // namespace

TEST_CASE("edge_05: another zone counts from the next day on; no day is left out or comes twice") {
    for (const char* zone : {"Pacific/Auckland", "America/Los_Angeles", "Africa/Lagos"}) {
        CAPTURE(zone);
        Spec book = given(fixed_world() + Story{service("A-1", "A", "2026-11-21")});
        book.when(typed("MONEY", "A", 1'000'000'00));
        book.when(ChangeTimezone{"Mars/Base"}).refused(Errc::timezone_unknown);
        book.when(ChangeTimezone{"Africa/Nairobi"}).refused(Errc::value_out_of_range);
        book.when(ChangeTimezone{zone}).then_types("timezone_changed");
        Date before = day("2026-11-20");
        std::set<Date> seen;
        for (int hour = 0; hour < 24 * 70; ++hour) {
            const TenantRow& row = *book.run().book().tenants.find(tenant_id);
            book.when(AdvanceTestClock{Timestamp{row.test_clock->micros + 3'600'000'000}});
            const Date today = book.run().decider().today(tenant_id, {});
            CHECK(today >= before);
            CHECK(today <= before + 1);
            seen.insert(before = today);
            book.when(RenewService{"A-1"});
        }
        // One charge for each month, each where the one before it ended.
        book.renews_on("A-1", "2027-02-21");
        CHECK(first_fault(book.run(), tenant_id).empty());
        CHECK(seen.size() == static_cast<std::size_t>(before.days - seen.begin()->days + 1));
    }
}

TEST_CASE("edge_19: one payment pays many invoices, the oldest first; the rest stays") {
    Spec book = given(world());
    issued(book, "I1", 300'00, "2026-12-10");
    issued(book, "I2", 500'00, "2026-12-01");
    issued(book, "I3", 400'00, "2026-12-10");
    book.when(typed("T1", "A", 900'00)).wallet("A", 0);
    CHECK(open(book, "I2") == 0);
    CHECK(open(book, "I1") == 0);
    CHECK(open(book, "I3") == 300'00);
    book.when(ReallocateFunds{"I1", "I3", {}, "as the payer said"}).then_types("funds_reallocated");
    CHECK(open(book, "I1") == 300'00);
    CHECK(open(book, "I3") == 0);
    book.when(typed("T2", "A", 450'00)).wallet("A", 150'00);
    CHECK(open(book, "I1") == 0);
    CHECK(first_fault(book.run(), tenant_id).empty());
}

TEST_CASE("edge_35: a credit note is split in what is owed no more, the wallet, and a refund") {
    Spec book = given(world());
    issued(book, "I1", 1'000'00, "2026-12-10");
    book.when(typed("T1", "A", 500'00)).when(typed("T2", "A", 300'00));
    book.when(CreditInvoice{
                  "I1", "N1", {{{1, 900'00}}}, "sent back", RefundOfNote{"B1", 200'00, "ann"}})
        .then_types("credit_note_issued refund_requested")
        .wallet("A", 700'00);
    const auto& note = book.event<CreditNoteIssued>(0);
    CHECK(note.offset == 200'00);
    CHECK(note.lots == std::vector<LotTaken>{{"till:main:T2", 300'00}, {"till:main:T1", 400'00}});
    book.when(ApproveRefund{"B1", "ben"}).then_types("refund_approved").wallet("A", 500'00);
    book.when(ReversePayment{"till:main:T2", {}, "bounced"});
    CHECK(first_fault(book.run(), tenant_id).empty());
}

TEST_CASE("edge_52: numbers are given when invoices are issued, without gaps") {
    Spec book = given(world());
    std::uint64_t next = 1;
    const auto drafted = [&](const std::string& invoice) {
        book.when(DraftInvoice{invoice, "A", {line(1'00)}, {}});
    };
    const auto check_issue = [&](const std::string& invoice) {
        book.when(IssueInvoice{invoice, {}, {}});
        CHECK(book.event<InvoiceIssued>(0).number_seq == next++);
    };
    for (const char* invoice : {"I1", "I2", "I3", "I4", "I5"})
        drafted(invoice);
    check_issue("I4");
    book.when(DiscardDraft{"I2"}); // It never had one.
    book.when(IssueInvoice{"I1", {}, 7}).refused(Errc::figures_moved);
    check_issue("I1");
    book.when(VoidInvoice{"I1", "made in error"}); // Its number stays, and says why.
    check_issue("I5");
    book.when(IssueInvoice{"I5", {}, {}}).refused(Errc::invoice_issued);
    check_issue("I3");
}

TEST_CASE("edge_53: a tax that changes within a period splits the line, at both rates") {
    ServiceAdded added = service("A-1", "A", "2026-12-17");
    added.plan = "BIZ50";
    Spec book = given(fixed_world() + Story{added});
    book.when(DefineTax{"vat16", day("2026-01-01"), {{"vat16", 160'000, false}}, {}});
    book.when(DefineTax{"vat16", day("2027-01-01"), {{"vat18", 180'000, false}}, {}});
    book.when(SetBillingMode{"A", BillingMode::invoiced});
    book.when(AdvanceTestClock{at("2026-12-17T09:00:00Z")}).when(RenewService{"A-1"});
    book.when(IssueInvoice{"bill~A~2026-12-17", {}, {}});
    const std::vector<InvoiceLine> lines = book.event<InvoiceIssued>(0).lines;
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].service_to == day("2027-01-01"));
    CHECK(lines[1].service_from == day("2027-01-01"));
    // 15 and 16 of 31 days of 6,500.00: 3,145.16 and 3,354.84.
    CHECK(lines[0].net == 2'711'34);
    CHECK(lines[0].taxes == std::vector<LineTax>{{"vat16", 160'000, 433'82}});
    CHECK(lines[1].net == 2'843'08);
    CHECK(lines[1].taxes == std::vector<LineTax>{{"vat18", 180'000, 511'76}});
    CHECK(book.event<InvoiceIssued>(0).minor == 6'500'00);
}

TEST_CASE("edge_54: an invoice has one currency, its tenant's; a price in another is refused") {
    Spec book = given(world());
    const Currency usd = Currency::parse("USD").value();
    book.when(DefinePlan{"ROAM", {}, "Roaming", 10'00, usd, {}, {}, 1, 1})
        .refused(Errc::currency_mismatch);
    issued(book, "I1", 5'00, "2026-12-10");
    const auto& made = book.event<InvoiceIssued>(0);
    CHECK(made.currency == kes());
    for (const Posting& leg : made.postings)
        CHECK(leg.currency == kes());
    book.when(
            "draft_invoice",
            R"({"invoice":"I2","customer":"A","lines":[{"component":"x",)"
            R"("minor":1,"currency":"USD"}]})"
    )
        .refused(Errc::unknown_field, "lines.0.currency");
}
