#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

DraftLine draft_line(std::int64_t minor, std::optional<std::string> tax = std::nullopt) {
    DraftLine draft;
    draft.component = "router";
    draft.minor = minor;
    draft.tax = std::move(tax);
    return draft;
}

DraftInvoice draft(const std::string& invoice, std::int64_t minor) {
    return {invoice, "A", {draft_line(minor)}, {}};
}

IssueInvoice issue(const std::string& invoice) { return {invoice, {}, {}}; }

Spec& issued_one(Spec& book, const std::string& invoice, std::int64_t minor) {
    return book.when(draft(invoice, minor)).when(issue(invoice));
}

// 1,000.00 owed by A for I1.
void owe(Spec& book) { issued_one(book, "I1", 1'000'00).then_types("invoice_issued"); }

std::int64_t open_of(Spec& book, const std::string& invoice) {
    return book.run().book().invoices.find(book_key(tenant_id, invoice))->open;
}

CreditInvoice credit(const std::string& note, std::int64_t minor) {
    return {"I1", note, {{{1, minor}}}, "sent back", {}};
}

} // namespace

TEST_CASE("issue_invoice: owed from now on, against revenue and taxes") {
    Spec book = given(world());
    book.when(DefineTax{"vat", day("2026-01-01"), {{"vat16", 160'000, false}}, {}});
    DraftLine plan = draft_line(1'160'00, "vat");
    plan.plan = "HOME10";
    book.when(DraftInvoice{"I1", "A", {plan, draft_line(40'00)}, "thanks"})
        .then_types("invoice_drafted");
    book.when(issue("I1")).then_types("invoice_issued").wallet("A", 0);
    const auto& made = book.event<InvoiceIssued>(0);
    CHECK(made.number == "INV-000001");
    CHECK(made.due_on == day("2026-12-04"));
    CHECK(
        made.postings == legs(
                             {{"receivable:A", 1'200'00},
                              {"fee", -40'00},
                              {"revenue:HOME10", -1'000'00},
                              {"tax:vat16", -160'00}}
                         )
    );
}

TEST_CASE("draft_invoice: it is replaced or thrown away, until it is issued") {
    Spec book = given(world());
    book.when(draft("I1", 1'00)).when(draft("I1", 2'00)).then_types("invoice_drafted");
    book.when(issue("I1")).then_types("invoice_issued");
    CHECK(book.event<InvoiceIssued>(0).minor == 2'00);
    book.when(draft("I1", 3'00)).refused(Errc::invoice_issued);
    book.when(issue("I1")).refused(Errc::invoice_issued);
    book.when(DiscardDraft{"I1"}).refused(Errc::invoice_issued);
    book.when(draft("I2", 1'00)).when(DiscardDraft{"I2"}).then_types("draft_discarded");
    book.when(DiscardDraft{"I2"}).refused(Errc::invoice_not_open);
    book.when(draft("I2", 1'00)).refused(Errc::invoice_not_open);
    book.when(issue("I2")).refused(Errc::invoice_not_open);
    book.when(issue("I3")).refused(Errc::invoice_unknown);
    book.when(DiscardDraft{"I3"}).refused(Errc::invoice_unknown);
}

TEST_CASE("draft_invoice: what cannot be is refused, in this order") {
    Spec book = given(world() + Story{service("B-1", "B", "2026-12-01")});
    DraftLine bad = draft_line(1'00);
    const auto with = [&] { return DraftInvoice{"I1", "A", {bad}, {}}; };
    book.when(DraftInvoice{"I#1", "Z", {}, {}}).refused(Errc::value_out_of_range, "invoice");
    book.when(DraftInvoice{"I1", "Z", {}, {}}).refused(Errc::customer_unknown);
    book.when(DraftInvoice{"I1", "A", {}, {}}).refused(Errc::value_out_of_range, "lines");
    bad.component = "";
    book.when(with()).refused(Errc::value_out_of_range, "component");
    bad = draft_line(0);
    book.when(with()).refused(Errc::amount_not_positive);
    bad = draft_line(1'00, "vat");
    book.when(with()).refused(Errc::tax_unknown, "vat");
    bad = draft_line(1'00);
    bad.plan = "NONE";
    book.when(with()).refused(Errc::plan_unknown, "NONE");
    bad = draft_line(1'00);
    bad.service = "B-1";
    book.when(with()).refused(Errc::service_unknown, "B-1");
    bad = draft_line(1'00);
    bad.service_from = day("2026-12-01");
    book.when(with()).refused(Errc::missing_field, "service_from");
    bad.service_to = day("2026-12-01");
    book.when(with()).refused(Errc::value_out_of_range, "service_to");
    book.when(DraftInvoice{"I1", "A", {draft_line(1'00)}, std::string(201, 'x')})
        .refused(Errc::value_out_of_range, "note");
    book.when(DraftInvoice{
        "I1", "A", std::vector<DraftLine>(2, draft_line(5'000'000'000'000'000)), {}});
    book.when(issue("I1")).refused(Errc::amount_overflow);
}

TEST_CASE("issue_invoice: held to the sum that was looked at, and due today at the earliest") {
    Spec book = given(world());
    book.when(draft("I1", 5'00));
    book.when(IssueInvoice{"I1", day("2026-11-19"), {}}
    ).refused(Errc::value_out_of_range, "due_on");
    book.when(IssueInvoice{"I1", {}, 4'99}).refused(Errc::figures_moved, "it comes to 500");
    book.when(IssueInvoice{"I1", day("2026-11-20"), 5'00}).then_types("invoice_issued");
}

TEST_CASE("set_invoicing: terms hold from their day on, and numbers count on") {
    Spec book = given(world());
    SetInvoicing terms;
    terms.valid_from = day("2027-01-01");
    terms.number_prefix = "F27/";
    terms.due_days = 3;
    book.when(terms).then_types("invoicing_set");
    issued_one(book, "I1", 1'00);
    CHECK(book.event<InvoiceIssued>(0).number == "INV-000001");
    on(book, "2027-01-01");
    issued_one(book, "I2", 1'00);
    CHECK(book.event<InvoiceIssued>(0).number == "F27/000002");
    CHECK(book.event<InvoiceIssued>(0).due_on == day("2027-01-04"));
    terms.valid_from = day("2026-12-31");
    book.when(terms).refused(Errc::value_out_of_range, "valid_from");
    terms.valid_from = day("2027-01-02");
    terms.due_days = 367;
    book.when(terms).refused(Errc::value_out_of_range, "due_days");
    terms.due_days = 1;
    terms.credit_prefix = "F27/";
    book.when(terms).refused(Errc::value_out_of_range, "credit_prefix");
    terms.number_prefix = std::string(17, 'x');
    book.when(terms).refused(Errc::value_out_of_range, "number_prefix");
}

TEST_CASE("an invoice is paid by what is in the wallet, and by what comes") {
    Spec book = given(world() + Story{received("R1", "A", 300'00)});
    issued_one(book, "I1", 1'000'00).then_types("invoice_issued funds_applied").wallet("A", 0);
    CHECK(
        book.event<FundsApplied>(1).postings ==
        legs({{"wallet:A", 300'00}, {"receivable:A", -300'00}})
    );
    book.when(typed("T1", "A", 900'00)).wallet("A", 200'00);
    CHECK(open_of(book, "I1") == 0);
    book.when(WriteOffInvoice{"I1", "", "ann"}).refused(Errc::invoice_not_open);
}

TEST_CASE("money that is held pays no invoice") {
    Spec book = given(world() + Story{received("R1", "A", 300'00)});
    book.when(HoldFunds{"A", "H1", 250'00, {}, "installation"});
    issued_one(book, "I1", 1'000'00).wallet("A", 250'00);
    CHECK(open_of(book, "I1") == 950'00);
}

TEST_CASE("money pays what is due, then services that are cut, then what is due later") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    issued_one(book, "LATER", 1'000'00);
    book.when(draft("NOW", 500'00)).when(IssueInvoice{"NOW", day("2026-11-20"), {}});
    book.when(typed("T1", "A", 2'300'00)).blocked("A-1", "").wallet("A", 0);
    CHECK(open_of(book, "NOW") == 0);
    CHECK(open_of(book, "LATER") == 700'00);
}

TEST_CASE("reverse_payment: the invoice that it paid is owed again") {
    Spec book = given(world());
    owe(book);
    book.when(typed("T1", "A", 1'200'00)).wallet("A", 200'00);
    book.when(ReversePayment{"till:main:T1", 700'00, "bounced"})
        .then_types("funds_released payment_reversed")
        .wallet("A", 0);
    CHECK(book.event<FundsReleased>(0).minor == 500'00);
    CHECK(book.event<PaymentReversed>(1).debits.front().overdrawn == 0);
    CHECK(book.event<PaymentReversed>(1).debits.front().unwound.empty());
    CHECK(open_of(book, "I1") == 500'00);
    book.when(typed("T2", "A", 500'00)).wallet("A", 0);
    CHECK(open_of(book, "I1") == 0);
}

TEST_CASE("reverse_payment: invoices and charges are unwound, the newest first") {
    Spec book = given(world() + Story{received("R1", "A", 1'000'00)});
    book.when(ChargeWallet{"A", "F1", {}, {{"fee", {}, {}, 300'00, {}, 0, {}, {}}}});
    issued_one(book, "I1", 700'00).wallet("A", 0);
    book.when(ReversePayment{"mpesa:R1", {}, "bounced"})
        .then_types("funds_released payment_reversed")
        .wallet("A", -300'00);
    CHECK(
        book.event<PaymentReversed>(1).debits.front().unwound ==
        std::vector<Unwound>{{"manual#F1", 300'00}}
    );
    CHECK(open_of(book, "I1") == 700'00);
}

TEST_CASE("move_payment: it pays where it belongs, and the other invoice is owed again") {
    Spec book = given(world());
    owe(book);
    book.when(DraftInvoice{"J1", "B", {draft_line(400'00)}, {}}).when(issue("J1"));
    book.when(typed("T1", "A", 1'000'00));
    book.when(MovePayment{"till:main:T1", "A", "B", {}, "wrong customer"})
        .then_types("funds_released payment_moved funds_applied")
        .wallet("A", 0)
        .wallet("B", 600'00);
    CHECK(open_of(book, "I1") == 1'000'00);
    CHECK(open_of(book, "J1") == 0);
}

TEST_CASE("credit_invoice: less is owed; what was paid comes back into its lots") {
    Spec book = given(world());
    owe(book);
    book.when(typed("T1", "A", 600'00));
    book.when(credit("N1", 300'00)).then_types("credit_note_issued").wallet("A", 0);
    CHECK(book.event<CreditNoteIssued>(0).number == "CN-000001");
    CHECK(open_of(book, "I1") == 100'00);
    book.when(credit("N1", 1)).refused(Errc::credit_exists);
    book.when(credit("N2", 700'01)).refused(Errc::exceeds_invoice);
    book.when(credit("N2", 200'00)).wallet("A", 100'00);
    const auto& note = book.event<CreditNoteIssued>(0);
    CHECK(note.offset == 100'00);
    CHECK(note.lots == std::vector<LotTaken>{{"till:main:T1", 100'00}});
    CHECK(
        note.postings == legs({{"fee", 200'00}, {"receivable:A", -100'00}, {"wallet:A", -100'00}})
    );
    book.when(CreditInvoice{"I1", "N3", {}, "all of it", {}}).wallet("A", 600'00);
    book.when(CreditInvoice{"I1", "N4", {}, "", {}}).refused(Errc::exceeds_invoice, "nothing");
}

TEST_CASE("credit_invoice: parts of a line take their share of each tax, and all of it takes all") {
    Spec book = given(world());
    book.when(DefineTax{
        "telecom", day("2026-01-01"), {{"excise", 150'000, false}, {"vat", 160'000, true}}, {}});
    book.when(DraftInvoice{"I1", "A", {draft_line(1'000'03, "telecom")}, {}}).when(issue("I1"));
    const InvoiceLine whole = book.event<InvoiceIssued>(0).lines.front();
    std::int64_t net = 0;
    std::int64_t excise = 0;
    std::int64_t vat = 0;
    for (const std::int64_t part : {333'33, 1, 666'69}) {
        book.when(credit("N" + std::to_string(part), part)).then_types("credit_note_issued");
        const CreditedLine& back = book.event<CreditNoteIssued>(0).lines.front();
        net += back.net;
        for (const LineTax& tax : back.taxes)
            (tax.code == "vat" ? vat : excise) += tax.minor;
    }
    CHECK(net == whole.net);
    CHECK(excise == whole.taxes[0].minor);
    CHECK(vat == whole.taxes[1].minor);
}

TEST_CASE("credit_invoice: what cannot be is refused") {
    Spec book = given(world());
    owe(book);
    book.when(CreditInvoice{"I9", "N1", {}, "", {}}).refused(Errc::invoice_unknown);
    book.when(CreditInvoice{"I1", "N#", {}, "", {}}).refused(Errc::value_out_of_range, "credit");
    book.when(CreditInvoice{"I1", "N1", {{{2, 1}}}, "", {}}
    ).refused(Errc::value_out_of_range, "line");
    book.when(CreditInvoice{"I1", "N1", {{{1, 0}}}, "", {}}).refused(Errc::amount_not_positive);
    book.when(CreditInvoice{"I1", "N1", {{{1, 1}, {1, 1}}}, "", {}}).refused(Errc::exceeds_invoice);
    book.when(CreditInvoice{"I1", "N1", {}, "", RefundOfNote{"B1", 1, "ann"}}
    ).refused(Errc::exceeds_invoice, "0 had been paid");
}

TEST_CASE("void_invoice: all of it is taken back, and its number stays used") {
    Spec book = given(world());
    owe(book);
    book.when(typed("T1", "A", 400'00));
    book.when(VoidInvoice{"I1", "made in error"}).then_types("invoice_voided").wallet("A", 400'00);
    CHECK(
        book.event<InvoiceVoided>(0).postings ==
        legs({{"fee", 1'000'00}, {"receivable:A", -600'00}, {"wallet:A", -400'00}})
    );
    book.when(VoidInvoice{"I1", ""}).refused(Errc::invoice_not_open);
    book.when(CreditInvoice{"I1", "N1", {}, "", {}}).refused(Errc::invoice_not_open);
    issued_one(book, "I2", 1'00);
    CHECK(book.event<InvoiceIssued>(0).number == "INV-000002");
}

TEST_CASE("write_off_invoice: what is owed is given up, against bad_debt") {
    Spec book = given(world());
    owe(book);
    book.when(typed("T1", "A", 400'00));
    book.when(WriteOffInvoice{"I1", "gone", "a#b"}).refused(Errc::value_out_of_range, "user");
    book.when(WriteOffInvoice{"I1", "gone", "ann"}).then_types("invoice_written_off");
    CHECK(
        book.event<InvoiceWrittenOff>(0).postings ==
        legs({{"bad_debt", 600'00}, {"receivable:A", -600'00}})
    );
    book.when(typed("T2", "A", 600'00)).wallet("A", 600'00);
}

TEST_CASE("record_withholding: a certificate settles its part, once") {
    Spec book = given(world());
    owe(book);
    const RecordWithholding withheld{"I1", "KRA-1", "vat", 20'00};
    book.when(RecordWithholding{"I1", "KRA-1", "vat", 1'000'01}).refused(Errc::exceeds_invoice);
    book.when(withheld).then_types("tax_withheld");
    CHECK(
        book.event<TaxWithheld>(0).postings ==
        legs({{"withheld:vat", 20'00}, {"receivable:A", -20'00}})
    );
    book.when(withheld).refused(Errc::certificate_exists);
    book.when(typed("T1", "A", 980'00)).wallet("A", 0);
    CHECK(open_of(book, "I1") == 0);
    // What the payer has paid for us is the payer's when the invoice is taken back.
    book.when(VoidInvoice{"I1", ""}).wallet("A", 1'000'00);
    CHECK(
        book.event<InvoiceVoided>(0).lots ==
        std::vector<LotTaken>{{"till:main:T1", 980'00}, {"void#I1", 20'00}}
    );
}

TEST_CASE("reallocate_funds: what paid one invoice pays another") {
    Spec book = given(world());
    owe(book);
    book.when(typed("T1", "A", 1'000'00));
    issued_one(book, "I2", 300'00);
    book.when(ReallocateFunds{"I1", "I1", {}, ""}).refused(Errc::value_out_of_range, "to");
    book.when(ReallocateFunds{"I1", "I2", 300'01, ""}).refused(Errc::exceeds_invoice, "30000");
    book.when(ReallocateFunds{"I1", "I2", 0, ""}).refused(Errc::amount_not_positive);
    book.when(ReallocateFunds{"I1", "I2", 100'00, "meant"}).then_types("funds_reallocated");
    CHECK(open_of(book, "I1") == 100'00);
    CHECK(open_of(book, "I2") == 200'00);
    // The payment behind it still names what it pays for.
    book.when(ReversePayment{"till:main:T1", {}, "bounced"}).wallet("A", 0);
    CHECK(open_of(book, "I1") == 1'000'00);
    CHECK(open_of(book, "I2") == 300'00);
}

TEST_CASE("invoiced customers: periods go on one invoice, and the service runs on") {
    Spec book = given(
        fixed_world() + Story{service("A-1", "A", "2026-11-20"), service("A-2", "A", "2026-11-20")}
    );
    book.when(SetBillingMode{"Z", BillingMode::invoiced}).refused(Errc::customer_unknown);
    book.when(SetBillingMode{"A", BillingMode::invoiced}).then_types("billing_mode_set");
    book.when(RenewService{"A-1"}).then_types("period_drafted service_renewed");
    book.when(RenewService{"A-2"}).then_types("period_drafted service_renewed").blocked("A-2", "");
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    CHECK(
        book.run().decider().drafts_to_issue(tenant_id).value() ==
        std::vector<std::string>{"bill~A~2026-11-20"}
    );
    const std::string bill = "bill~A~2026-11-20";
    book.when(DiscardDraft{bill}).refused(Errc::invoice_not_open, "periods");
    book.when(issue(bill)).then_types("invoice_issued");
    CHECK(book.event<InvoiceIssued>(0).minor == 3'000'00);
    CHECK(book.event<InvoiceIssued>(0).lines.size() == 2);
    CHECK(book.run().decider().drafts_to_issue(tenant_id).value().empty());
    book.when(CreditCharge{"A-1:period:2026-11-20:0", {{"fee", {}, {}, 1, {}, 0, {}, {}}}, ""})
        .refused(Errc::credit_exceeds_charge);
    book.when(ChangePlan{"A-1", "BIZ50", {}, ChangeTime::now, {}}
    ).refused(Errc::policy_unsupported);
    book.when(EndService{"A-1", ChangeTime::now, true, ""}).refused(Errc::policy_unsupported);
}

TEST_CASE("invoiced customers: who owes too long is cut, and comes back when it is paid") {
    Spec book = given(fixed_world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(SetBillingMode{"A", BillingMode::invoiced}).when(RenewService{"A-1"});
    book.when(issue("bill~A~2026-11-20"));
    const auto overdue = [&] {
        return book.run().decider().overdue_customers(tenant_id, {}).value();
    };
    on(book, "2026-12-04");
    CHECK(overdue().empty()); // Due today.
    on(book, "2026-12-05");
    CHECK(overdue() == std::vector<std::string>{"A"});
    book.when(SuspendCustomer{"A", "unpaid"}).blocked("A-1", "unpaid");
    CHECK(overdue().empty());
    book.when(typed("T1", "A", 1'000'00)).blocked("A-1", "unpaid");
    book.when(typed("T2", "A", 500'00)).blocked("A-1", "").renews_on("A-1", "2026-12-20");
    on(book, "2026-12-20").when(RenewService{"A-1"}).then_types("period_drafted service_renewed");
}

TEST_CASE("invoiced customers: a period that is due while an invoice is overdue cuts") {
    Spec book = given(fixed_world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(SetBillingMode{"A", BillingMode::invoiced}).when(RenewService{"A-1"});
    book.when(issue("bill~A~2026-11-20"));
    on(book, "2026-12-20").when(RenewService{"A-1"}).then_types("service_suspended");
    book.when(typed("T1", "A", 1'500'00))
        .then_types(
            "desk_entry_received arrival_resolved payment_received funds_applied period_drafted "
            "service_renewed service_reinstated"
        );
}
