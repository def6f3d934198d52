// What a service has beyond its plan, and what is sold once.
#pragma once

#include "ledger/events/invoices.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// A part of the service's price from `from` on. Days that are charged at once are in the
// wallet_charged after it.
struct AddonAdded {
    static constexpr std::string_view type = "addon_added";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string addon; // The plan that it is priced by.
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    Date from;                                 // Today, or the first day of the next period.
    std::optional<std::int64_t> setup_minor{}; // Still to be paid, with its first period.

    friend bool operator==(const AddonAdded&, const AddonAdded&) = default;
};
BOOST_DESCRIBE_STRUCT(
    AddonAdded, (), (service, customer, addon, plan_version, quantity, from, setup_minor)
)

// The next period is charged without it.
struct AddonEndScheduled {
    static constexpr std::string_view type = "addon_end_scheduled";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string addon;
    Date on; // The first day that is not paid for yet.

    friend bool operator==(const AddonEndScheduled&, const AddonEndScheduled&) = default;
};
BOOST_DESCRIBE_STRUCT(AddonEndScheduled, (), (service, customer, addon, on))

struct AddonEndCancelled {
    static constexpr std::string_view type = "addon_end_cancelled";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string addon;

    friend bool operator==(const AddonEndCancelled&, const AddonEndCancelled&) = default;
};
BOOST_DESCRIBE_STRUCT(AddonEndCancelled, (), (service, customer, addon))

// What comes back for days that were paid for is in the charge_credited before it.
struct AddonRemoved {
    static constexpr std::string_view type = "addon_removed";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string addon;
    Date on; // The first day without it.

    friend bool operator==(const AddonRemoved&, const AddonRemoved&) = default;
};
BOOST_DESCRIBE_STRUCT(AddonRemoved, (), (service, customer, addon, on))

// The add-on gets other terms with the next period that is charged, or with the first one that
// begins on or after a day; nothing is posted before.
struct AddonChangeScheduled {
    static constexpr std::string_view type = "addon_change_scheduled";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string addon;
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    Date on;                          // The first day that is not paid for yet.
    std::optional<Date> not_before{}; // Periods that begin before are on the terms of before.

    friend bool operator==(const AddonChangeScheduled&, const AddonChangeScheduled&) = default;
};
BOOST_DESCRIBE_STRUCT(
    AddonChangeScheduled, (), (service, customer, addon, plan_version, quantity, on, not_before)
)

struct AddonChangeCancelled {
    static constexpr std::string_view type = "addon_change_cancelled";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string addon;

    friend bool operator==(const AddonChangeCancelled&, const AddonChangeCancelled&) = default;
};
BOOST_DESCRIBE_STRUCT(AddonChangeCancelled, (), (service, customer, addon))

// Other terms from `on` on. What was paid for the days from then on is given back in the
// charge_credited before it, and the new price is in the wallet_charged after it.
struct AddonChanged {
    static constexpr std::string_view type = "addon_changed";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string addon;
    std::uint32_t from_version{};
    std::uint32_t from_quantity{};
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    Date on;

    friend bool operator==(const AddonChanged&, const AddonChanged&) = default;
};
BOOST_DESCRIBE_STRUCT(
    AddonChanged,
    (),
    (service, customer, addon, from_version, from_quantity, plan_version, quantity, on)
)

// A product that was sold goes on its customer's next invoice. `charge` is unique for ever, as that
// of a charge of a wallet.
struct SaleDrafted {
    static constexpr std::string_view type = "sale_drafted";
    static constexpr std::uint16_t schema_version = 1;
    std::string invoice;
    std::string customer;
    std::string charge;
    std::vector<DraftLine> lines;
    std::optional<std::string> service{};

    friend bool operator==(const SaleDrafted&, const SaleDrafted&) = default;
};
BOOST_DESCRIBE_STRUCT(SaleDrafted, (), (invoice, customer, charge, lines, service))

} // namespace tollbook
