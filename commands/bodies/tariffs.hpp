#pragma once

#include "commands/taxes/tax_rows.hpp"
#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// The days of a service's charge that still stand: those behind them were given back.
struct TariffCharge {
    std::string charge;
    Date from;
    Date to;
    std::int64_t net{}; // Of these days.
    std::int64_t tax{};
    std::optional<std::int64_t> left_minor{}; // Of the whole charge: refused with figures_moved if
                                              // it is not what the book has.
    std::optional<std::vector<TaxedDays>> parts{}; // By dated taxes: these days, in their order.
};
BOOST_DESCRIBE_STRUCT(TariffCharge, (), (charge, from, to, net, tax, left_minor, parts))

// A price was wrong from `from` on: what the service was charged for the days since, at one version
// of its plan or of its add-on, is given back and charged at the other. What the wallet does not
// cover is owed; what stood on invoices comes on the next one.
struct CorrectTariff {
    static constexpr std::string_view type = "correct_tariff";
    std::string service;
    std::string plan;
    std::uint32_t from_version{};
    std::uint32_t to_version{};
    Date from;
    std::vector<TariffCharge> charges;
    std::string reason;
    std::optional<std::int64_t> expected_minor{}; // What it pays more, less what comes back:
                                                  // refused with figures_moved if it is another.
    std::optional<std::vector<std::string>> invoices{}; // Drafts and issued ones on which days of
                                                        // it stand.
};
BOOST_DESCRIBE_STRUCT(
    CorrectTariff,
    (),
    (service, plan, from_version, to_version, from, charges, reason, expected_minor, invoices)
)

} // namespace tollbook
