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

// From the day `from` on, what a service has been charged for at one version of its plan counts as
// charged at another. If it is on that version, it is on the other one from now on.
struct TariffCorrected {
    static constexpr std::string_view type = "tariff_corrected";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string plan;
    std::uint32_t from_version{};
    std::uint32_t to_version{};
    Date from;
    std::vector<CorrectedCharge> charges; // None: it only changes to the other version.
    std::int64_t minor{};                 // Above zero: the customer pays so much more.
    std::string reason;

    friend bool operator==(const TariffCorrected&, const TariffCorrected&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TariffCorrected,
    (),
    (service, customer, plan, from_version, to_version, from, charges, minor, reason)
)

} // namespace tollbook
