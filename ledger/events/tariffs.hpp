// What should have cost something else.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Days of a charge that stood, at the version that it named: given back in the charge_credited of
// `charge` and charged as `by` at the other version, both in front of this event.
struct CorrectedCharge {
    std::string charge;
    Date from; // The days that stood, and what they cost.
    Date to;
    std::int64_t net{};
    std::int64_t tax{};
    std::int64_t credited_minor{};
    std::optional<std::string> by; // None: the new price of these days is nothing.
    std::int64_t charged_minor{};

    friend bool operator==(const CorrectedCharge&, const CorrectedCharge&) = default;
};
BOOST_DESCRIBE_STRUCT(
    CorrectedCharge, (), (charge, from, to, net, tax, credited_minor, by, charged_minor)
)

// The same of days on an invoice: given back by its credit note, in front of this event, or, while
// it was a draft, changed on it.
struct CorrectedInvoice {
    std::string invoice;
    std::optional<std::string> credit_note; // None: it was a draft.
    Date from;                              // The days that cost another price.
    Date to;
    std::int64_t credited_minor{};
    std::optional<std::string> by; // The charge of these days at the other version ...
    std::optional<std::string> on; // ... and the draft on which it stands; none: the wallet's.
    std::int64_t charged_minor{};

    friend bool operator==(const CorrectedInvoice&, const CorrectedInvoice&) = default;
};
BOOST_DESCRIBE_STRUCT(
    CorrectedInvoice, (), (invoice, credit_note, from, to, credited_minor, by, on, charged_minor)
)

// From the day `from` on, what a service has been charged for at one version of its plan counts as
// charged at another. If it, or its add-on, is on that version, it is on the other one from now on.
struct TariffCorrected {
    static constexpr std::string_view type = "tariff_corrected";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string plan;
    std::uint32_t from_version{};
    std::uint32_t to_version{};
    Date from;
    std::vector<CorrectedCharge> charges; // Of wallets.
    std::int64_t minor{};                 // Above zero: the customer pays so much more.
    std::string reason;
    std::optional<std::vector<CorrectedInvoice>> invoices{};

    friend bool operator==(const TariffCorrected&, const TariffCorrected&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TariffCorrected,
    (),
    (service, customer, plan, from_version, to_version, from, charges, minor, reason, invoices)
)

} // namespace tollbook
