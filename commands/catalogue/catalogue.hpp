// What is sold: which version of a plan is meant, and what plans of its kind are for.
#pragma once

#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

inline constexpr std::uint32_t quantity_max = 1'000;
inline constexpr std::size_t addons_max = 20; // Of a service.

// Whether a service may be on such a plan.
bool is_for_services(PlanKind kind);

// The newest version of a plan that is valid on a day. None: there is no such plan, or all of it is
// valid later only.
std::optional<std::uint32_t> version_on(
    const Book& book, std::string_view tenant, const std::string& plan, Date day
);

// A version of a plan at its price in that currency. Null: it has none. The version exists.
const PlanRow* find_priced(
    const Book& book, std::string_view tenant, const PlanChoiceRow& choice, Currency currency
);

// At its price in the customer's currency: one that the customer has.
const PlanRow& priced_plan(
    const Decision& decision,
    std::string_view customer,
    const std::string& plan,
    std::uint32_t version
);

// The version that is asked for, or the newest that is valid, of a plan that a service can be on
// from `day` on, today unless it is said; or of a plan of that kind. Refuses with plan_unknown,
// plan_kind_unfit, plan_not_valid, and plan_not_priced when it has no price in that currency.
Result<PlanChoiceRow> choose_service_plan(
    const Decision& decision,
    Currency currency,
    const std::string& plan,
    std::optional<std::uint32_t> version,
    std::optional<Date> day = std::nullopt
);
Result<PlanChoiceRow> choose_plan_of(
    const Decision& decision,
    Currency currency,
    PlanKind kind,
    const std::string& plan,
    std::optional<std::uint32_t> version,
    std::optional<Date> day = std::nullopt
);

// What so many of a plan cost. Refuses with value_out_of_range and amount_overflow.
Result<std::int64_t> price_of_quantity(const PlanRow& plan, std::uint32_t quantity);

// "3 x <plan>"; nothing for one.
std::optional<std::string> quantity_text(const std::string& plan, std::uint32_t quantity);

} // namespace tollbook
