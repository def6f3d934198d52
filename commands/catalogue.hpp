// What is sold: which version of a plan is meant, and what plans of its kind are for.
#pragma once

#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

inline constexpr std::uint32_t quantity_max = 1'000;
inline constexpr std::size_t addons_max = 20; // Of a service.

// Whether a service may be on such a plan.
bool is_for_services(PlanKind kind);

// The version that is asked for, or the newest, of a plan that a service can be on, or of one of
// that kind. Refuses with plan_unknown and plan_kind_unfit.
Result<PlanChoiceRow> choose_service_plan(
    const Decision& decision, const std::string& plan, std::optional<std::uint32_t> version
);
Result<PlanChoiceRow> choose_plan_of(
    const Decision& decision,
    PlanKind kind,
    const std::string& plan,
    std::optional<std::uint32_t> version
);

// What so many of a plan cost. Refuses with value_out_of_range and amount_overflow.
Result<std::int64_t> price_of_quantity(const PlanRow& plan, std::uint32_t quantity);

// "3 x <plan>"; nothing for one.
std::optional<std::string> quantity_text(const std::string& plan, std::uint32_t quantity);

} // namespace tollbook
