#include "commands/billing/billing_period.hpp"

#include <array>

namespace tollbook {

namespace {

// One of them: so many days, or so many months.
struct Length {
    int days{};
    int months{};
    std::uint32_t count_max{};
};

constexpr std::array<Length, 5> lengths{{
    {1, 0, 366}, // day
    {7, 0, 52},  // week
    {0, 1, 24},  // month
    {0, 3, 8},   // quarter
    {0, 12, 10}, // year
}};

const Length& length_of(BillingPeriod period) {
    return lengths.at(static_cast<std::size_t>(period));
}

} // namespace

Period period_from(Date from, const PlanRow& plan, int anchor_day) {
    const Length& length = length_of(plan.period);
    const auto count = static_cast<int>(plan.period_count);
    if (length.months == 0) return {from, from + count * length.days};
    return {from, add_months(from, count * length.months, anchor_day)};
}

int months_of(const PlanRow& plan) {
    return static_cast<int>(plan.period_count) * length_of(plan.period).months;
}

bool same_length(const PlanRow& a, const PlanRow& b) {
    return a.period == b.period && a.period_count == b.period_count;
}

std::uint32_t period_count_max(BillingPeriod period) { return length_of(period).count_max; }

} // namespace tollbook
