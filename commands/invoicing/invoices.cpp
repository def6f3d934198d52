// Drafts of invoices, and their issue.
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "commands/invoicing/fiscal.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/taxes/taxing.hpp"

#include <fmt/format.h>

#include <map>

namespace tollbook {

namespace {

constexpr std::size_t draft_lines_max = 100; // Of a draft.

Status check_plan(const Decision& decision, const DraftLine& line) {
    if (!line.plan) return Done{};
    const NumberRow* newest = decision.book().plan_versions.find(decision.key(*line.plan));
    const std::uint32_t version = line.plan_version.value_or(1);
    if (newest == nullptr || version == 0 || version > newest->value)
        return Error{Errc::plan_unknown, *line.plan};
    return Done{};
}

Status check_line(const Decision& decision, const DraftInvoice& command, const DraftLine& line) {
    if (const Status status = check_id("component", line.component); !status) return status;
    if (const Status status = check_amount(line.minor); !status) return status;
    if (const Status status = check_text("description", line.description.value_or("")); !status)
        return status;
    if (line.tax && decision.book().taxes.find(decision.key(*line.tax)) == nullptr)
        return Error{Errc::tax_unknown, *line.tax};
    if (const Status status = check_plan(decision, line); !status) return status;
    if (line.service) {
        const ServiceRow* service = decision.book().services.find(decision.key(*line.service));
        if (service == nullptr || service->customer != command.customer)
            return Error{Errc::service_unknown, *line.service};
    }
    if (line.service_from.has_value() != line.service_to.has_value())
        return Error{Errc::missing_field, "service_from and service_to"};
    if (line.service_from && *line.service_from >= *line.service_to)
        return Error{Errc::value_out_of_range, "service_to: after service_from"};
    return Done{};
}

// A draft that a person may change: one without periods, which a run put there.
Status check_draft(const InvoiceRow& row, const std::string& invoice) {
    if (row.phase == InvoicePhase::discarded) return Error{Errc::invoice_not_open, invoice};
    if (row.phase != InvoicePhase::draft) return Error{Errc::invoice_issued, invoice};
    if (!row.periods.empty()) return Error{Errc::invoice_not_open, "periods are on it"};
    return Done{};
}

Postings postings_of_lines(const Decision& decision, const InvoiceIssued& issued) {
    std::map<std::string, std::int64_t> credits;
    for (const InvoiceLine& line : issued.lines) {
        credits[line.plan ? "revenue:" + *line.plan : std::string("fee")] += line.net;
        for (const LineTax& tax : line.taxes)
            credits["tax:" + tax.code] += tax.minor;
    }
    Postings postings{leg(decision, receivable(issued.customer), issued.minor)};
    for (const auto& [account, minor] : credits)
        if (minor != 0) postings.push_back(leg(decision, account, -minor));
    return postings;
}

Result<std::int64_t> total_of(const std::vector<InvoiceLine>& lines) {
    std::int64_t total = 0;
    for (const InvoiceLine& line : lines) {
        const Result<std::int64_t> sum = add(total, gross(line));
        if (!sum || *sum > amount_minor_max) return Error{Errc::amount_overflow, {}};
        total = *sum;
    }
    return total;
}

// The invoice as the draft makes it today, but for its number.
Result<InvoiceIssued> made_of(
    const Decision& decision, const IssueInvoice& command, const InvoiceRow& row
) {
    const Date today = decision.today();
    const std::string& entity = entity_of(decision, row.customer);
    const InvoicingSet terms = invoicing_on(decision, entity, today);
    InvoiceIssued issued;
    issued.invoice = command.invoice;
    issued.entity = entity;
    issued.customer = row.customer;
    issued.currency = decision.currency_of(issued.customer);
    issued.issued_on = today;
    issued.due_on = command.due_on.value_or(today + static_cast<int>(terms.due_days));
    if (issued.due_on < today)
        return Error{Errc::value_out_of_range, "due_on: today is " + to_string(today)};
    issued.tax_rounding = terms.tax_rounding;
    issued.halves = terms.halves;
    Result<std::vector<InvoiceLine>> lines =
        tax_lines(decision, row.draft, {terms.tax_rounding, terms.halves, today});
    if (!lines) return lines.error();
    issued.lines = std::move(*lines);
    const Result<std::int64_t> total = total_of(issued.lines);
    if (!total) return total.error();
    issued.minor = *total;
    issued.note = row.note;
    issued.postings = postings_of_lines(decision, issued);
    return issued;
}

} // namespace

Status decide(Decision& decision, const DraftInvoice& command) {
    if (const Status status = check_id("invoice", command.invoice); !status) return status;
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (command.lines.empty() || command.lines.size() > draft_lines_max)
        return Error{Errc::value_out_of_range, fmt::format("lines: 1 to {}", draft_lines_max)};
    for (const DraftLine& line : command.lines)
        if (const Status status = check_line(decision, command, line); !status) return status;
    if (const Status status = check_text("note", command.note.value_or("")); !status) return status;
    const InvoiceRow* row = decision.book().invoices.find(decision.key(command.invoice));
    if (row != nullptr)
        if (const Status status = check_draft(*row, command.invoice); !status) return status;
    decision.add(
        "invoice:" + command.invoice,
        InvoiceDrafted{command.invoice, command.customer, command.lines, command.note}
    );
    return Done{};
}

Status decide(Decision& decision, const DiscardDraft& command) {
    const InvoiceRow* row = decision.book().invoices.find(decision.key(command.invoice));
    if (row == nullptr) return Error{Errc::invoice_unknown, command.invoice};
    if (const Status status = check_draft(*row, command.invoice); !status) return status;
    decision.add("invoice:" + command.invoice, DraftDiscarded{command.invoice, row->customer});
    return Done{};
}

Status decide(Decision& decision, const IssueInvoice& command) {
    const InvoiceRow* row = decision.book().invoices.find(decision.key(command.invoice));
    if (row == nullptr) return Error{Errc::invoice_unknown, command.invoice};
    if (row->phase == InvoicePhase::discarded)
        return Error{Errc::invoice_not_open, command.invoice};
    if (row->phase != InvoicePhase::draft) return Error{Errc::invoice_issued, command.invoice};
    if (const Status status = check_customer(decision, row->customer); !status) return status;
    Result<InvoiceIssued> issued = made_of(decision, command, *row);
    if (!issued) return issued.error();
    if (command.expected_minor.value_or(issued->minor) != issued->minor)
        return Error{Errc::figures_moved, fmt::format("it comes to {}", issued->minor)};

    const auto [number, seq] = next_number(decision, issued->entity, DocumentKind::invoice);
    issued->number = number;
    issued->number_seq = seq;
    const std::string customer = issued->customer;
    std::vector<OpenInvoice> open = open_invoices(decision, customer);
    put_open(open, {command.invoice, issued->due_on, issued->number_seq, issued->minor});
    decision.open(command.invoice) = issued->minor;
    decision.add("invoice:" + command.invoice, *issued);
    request_transmission(decision, *issued);
    apply_funds(decision, customer, open, std::nullopt);
    return Done{};
}

} // namespace tollbook
