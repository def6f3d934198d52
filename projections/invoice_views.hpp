#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

struct InvoiceView {
    std::string tenant;
    std::string invoice;
    std::string customer;
    std::string status; // draft | discarded | open | paid | credited | voided | written_off
    std::optional<std::string> number;
    std::optional<std::string> entity;
    std::optional<std::string> currency;
    std::optional<Date> issued_on;
    std::optional<Date> due_on;
    std::optional<std::string> tax_rounding;
    std::int64_t minor{}; // A draft's: not taxed yet.
    std::int64_t net_minor{};
    std::int64_t tax_minor{};
    std::int64_t open_minor{};
    std::int64_t applied_minor{};
    std::int64_t withheld_minor{};
    std::int64_t credited_minor{};
    std::int64_t written_off_minor{};
    JsonText lines; // As drafted, then as issued.
    std::optional<std::string> note;
    Timestamp drafted_at;
    std::optional<Timestamp> issued_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    InvoiceView,
    (),
    (tenant,
     invoice,
     customer,
     status,
     number,
     entity,
     currency,
     issued_on,
     due_on,
     tax_rounding,
     minor,
     net_minor,
     tax_minor,
     open_minor,
     applied_minor,
     withheld_minor,
     credited_minor,
     written_off_minor,
     lines,
     note,
     drafted_at,
     issued_at,
     seq)
)

// What happened to an issued invoice. An event that moves money between two makes two of them.
struct InvoiceMoveView {
    std::string tenant;
    std::uint64_t seq{};
    std::int32_t line{};
    std::string invoice;
    std::string customer;
    std::string entity;
    std::string currency;
    // issued | applied | released | reallocated_out | reallocated_in | credit_note | voided |
    // written_off | withheld
    std::string kind;
    std::int64_t minor{};
    std::int64_t owed_minor{};           // What it adds to what is owed, or takes from it.
    std::int64_t open_minor{};           // After it, in the order of the log.
    std::optional<std::string> document; // Number of a credit note, certificate, other invoice.
    std::optional<std::string> payment;
    std::optional<std::string> reason;
    std::optional<JsonText> lines; // Of a credit note or a void.
    std::optional<JsonText> lots;  // That paid, or came back.
    Timestamp effective_at;
    Timestamp recorded_at;
    Date booked_on;
};
BOOST_DESCRIBE_STRUCT(
    InvoiceMoveView,
    (),
    (tenant,
     seq,
     line,
     invoice,
     customer,
     entity,
     currency,
     kind,
     minor,
     owed_minor,
     open_minor,
     document,
     payment,
     reason,
     lines,
     lots,
     effective_at,
     recorded_at,
     booked_on)
)

struct TaxView {
    std::string tenant;
    std::string tax;
    Date valid_from;
    JsonText rates;
    std::optional<std::string> exempt_reason;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(TaxView, (), (tenant, tax, valid_from, rates, exempt_reason, seq))

struct InvoicingView {
    std::string tenant;
    std::string entity; // Empty: the tenant's own.
    Date valid_from;
    std::string tax_rounding;
    std::string halves;
    std::uint32_t due_days{};
    std::string number_prefix;
    std::string credit_prefix;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    InvoicingView,
    (),
    (tenant, entity, valid_from, tax_rounding, halves, due_days, number_prefix, credit_prefix, seq)
)

struct BillingModeView {
    std::string tenant;
    std::string customer;
    std::string mode; // prepaid | invoiced
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(BillingModeView, (), (tenant, customer, mode, seq))

} // namespace tollbook
