#pragma once

#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// What a payment's money paid for, in its uses: "invoice#<invoice>".
std::string invoice_use(const std::string& invoice);

// The invoice of such a use; nothing for another one.
std::optional<std::string> invoice_of_use(const std::string& use);

std::string receivable(const std::string& customer);

// The terms of invoicing on a day; those of a tenant that never set any are in here.
InvoicingSet invoicing_on(const Decision& decision, Date day);

// The same for documents of a legal entity: its own terms, or else those of the tenant's own, with
// its name in front of their prefixes.
InvoicingSet invoicing_on(const Decision& decision, const std::string& entity, Date day);

// What stands on a document, and its place in the count of the entity.
struct DocumentNumber {
    std::string text; // "INV-000012"
    std::uint64_t seq{};
};

// Takes the next number of an entity; several documents of one decision follow each other.
DocumentNumber next_number(Decision& decision, const std::string& entity, DocumentKind kind);

// Whether the customer pays by invoice.
bool is_invoiced(const Decision& decision, const std::string& customer);

// Of a customer that pays by invoice: what is still owed for those that were due before today.
std::int64_t overdue_minor(Decision& decision, const std::string& customer);
bool is_overdue(Decision& decision, const std::string& customer);

// An issued invoice of which something may change. Refuses with invoice_unknown, or with
// invoice_not_open when it is a draft, void or written off.
Result<const InvoiceRow*> find_issued(const Decision& decision, const std::string& invoice);

// The invoices that the customer owes for, the one that is due first, first.
std::vector<OpenInvoice> open_invoices(const Decision& decision, const std::string& customer);

// In the order in which they are paid: by the day on which they are due, then by number.
void put_open(std::vector<OpenInvoice>& open, OpenInvoice invoice);

// Those of them that are due by then.
std::vector<OpenInvoice> due_of(const std::vector<OpenInvoice>& open, Date day);

// Pays them from what the wallet has, as far as it goes. Nothing that is held or granted as an
// overdraft is taken.
void apply_funds(
    Decision& decision,
    const std::string& customer,
    const std::vector<OpenInvoice>& open,
    const std::optional<std::string>& payment
);

// What a decision names that discards the draft of periods: the next ones go on another.
std::string discarded_draft(const std::string& invoice);

// The draft of the customer's next invoice, or the name of a new one.
std::string draft_of(const Decision& decision, const std::string& customer);

// The lines of a period that is charged, on the draft of its customer's next invoice.
void draft_period(
    Decision& decision,
    const std::string& customer,
    const std::string& service,
    const std::string& charge,
    std::vector<DraftLine> lines
);

} // namespace tollbook
