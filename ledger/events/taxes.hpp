// Taxes and the terms of invoicing: dated data of a tenant.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// One rate of a tax. It falls on the net amount; a compound one on that and all rates that are not
// compound: VAT on what excise has made dearer.
struct TaxRate {
    std::string code;        // Of its account, "tax:<code>".
    std::int64_t rate_ppm{}; // Parts per million: 160000 is 16 %.
    bool compound{};

    friend bool operator==(const TaxRate&, const TaxRate&) = default;
};
BOOST_DESCRIBE_STRUCT(TaxRate, (), (code, rate_ppm, compound))

// What a rate came to on a line.
struct LineTax {
    std::string code;
    std::int64_t rate_ppm{};
    std::int64_t minor{};

    friend bool operator==(const LineTax&, const LineTax&) = default;
};
BOOST_DESCRIBE_STRUCT(LineTax, (), (code, rate_ppm, minor))

// What a tax comes to for what is delivered from a day on. No rates: exempt, for that reason.
struct TaxDefined {
    static constexpr std::string_view type = "tax_defined";
    static constexpr std::uint16_t schema_version = 1;
    std::string tax;
    Date valid_from;
    std::vector<TaxRate> rates;
    std::optional<std::string> exempt_reason;

    friend bool operator==(const TaxDefined&, const TaxDefined&) = default;
};
BOOST_DESCRIBE_STRUCT(TaxDefined, (), (tax, valid_from, rates, exempt_reason))

// Where taxes are rounded: each line by itself, or the sum of the lines of a tax.
enum class TaxRounding { line, invoice };
BOOST_DESCRIBE_ENUM(TaxRounding, line, invoice)

// What becomes of half a minor unit.
enum class Halves { up, even };
BOOST_DESCRIBE_ENUM(Halves, up, even)

// For invoices that are issued from a day on.
struct InvoicingSet {
    static constexpr std::string_view type = "invoicing_set";
    static constexpr std::uint16_t schema_version = 1;
    Date valid_from;
    TaxRounding tax_rounding{};
    Halves halves{};
    std::uint32_t due_days{};            // From the day of issue to the day on which it is due.
    std::string number_prefix;           // Of invoices; numbers count on whatever the prefix is.
    std::string credit_prefix;           // Of credit notes.
    std::optional<std::string> entity{}; // For its documents alone; none: the tenant's own.

    friend bool operator==(const InvoicingSet&, const InvoicingSet&) = default;
};
BOOST_DESCRIBE_STRUCT(
    InvoicingSet,
    (),
    (valid_from, tax_rounding, halves, due_days, number_prefix, credit_prefix, entity)
)

// How a customer pays: in advance from the wallet, or by invoice.
enum class BillingMode { prepaid, invoiced };
BOOST_DESCRIBE_ENUM(BillingMode, prepaid, invoiced)

struct BillingModeSet {
    static constexpr std::string_view type = "billing_mode_set";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    BillingMode mode{};

    friend bool operator==(const BillingModeSet&, const BillingModeSet&) = default;
};
BOOST_DESCRIBE_STRUCT(BillingModeSet, (), (customer, mode))

} // namespace tollbook
