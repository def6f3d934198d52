#include "commands/invoicing/invoicing.hpp"

#include "commands/invoicing/settling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tollbook {

namespace {

constexpr std::string_view invoice_uses = "invoice#";

// Null: the row of invoicing has none for the day.
const InvoicingSet* terms_on(const Decision& decision, const std::string& key, Date day) {
    const InvoicingRow* row = decision.book().invoicing.find(key);
    if (row == nullptr) return nullptr;
    for (auto terms = row->versions.rbegin(); terms != row->versions.rend(); ++terms)
        if (terms->valid_from <= day) return &*terms;
    return nullptr;
}

} // namespace

std::string invoice_use(const std::string& invoice) { return std::string(invoice_uses) + invoice; }

std::optional<std::string> invoice_of_use(const std::string& use) {
    if (!use.starts_with(invoice_uses)) return std::nullopt;
    return use.substr(invoice_uses.size());
}

std::string receivable(const std::string& customer) { return "receivable:" + customer; }

InvoicingSet invoicing_on(const Decision& decision, Date day) {
    constexpr std::uint32_t due_days_usual = 14;
    if (const InvoicingSet* terms = terms_on(decision, decision.tenant(), day)) return *terms;
    return {day, TaxRounding::line, Halves::up, due_days_usual, "INV-", "CN-"};
}

InvoicingSet invoicing_on(const Decision& decision, const std::string& entity, Date day) {
    if (entity == decision.row().legal_entity) return invoicing_on(decision, day);
    if (const InvoicingSet* terms = terms_on(decision, decision.key(entity), day)) return *terms;
    InvoicingSet terms = invoicing_on(decision, day);
    terms.number_prefix.insert(0, entity + "-");
    terms.credit_prefix.insert(0, entity + "-");
    return terms;
}

DocumentNumber next_number(Decision& decision, const std::string& entity, DocumentKind kind) {
    const InvoicingSet terms = invoicing_on(decision, entity, decision.today());
    const std::uint64_t seq = ++decision.last_number(entity, kind);
    const bool is_invoice = kind == DocumentKind::invoice;
    return {
        fmt::format("{}{:06}", is_invoice ? terms.number_prefix : terms.credit_prefix, seq), seq};
}

bool is_invoiced(const Decision& decision, const std::string& customer) {
    const BillingRow* row = decision.book().billing.find(decision.key(customer));
    return row != nullptr && row->mode == BillingMode::invoiced;
}

std::int64_t overdue_minor(Decision& decision, const std::string& customer) {
    const BillingRow* row = decision.book().billing.find(decision.key(customer));
    if (row == nullptr || row->mode != BillingMode::invoiced) return 0;
    std::int64_t sum = 0; // All that a tenant ever moved fits.
    for (const OpenInvoice& invoice : row->open)
        if (invoice.due_on < decision.today()) sum += decision.open(invoice.invoice);
    return sum;
}

bool is_overdue(Decision& decision, const std::string& customer) {
    return overdue_minor(decision, customer) > 0;
}

Result<const InvoiceRow*> find_issued(const Decision& decision, const std::string& invoice) {
    const InvoiceRow* row = decision.book().invoices.find(decision.key(invoice));
    if (row == nullptr) return Error{Errc::invoice_unknown, invoice};
    if (row->phase != InvoicePhase::issued) return Error{Errc::invoice_not_open, invoice};
    return row;
}

std::vector<OpenInvoice> open_invoices(const Decision& decision, const std::string& customer) {
    const BillingRow* row = decision.book().billing.find(decision.key(customer));
    return row == nullptr ? std::vector<OpenInvoice>{} : row->open;
}

void put_open(std::vector<OpenInvoice>& open, OpenInvoice invoice) {
    const auto place = std::ranges::find_if(open, [&](const OpenInvoice& other) {
        return other.due_on != invoice.due_on ? other.due_on > invoice.due_on
                                              : other.number_seq > invoice.number_seq;
    });
    open.insert(place, std::move(invoice));
}

std::vector<OpenInvoice> due_of(const std::vector<OpenInvoice>& open, Date day) {
    std::vector<OpenInvoice> due;
    std::ranges::copy_if(open, std::back_inserter(due), [day](const OpenInvoice& invoice) {
        return invoice.due_on <= day;
    });
    return due;
}

void apply_funds(
    Decision& decision,
    const std::string& customer,
    const std::vector<OpenInvoice>& open,
    const std::optional<std::string>& payment
) {
    if (open.empty()) return;
    settle(decision, customer);
    WalletRow& wallet = decision.wallet(customer);
    for (const OpenInvoice& invoice : open) {
        std::int64_t& owed = decision.open(invoice.invoice);
        const std::int64_t minor = std::min(available(wallet), owed);
        if (minor <= 0) continue;
        auto lots = take(wallet, minor);
        owed -= minor;
        decision.add(
            "invoice:" + invoice.invoice,
            FundsApplied{
                invoice.invoice,
                customer,
                minor,
                std::move(*lots),
                owed,
                payment,
                {leg(decision, "wallet:" + customer, minor),
                 leg(decision, receivable(customer), -minor)}}
        );
    }
}

std::string discarded_draft(const std::string& invoice) { return "discarded#" + invoice; }

std::string draft_of(const Decision& decision, const std::string& customer) {
    const BillingRow* row = decision.book().billing.find(decision.key(customer));
    if (row != nullptr && row->draft && !decision.named(discarded_draft(*row->draft)))
        return *row->draft;
    const std::string first = fmt::format("bill~{}~{}", customer, to_string(decision.today()));
    std::string invoice = first;
    for (int i = 2; decision.book().invoices.find(decision.key(invoice)) != nullptr; ++i)
        invoice = fmt::format("{}~{}", first, i);
    return invoice;
}

void draft_period(
    Decision& decision,
    const std::string& customer,
    const std::string& service,
    const std::string& charge,
    std::vector<DraftLine> lines
) {
    const std::string invoice = draft_of(decision, customer);
    decision.add(
        "invoice:" + invoice, PeriodDrafted{invoice, customer, service, charge, std::move(lines)}
    );
}

} // namespace tollbook
