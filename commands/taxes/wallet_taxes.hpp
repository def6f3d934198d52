// How prices that wallets pay are told as net and taxes.
#pragma once

#include "commands/billing/billing_period.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// A price above zero, its taxes included, that is charged by a version of a plan.
struct PricedLine {
    std::string_view component;
    const std::string& plan;
    std::uint32_t plan_version{};
    std::uint32_t quantity{1};
    std::int64_t minor{};
    std::optional<Period> days{};
};

// The price as a line of an invoice.
DraftLine draft_line(const PricedLine& price, const PlanRow& plan);

// The lines of a charge of the customer's wallet, a document of its own: taxed as an invoice's by
// the dated taxes of their plans, where those of a line's days are split, and what has no days by
// today's. A plan whose tax nobody defined has its own percentage, each line by itself, halves up.
std::vector<ChargeLine> taxed_lines(
    const Decision& decision, const std::string& customer, std::span<const PricedLine> prices
);

// The line has these taxes of dated rates.
void tell_taxes(ChargeLine& line, std::vector<LineTax> taxes);

} // namespace tollbook
