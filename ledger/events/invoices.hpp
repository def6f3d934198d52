// Invoices: what a customer owes for.
#pragma once

#include "ledger/events/taxes.hpp"
#include "ledger/events/wallets.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// A line that is not taxed yet. Its tax is told when the invoice is issued, by the days that the
// line is for, or by the day of issue.
struct DraftLine {
    std::string component; // period | setup | ...
    std::int64_t minor{};
    std::optional<bool> tax_included;       // true
    std::optional<std::string> tax;         // A defined tax; none: not taxed.
    std::optional<std::string> description; // For people.
    std::optional<std::string> service;
    std::optional<std::string> plan;
    std::optional<std::uint32_t> plan_version;
    std::optional<Date> service_from;
    std::optional<Date> service_to; // Half-open.

    friend bool operator==(const DraftLine&, const DraftLine&) = default;
};
BOOST_DESCRIBE_STRUCT(
    DraftLine,
    (),
    (component,
     minor,
     tax_included,
     tax,
     description,
     service,
     plan,
     plan_version,
     service_from,
     service_to)
)

// The lines of a draft, in place of those before.
struct InvoiceDrafted {
    static constexpr std::string_view type = "invoice_drafted";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::vector<DraftLine> lines;
    std::optional<std::string> note;

    friend bool operator==(const InvoiceDrafted&, const InvoiceDrafted&) = default;
};
BOOST_DESCRIBE_STRUCT(InvoiceDrafted, (), (invoice, customer, lines, note))

// A period of a service goes on its customer's next invoice. `charge` is unique for ever, as that
// of a charge of a wallet.
struct PeriodDrafted {
    static constexpr std::string_view type = "period_drafted";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::string service;
    std::string charge;
    std::vector<DraftLine> lines; // The period, and the set-up fee with the first.

    friend bool operator==(const PeriodDrafted&, const PeriodDrafted&) = default;
};
BOOST_DESCRIBE_STRUCT(PeriodDrafted, (), (invoice, customer, service, charge, lines))

struct DraftDiscarded {
    static constexpr std::string_view type = "draft_discarded";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;

    friend bool operator==(const DraftDiscarded&, const DraftDiscarded&) = default;
};
BOOST_DESCRIBE_STRUCT(DraftDiscarded, (), (invoice, customer))

// Lines of a draft should have cost something else: the lines that it has from now on.
struct DraftCorrected {
    static constexpr std::string_view type = "draft_corrected";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::string service; // Whose lines these were.
    std::vector<DraftLine> lines;

    friend bool operator==(const DraftCorrected&, const DraftCorrected&) = default;
};
BOOST_DESCRIBE_STRUCT(DraftCorrected, (), (invoice, customer, service, lines))

// A line of which a rate changed within its days is split there.
struct InvoiceLine {
    std::string component;
    std::int64_t net{};
    std::vector<LineTax> taxes;
    std::optional<std::string> tax;
    std::optional<std::string> exempt_reason;
    std::optional<std::string> description;
    std::optional<std::string> service;
    std::optional<std::string> plan;
    std::optional<std::uint32_t> plan_version;
    std::optional<Date> service_from;
    std::optional<Date> service_to;

    friend bool operator==(const InvoiceLine&, const InvoiceLine&) = default;
};
BOOST_DESCRIBE_STRUCT(
    InvoiceLine,
    (),
    (component,
     net,
     taxes,
     tax,
     exempt_reason,
     description,
     service,
     plan,
     plan_version,
     service_from,
     service_to)
)

// Owed from now on: receivable against revenue and taxes. Numbers of a legal entity have no gaps.
struct InvoiceIssued {
    static constexpr std::string_view type = "invoice_issued";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string number;
    std::uint64_t number_seq{}; // 1, 2, 3 ... of the entity.
    std::string entity;
    std::string customer;
    Currency currency;
    Date issued_on;
    Date due_on;
    TaxRounding tax_rounding{};
    Halves halves{};
    std::vector<InvoiceLine> lines;
    std::int64_t minor{};
    std::optional<std::string> note;
    Postings postings;

    friend bool operator==(const InvoiceIssued&, const InvoiceIssued&) = default;
};
BOOST_DESCRIBE_STRUCT(
    InvoiceIssued,
    (),
    (invoice,
     number,
     number_seq,
     entity,
     customer,
     currency,
     issued_on,
     due_on,
     tax_rounding,
     halves,
     lines,
     minor,
     note,
     postings)
)

} // namespace tollbook
