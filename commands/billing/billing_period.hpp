#pragma once

#include "commands/rows.hpp"

namespace tollbook {

// The civil days that one charge pays for: [from, to).
struct Period {
    Date from;
    Date to;
};

// The plan's period that begins on `from`. Periods of months and longer end on the anchor day
// (1-31) of their month, clamped to its end, so that an anchor of 31 comes back after February.
Period period_from(Date from, const PlanRow& plan, int anchor_day);

// The months of one period; zero: it is counted in days.
int months_of(const PlanRow& plan);

// Whether prices of both are for as long.
bool same_length(const PlanRow& a, const PlanRow& b);

// How many of these a price may pay for at most.
std::uint32_t period_count_max(BillingPeriod period);

} // namespace tollbook
