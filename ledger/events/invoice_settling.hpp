// How invoices are settled, and taken back.
#pragma once

#include "ledger/events/invoices.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Money of the wallet pays an invoice, in whole or in part.
struct FundsApplied {
    static constexpr std::string_view type = "funds_applied";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::int64_t minor{};
    std::vector<LotTaken> lots;
    std::int64_t remaining{}; // Still owed for the invoice.
    std::optional<std::string> payment;
    Postings postings;

    friend bool operator==(const FundsApplied&, const FundsApplied&) = default;
};
BOOST_DESCRIBE_STRUCT(
    FundsApplied, (), (invoice, customer, minor, lots, remaining, payment, postings)
)

// The payment behind it is taken away: the money is back in its lots, the invoice is owed again.
struct FundsReleased {
    static constexpr std::string_view type = "funds_released";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::int64_t minor{};
    std::vector<LotTaken> lots;
    std::int64_t debt_repaid{};
    std::int64_t remaining{};
    std::string payment;
    Postings postings;

    friend bool operator==(const FundsReleased&, const FundsReleased&) = default;
};
BOOST_DESCRIBE_STRUCT(
    FundsReleased, (), (invoice, customer, minor, lots, debt_repaid, remaining, payment, postings)
)

// What paid one invoice pays another of the same customer. It moves no posting.
struct FundsReallocated {
    static constexpr std::string_view type = "funds_reallocated";
    static constexpr std::uint16_t schema_version = 1;
    std::string from;
    std::string to;
    std::string customer;
    std::int64_t minor{};
    std::vector<LotTaken> lots;
    std::int64_t from_remaining{};
    std::int64_t to_remaining{};
    std::string reason;

    friend bool operator==(const FundsReallocated&, const FundsReallocated&) = default;
};
BOOST_DESCRIBE_STRUCT(
    FundsReallocated, (), (from, to, customer, minor, lots, from_remaining, to_remaining, reason)
)

// Part of a line, by its place (1, 2, 3 ...).
struct CreditedLine {
    std::uint32_t line{};
    std::int64_t net{};
    std::vector<LineTax> taxes;
    std::optional<Date> service_from{}; // The days that come back; none: of no days in particular.
    std::optional<Date> service_to{};

    friend bool operator==(const CreditedLine&, const CreditedLine&) = default;
};
BOOST_DESCRIBE_STRUCT(CreditedLine, (), (line, net, taxes, service_from, service_to))

// Part of an invoice is taken back: `offset` of it is owed no more, the rest had been paid and goes
// back into the lots of the wallet that had paid it, the last first.
struct CreditNoteIssued {
    static constexpr std::string_view type = "credit_note_issued";
    static constexpr std::uint16_t schema_version = 1;
    std::string credit_note;
    std::string number;
    std::uint64_t number_seq{};
    std::string entity;
    std::string invoice;
    std::string customer;
    std::vector<CreditedLine> lines;
    std::int64_t minor{};
    std::int64_t offset{};
    std::vector<LotTaken> lots;
    std::int64_t debt_repaid{};
    std::int64_t remaining{};
    std::string reason;
    Postings postings;

    friend bool operator==(const CreditNoteIssued&, const CreditNoteIssued&) = default;
};
BOOST_DESCRIBE_STRUCT(
    CreditNoteIssued,
    (),
    (credit_note,
     number,
     number_seq,
     entity,
     invoice,
     customer,
     lines,
     minor,
     offset,
     lots,
     debt_repaid,
     remaining,
     reason,
     postings)
)

// All that is left of the invoice is taken back, as by a credit note. Its number stays used.
struct InvoiceVoided {
    static constexpr std::string_view type = "invoice_voided";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::vector<CreditedLine> lines;
    std::int64_t minor{};
    std::int64_t offset{};
    std::vector<LotTaken> lots;
    std::int64_t debt_repaid{};
    std::string reason;
    Postings postings;

    friend bool operator==(const InvoiceVoided&, const InvoiceVoided&) = default;
};
BOOST_DESCRIBE_STRUCT(
    InvoiceVoided,
    (),
    (invoice, customer, lines, minor, offset, lots, debt_repaid, reason, postings)
)

// What is still owed is given up, against `bad_debt`.
struct InvoiceWrittenOff {
    static constexpr std::string_view type = "invoice_written_off";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::int64_t minor{};
    std::string reason;
    std::string user;
    Postings postings;

    friend bool operator==(const InvoiceWrittenOff&, const InvoiceWrittenOff&) = default;
};
BOOST_DESCRIBE_STRUCT(InvoiceWrittenOff, (), (invoice, customer, minor, reason, user, postings))

// The payer kept part of the price back and pays it to the tax authority in our name.
struct TaxWithheld {
    static constexpr std::string_view type = "tax_withheld";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::string certificate; // The payer's proof; counts once.
    std::string tax;         // Of the account "withheld:<tax>".
    std::int64_t minor{};
    std::int64_t remaining{};
    Postings postings;

    friend bool operator==(const TaxWithheld&, const TaxWithheld&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TaxWithheld, (), (invoice, customer, certificate, tax, minor, remaining, postings)
)

} // namespace tollbook
