#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// What a tax comes to for what is delivered from `valid_from` on; not before the newest version of
// it, which another one of the same day replaces.
struct DefineTax {
    static constexpr std::string_view type = "define_tax";
    std::string tax;
    Date valid_from;
    std::vector<TaxRate> rates;               // None: exempt ...
    std::optional<std::string> exempt_reason; // ... for this reason.
};
BOOST_DESCRIBE_STRUCT(DefineTax, (), (tax, valid_from, rates, exempt_reason))

// How invoices are made from a day on.
struct SetInvoicing {
    static constexpr std::string_view type = "set_invoicing";
    Date valid_from;
    std::optional<TaxRounding> tax_rounding;  // line
    std::optional<Halves> halves;             // up
    std::optional<std::uint32_t> due_days;    // 14
    std::optional<std::string> number_prefix; // INV-
    std::optional<std::string> credit_prefix; // CN-
    std::optional<std::string> entity{};      // The tenant's own.
};
BOOST_DESCRIBE_STRUCT(
    SetInvoicing,
    (),
    (valid_from, tax_rounding, halves, due_days, number_prefix, credit_prefix, entity)
)

struct SetBillingMode {
    static constexpr std::string_view type = "set_billing_mode";
    std::string customer;
    BillingMode mode{};
};
BOOST_DESCRIBE_STRUCT(SetBillingMode, (), (customer, mode))

// Makes a draft, or another one of it in its place.
struct DraftInvoice {
    static constexpr std::string_view type = "draft_invoice";
    std::string invoice; // The caller's own number of it, unique for ever.
    std::string customer;
    std::vector<DraftLine> lines;
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(DraftInvoice, (), (invoice, customer, lines, note))

struct DiscardDraft {
    static constexpr std::string_view type = "discard_draft";
    std::string invoice;
};
BOOST_DESCRIBE_STRUCT(DiscardDraft, (), (invoice))

struct IssueInvoice {
    static constexpr std::string_view type = "issue_invoice";
    std::string invoice;
    std::optional<Date> due_on;                 // By the terms of invoicing.
    std::optional<std::int64_t> expected_minor; // Refused with figures_moved if it is another sum.
};
BOOST_DESCRIBE_STRUCT(IssueInvoice, (), (invoice, due_on, expected_minor))

// Part of a line, tax included, by its place on the invoice (1, 2, 3 ...).
struct LineAmount {
    std::uint32_t line{};
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(LineAmount, (), (line, minor))

// What of a credit note is to be paid out: a refund is requested for it.
struct RefundOfNote {
    std::string refund; // The caller's own number of it, unique for ever.
    std::int64_t minor{};
    std::string user;
};
BOOST_DESCRIBE_STRUCT(RefundOfNote, (), (refund, minor, user))

struct CreditInvoice {
    static constexpr std::string_view type = "credit_invoice";
    std::string invoice;
    std::string credit_note;                      // The caller's own number of it, unique for ever.
    std::optional<std::vector<LineAmount>> lines; // All that is left.
    std::string reason;
    std::optional<RefundOfNote> refund; // Out of what had been paid.
};
BOOST_DESCRIBE_STRUCT(CreditInvoice, (), (invoice, credit_note, lines, reason, refund))

struct VoidInvoice {
    static constexpr std::string_view type = "void_invoice";
    std::string invoice;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(VoidInvoice, (), (invoice, reason))

struct WriteOffInvoice {
    static constexpr std::string_view type = "write_off_invoice";
    std::string invoice;
    std::string reason;
    std::string user;
};
BOOST_DESCRIBE_STRUCT(WriteOffInvoice, (), (invoice, reason, user))

// The payer withheld part of it and has a certificate.
struct RecordWithholding {
    static constexpr std::string_view type = "record_withholding";
    std::string invoice;
    std::string certificate;
    std::string tax;
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(RecordWithholding, (), (invoice, certificate, tax, minor))

// What paid `invoice` pays `to` instead, the last applied first.
struct ReallocateFunds {
    static constexpr std::string_view type = "reallocate_funds";
    std::string invoice;
    std::string to;                    // Of the same customer.
    std::optional<std::int64_t> minor; // As much as fits.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReallocateFunds, (), (invoice, to, minor, reason))

} // namespace tollbook
