// Plans as a simulation has them: what the log or the book says of them, and a rule over it.
#pragma once

#include "commands/book.hpp"
#include "commands/simulation/simulation.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tollbook {

// A version that the book has, with its prices in all currencies.
PlanDefined plan_in_book(
    const Book& book, std::string_view tenant, const std::string& plan, std::uint32_t version
);

// What the rule says counts, and the rest stays: a price in a currency that it does not name too.
void put_rule(PlanDefined& defined, const SimulatedPlan& rule);

// The set-up fee for a customer of another currency than the tenant's, or of none: of the tenant's
// own. Nothing: it is as it was.
std::optional<std::int64_t> setup_by_rule(const SimulatedPlan& rule, std::optional<Currency> other);

} // namespace tollbook
