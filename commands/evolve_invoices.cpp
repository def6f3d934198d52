#include "commands/evolve_parts.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/payments/receipts.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// A version said again for the same day takes the place of the one before.
template <class Version>
void put_version(std::vector<Version>& versions, const Version& version) {
    if (!versions.empty() && versions.back().valid_from == version.valid_from)
        versions.back() = version;
    else
        versions.push_back(version);
}

// A number is its prefix, and six digits or as many as its place needs.
void note_prefix(InvoicingRow& row, const std::string& number, std::uint64_t seq) {
    const std::size_t digits = std::max<std::size_t>(6, std::to_string(seq).size());
    ensure(number.size() >= digits);
    std::string prefix = number.substr(0, number.size() - digits);
    if (std::ranges::find(row.used_prefixes, prefix) == row.used_prefixes.end())
        row.used_prefixes.push_back(std::move(prefix));
}

std::optional<LineDays> days_of(const InvoiceLine& line) {
    if (!line.service || !line.plan || !line.plan_version) return std::nullopt;
    if (!line.service_from || !line.service_to) return std::nullopt;
    return LineDays{
        line.component,
        *line.service,
        *line.plan,
        *line.plan_version,
        *line.service_from,
        *line.service_to,
        line.description,
        std::nullopt};
}

InvoiceLineRow row_of(const InvoiceLine& line) {
    InvoiceLineRow row;
    row.account = line.plan ? "revenue:" + *line.plan : "fee";
    row.net = line.net;
    row.taxes = line.taxes;
    row.credited_taxes.resize(line.taxes.size());
    row.days = days_of(line);
    return row;
}

void take_back(InvoiceRow& row, const std::vector<CreditedLine>& lines) {
    for (const CreditedLine& credited : lines) {
        InvoiceLineRow& line = row.lines.at(credited.line - 1);
        if (line.days && credited.service_from)
            line.days->to = *credited.service_from;
        else if (line.days)
            line.days->unclear = true;
        line.credited_net += credited.net;
        for (const LineTax& tax : credited.taxes) {
            const auto at = std::ranges::find(line.taxes, tax.code, &LineTax::code);
            ensure(at != line.taxes.end());
            line.credited_taxes[static_cast<std::size_t>(at - line.taxes.begin())] += tax.minor;
        }
    }
}

// The last of that lot first.
void forget_applied(InvoiceRow& row, const LotTaken& lot) {
    std::int64_t left = lot.minor;
    for (auto used = row.applied.rbegin(); used != row.applied.rend(); ++used) {
        if (used->lot != lot.lot) continue;
        const std::int64_t part = std::min(used->minor, left);
        used->minor -= part;
        left -= part;
    }
    std::erase_if(row.applied, [](const LotTaken& used) { return used.minor == 0; });
}

} // namespace

void EvolveInvoices::tidy(const std::string& customer) {
    const BillingRow* row = book().billing.find(key(customer));
    if (row == nullptr || row->mode == BillingMode::invoiced || row->draft || !row->open.empty())
        return;
    book().billing.erase(key(customer));
}

InvoiceRow& EvolveInvoices::set_open(const std::string& invoice, std::int64_t open) {
    InvoiceRow& row = book().invoices.edit(key(invoice));
    row.open = open;
    std::vector<OpenInvoice>& list = book().billing.edit(key(row.customer)).open;
    const auto found = std::ranges::find(list, invoice, &OpenInvoice::invoice);
    if (found != list.end() && open == 0)
        list.erase(found);
    else if (found != list.end())
        found->open = open;
    else if (open > 0)
        put_open(list, {invoice, row.due_on, row.number_seq, open});
    tidy(row.customer);
    return row;
}

InvoicingRow& EvolveInvoices::numbers_of(const std::string& entity) {
    const bool is_own = entity == book().tenants.find(tenant())->legal_entity;
    return book().invoicing.edit(is_own ? std::string(tenant()) : key(entity));
}

template <class Giving>
void EvolveInvoices::give_back_lots(const Giving& e) {
    if (e.lots.empty()) return;
    InvoiceRow& row = book().invoices.edit(key(e.invoice));
    const std::int64_t repaid = give_back(book().wallets.edit(key(e.customer)), e.lots);
    ensure(repaid == e.debt_repaid);
    for (const LotTaken& lot : e.lots) {
        forget_applied(row, lot);
        forget_use(invoice_use(e.invoice), lot);
    }
}

void EvolveInvoices::operator()(const TaxDefined& e) {
    put_version(book().taxes.edit(key(e.tax)).versions, e);
}

void EvolveInvoices::operator()(const InvoicingSet& e) {
    InvoicingRow& row = book().invoicing.edit(e.entity ? key(*e.entity) : std::string(tenant()));
    put_version(row.versions, e);
}

