// Rows of the Book about add-ons; a part of commands/rows.hpp.
#pragma once

#include "commands/taxes/tax_rows.hpp"
#include "ledger/events/addons.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// The newest charge of an add-on: its days end where the service renews, and what of it was not
// given back.
struct AddonPaid {
    std::string charge;
    std::uint32_t days{};
    std::int64_t net{};
    std::int64_t tax{};
    std::vector<TaxedDays> parts{}; // By dated taxes: its days, in their order.
    std::optional<Date> from{};     // Its first day.
};
BOOST_DESCRIBE_STRUCT(AddonPaid, (), (charge, days, net, tax, parts, from))

// What an add-on becomes with its next period, or with the first one from a day on.
struct NextAddon {
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    std::optional<Date> not_before{};
};
BOOST_DESCRIBE_STRUCT(NextAddon, (), (plan_version, quantity, not_before))

struct AddonRow {
    std::string addon;
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    std::int64_t setup_minor{}; // Still to be paid, with its first period.
    bool ending{};              // The next period is charged without it.
    std::optional<AddonPaid> paid{};
    std::optional<NextAddon> next{}; // Not of one that is ending.
};
BOOST_DESCRIBE_STRUCT(
    AddonRow, (), (addon, plan_version, quantity, setup_minor, ending, paid, next)
)

// Of a service that has some; they stand in the order in which they came.
struct ServiceAddonsRow {
    std::vector<AddonRow> addons;
};
BOOST_DESCRIBE_STRUCT(ServiceAddonsRow, (), (addons))

} // namespace tollbook
