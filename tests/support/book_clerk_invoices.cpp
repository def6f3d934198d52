// What the clerk does about invoices, and about the terms and taxes on them.
#include "tests/support/book_clerk.hpp"

#include <fmt/format.h>

namespace tollbook {

void BookClerk::set_invoice_terms() {
    const TenantRow* tenant = run_.book().tenants.find(clerk_tenant);
    const Date from = local_day(*tenant->test_clock, tenant->timezone) + static_cast<int>(roll(9));
    const auto rate = static_cast<std::int64_t>(1 + roll(250'000));
    SetInvoicing terms;
    terms.valid_from = from;
    terms.tax_rounding = roll(2) == 0 ? TaxRounding::line : TaxRounding::invoice;
    terms.halves = roll(2) == 0 ? Halves::up : Halves::even;
    terms.entity = entity();
    if (terms.entity && roll(4) != 0) { // Else the usual ones, which are of main.
        terms.number_prefix = fmt::format("{}/{}-", *terms.entity, roll(3));
        terms.credit_prefix = *terms.entity + "/CN-";
    }
    const std::string tax = roll(2) == 0 ? "vat" : "vat16"; // Of drafts, or of plans.
    switch (roll(5)) {
    case 0:
        send(DefineTax{tax, from, {{"vat16", rate, false}}, {}});
        break;
    case 1:
        if (roll(4) == 0)
            send(DefineTax{tax, from, {}, "exempt"});
        else
            send(DefineTax{tax, from, {{"excise", 150'000, false}, {"vat16", rate, true}}, {}});
        break;
    case 2:
        send(terms);
        break;
    case 3:
        define_entities();
        settle_entities();
        break;
    default:
        send(SetBillingMode{customer(), roll(3) == 0 ? BillingMode::invoiced : BillingMode::prepaid}
        );
    }
}

void BookClerk::settle_invoice(const std::string& invoice) {
    const std::string other = fmt::format("i{}", roll(90));
    const std::uint32_t place = count(2);
    const std::int64_t minor = amount();
    CreditInvoice note{invoice, fmt::format("n{}", roll(300)), {}, "sent back", {}};
    if (roll(3) != 0) note.lines = std::vector<LineAmount>{{place, minor}};
    if (roll(3) == 0) note.refund = RefundOfNote{fmt::format("b{}", roll(40)), 1, "ann"};
    switch (roll(6)) {
    case 0:
        send(note);
        break;
    case 1:
        if (roll(3) == 0) send(VoidInvoice{invoice, "made in error"});
        break;
    case 2:
        if (roll(3) == 0) send(WriteOffInvoice{invoice, "gone", "ann"});
        break;
    case 3:
        send(RecordWithholding{invoice, fmt::format("w{}", roll(99)), "vat", minor / 50 + 1});
        break;
    case 4:
        send(DiscardDraft{invoice});
        break;
    default:
        send(ReallocateFunds{invoice, other, {}, "as the payer said"});
        for (int tries = 0; tries < 9; ++tries)
            send(ReallocateFunds{invoice, fmt::format("i{}", roll(90)), {}, "as the payer said"});
    }
}

void BookClerk::invoice() {
    const std::string invoice = fmt::format("i{}", roll(90));
    DraftLine line;
    line.component = "router";
    line.minor = 30 * amount(); // More than what wallets hold: some stays owed.
    line.tax_included = roll(2) == 0;
    DraftInvoice draft{invoice, fmt::format("C{}", count(2)), {line}, {}};
    if (roll(8) == 0) draft.customer = roll(2) == 0 ? "C3" : "C6";
    line.minor = amount();
    line.tax = "vat";
    draft.lines.push_back(line);
    switch (roll(6)) {
    case 0:
    case 1:
        send(draft);
        break;
    case 2:
    case 3:
        send(IssueInvoice{invoice, {}, {}});
        break;
    case 4:
        settle_invoice(invoice);
        break;
    default:
        if (roll(4) == 0) set_invoice_terms();
        settle_invoice(fmt::format("i{}", roll(90)));
    }
}

} // namespace tollbook
