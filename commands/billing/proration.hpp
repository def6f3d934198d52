#pragma once

#include "commands/billing/billing_period.hpp"

#include <cstdint>

namespace tollbook {

// Days out of as many: at most all of them.
struct Share {
    int days{};
    int of{};
};

// What a share of a price comes to, halves up. What is left is the price less this, so that a price
// that is split in two always adds up.
std::int64_t part_of(std::int64_t minor, Share share);

// What a whole period of the plan counts for, by its way of proration: its own days, or months of
// thirty.
int days_in(int whole_days, const PlanRow& plan);

// The whole period of the plan that ends on `to`.
Period period_until(Date to, const PlanRow& plan, int anchor_day);

} // namespace tollbook
