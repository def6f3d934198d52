#pragma once

#include "commands/bodies/subscriptions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// Where the wallet paid for days ahead, the same days of the add-on are charged at once; else it
// begins with the next period.
struct AddAddon {
    static constexpr std::string_view type = "add_addon";
    std::string service;
    std::string addon;
    std::optional<std::uint32_t> plan_version;    // The newest.
    std::optional<std::uint32_t> quantity;        // 1
    std::optional<std::int64_t> expected_minor{}; // What is charged at once: refused with
                                                  // figures_moved if it is another.
};
BOOST_DESCRIBE_STRUCT(AddAddon, (), (service, addon, plan_version, quantity, expected_minor))

// Now: its unused days come back. At the period's end: the next renewal is without it.
struct RemoveAddon {
    static constexpr std::string_view type = "remove_addon";
    std::string service;
    std::string addon;
    std::optional<ChangeTime> when;               // period_end
    std::optional<std::int64_t> expected_minor{}; // What comes back, as of AddAddon.
};
BOOST_DESCRIBE_STRUCT(RemoveAddon, (), (service, addon, when, expected_minor))

// Another version of an add-on's plan, another quantity, or both; `when` and `not_before` as of
// ChangePlan. What is left out stays as it is.
struct ChangeAddon {
    static constexpr std::string_view type = "change_addon";
    std::string service;
    std::string addon;
    std::optional<std::uint32_t> plan_version;
    std::optional<std::uint32_t> quantity;
    std::optional<ChangeTime> when;               // now, or period_end if it costs less then
    std::optional<std::int64_t> expected_minor{}; // What the wallet pays, less what comes back.
    std::optional<Date> not_before{};
};
BOOST_DESCRIBE_STRUCT(
    ChangeAddon, (), (service, addon, plan_version, quantity, when, expected_minor, not_before)
)

// A one-time product, from the wallet, or on the next invoice of a customer that pays so.
struct SellProduct {
    static constexpr std::string_view type = "sell_product";
    std::string customer;
    std::string sale; // The caller's number, unique for ever.
    std::string product;
    std::optional<std::uint32_t> plan_version; // The newest.
    std::optional<std::uint32_t> quantity;     // 1
    std::optional<std::string> service;        // Of the customer, that it is for.
};
BOOST_DESCRIBE_STRUCT(SellProduct, (), (customer, sale, product, plan_version, quantity, service))

} // namespace tollbook