void EvolveInvoices::operator()(const BillingModeSet& e) {
    book().billing.edit(key(e.customer)).mode = e.mode;
    tidy(e.customer);
}

void EvolveInvoices::operator()(const InvoiceDrafted& e) {
    InvoiceRow& row = book().invoices.edit(key(e.invoice));
    row.customer = e.customer;
    row.draft = e.lines;
    row.note = e.note;
}

void EvolveInvoices::operator()(const DraftDiscarded& e) {
    InvoiceRow& row = book().invoices.edit(key(e.invoice));
    row.phase = InvoicePhase::discarded;
    row.draft.clear();
    const BillingRow* billing = book().billing.find(key(e.customer));
    if (billing == nullptr || billing->draft != e.invoice) return;
    book().billing.edit(key(e.customer)).draft.reset();
    tidy(e.customer);
}

void EvolveInvoices::operator()(const DraftCorrected& e) {
    book().invoices.edit(key(e.invoice)).draft = e.lines;
}

template <class Drafted>
void EvolveInvoices::add_to_draft(const Drafted& e) {
    InvoiceRow& row = book().invoices.edit(key(e.invoice));
    row.customer = e.customer;
    row.draft.insert(row.draft.end(), e.lines.begin(), e.lines.end());
    row.periods.push_back(e.charge);
    book().billing.edit(key(e.customer)).draft = e.invoice;
    ChargeRow& charge = book().charges.edit(key(e.charge)); // Of a wallet it is nothing.
    charge.customer = e.customer;
    charge.service = e.service;
    charge.invoice = e.invoice;
}

void EvolveInvoices::draft(const PeriodDrafted& e) { add_to_draft(e); }

void EvolveInvoices::operator()(const SaleDrafted& e) { add_to_draft(e); }

void EvolveInvoices::operator()(const InvoiceIssued& e) {
    InvoiceRow& row = book().invoices.edit(key(e.invoice));
    row.phase = InvoicePhase::issued;
    row.draft.clear();
    row.due_on = e.due_on;
    row.number_seq = e.number_seq;
    for (const InvoiceLine& line : e.lines)
        row.lines.push_back(row_of(line));
    InvoicingRow& numbers = numbers_of(e.entity);
    numbers.invoices = e.number_seq;
    note_prefix(numbers, e.number, e.number_seq);
    BillingRow& billing = book().billing.edit(key(e.customer));
    if (billing.draft == e.invoice) billing.draft.reset();
    set_open(e.invoice, e.minor);
}

void EvolveInvoices::operator()(const FundsApplied& e) {
    apply_taken(book().wallets.edit(key(e.customer)), e.lots, 0);
    InvoiceRow& row = set_open(e.invoice, e.remaining);
    for (const LotTaken& lot : e.lots) {
        row.applied.push_back(lot);
        note_use(invoice_use(e.invoice), lot);
    }
}

void EvolveInvoices::operator()(const FundsReleased& e) {
    give_back_lots(e);
    set_open(e.invoice, e.remaining);
}

void EvolveInvoices::operator()(const FundsReallocated& e) {
    InvoiceRow& from = set_open(e.from, e.from_remaining);
    for (const LotTaken& lot : e.lots) {
        forget_applied(from, lot);
        forget_use(invoice_use(e.from), lot);
    }
    InvoiceRow& to = set_open(e.to, e.to_remaining);
    for (const LotTaken& lot : e.lots) {
        to.applied.push_back(lot);
        note_use(invoice_use(e.to), lot);
    }
}

void EvolveInvoices::operator()(const CreditNoteIssued& e) {
    give_back_lots(e);
    take_back(set_open(e.invoice, e.remaining), e.lines);
    InvoicingRow& numbers = numbers_of(e.entity);
    numbers.credit_notes = e.number_seq;
    note_prefix(numbers, e.number, e.number_seq);
    book().credits.edit(key("note#" + e.credit_note)).value = 1;
}

void EvolveInvoices::operator()(const InvoiceVoided& e) {
    give_back_lots(e);
    InvoiceRow& row = set_open(e.invoice, 0);
    take_back(row, e.lines);
    row.phase = InvoicePhase::voided;
    forget_document(e.invoice);
}

void EvolveInvoices::operator()(const InvoiceWrittenOff& e) {
    set_open(e.invoice, 0).phase = InvoicePhase::written_off;
}

void EvolveInvoices::operator()(const InvoiceMoved& e) {
    set_open(e.invoice, 0);
    book().invoices.edit(key(e.invoice)).customer = e.to;
    set_open(e.invoice, e.minor);
}

void EvolveInvoices::operator()(const TaxWithheld& e) {
    set_open(e.invoice, e.remaining);
    book().credits.edit(key(withheld_key(e.certificate))).value = 1;
}

} // namespace tollbook
