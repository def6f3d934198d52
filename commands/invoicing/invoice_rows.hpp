// Rows of the Book about invoices; a part of commands/rows.hpp.
#pragma once

#include "commands/wallets/wallet.hpp"
#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// The terms of invoicing of the tenant's own entity or of another one, the newest last, and the
// numbers that were used. One that has no terms for a day has those of the tenant's own.
struct InvoicingRow {
    std::vector<InvoicingSet> versions;
    std::uint64_t invoices{};
    std::uint64_t credit_notes{};
    std::vector<std::string> used_prefixes; // Of numbers of either kind.
};
BOOST_DESCRIBE_STRUCT(InvoicingRow, (), (versions, invoices, credit_notes, used_prefixes))

enum class InvoicePhase { draft, discarded, issued, voided, written_off };
BOOST_DESCRIBE_ENUM(InvoicePhase, draft, discarded, issued, voided, written_off)

// What a line of an invoice is for: days of a service at a version of a plan.
struct LineDays {
    std::string component;
    std::string service;
    std::string plan;
    std::uint32_t plan_version{};
    Date from;
    Date to; // Those behind were taken back.
    std::optional<std::string> description{};
    std::optional<bool> unclear{}; // Part of it was taken back for no days in particular.
};
BOOST_DESCRIBE_STRUCT(
    LineDays, (), (component, service, plan, plan_version, from, to, description, unclear)
)

// A line as it was issued, and what of it was taken back.
struct InvoiceLineRow {
    std::string account; // Of its net: "revenue:<plan>" or "fee".
    std::int64_t net{};
    std::vector<LineTax> taxes;
    std::int64_t credited_net{};
    std::vector<std::int64_t> credited_taxes; // As `taxes`.
    std::optional<LineDays> days{};
};
BOOST_DESCRIBE_STRUCT(InvoiceLineRow, (), (account, net, taxes, credited_net, credited_taxes, days))

struct InvoiceRow {
    std::string customer;
    InvoicePhase phase{};
    std::vector<DraftLine> draft;     // While it is one.
    std::vector<std::string> periods; // Charges that are on it: such a draft is not rewritten.
    std::vector<InvoiceLineRow> lines;
    std::int64_t open{};
    Date due_on;
    std::uint64_t number_seq{};
    std::vector<LotTaken> applied; // What paid it, in this order.
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(
    InvoiceRow,
    (),
    (customer, phase, draft, periods, lines, open, due_on, number_seq, applied, note)
)

struct OpenInvoice {
    std::string invoice;
    Date due_on;
    std::uint64_t number_seq{};
    std::int64_t open{};
};
BOOST_DESCRIBE_STRUCT(OpenInvoice, (), (invoice, due_on, number_seq, open))

// Of a customer that pays by invoice, or owes for one.
struct BillingRow {
    BillingMode mode{};
    std::optional<std::string> draft; // To which periods are added.
    std::vector<OpenInvoice> open;    // The one that is due first, first.
};
BOOST_DESCRIBE_STRUCT(BillingRow, (), (mode, draft, open))

} // namespace tollbook
