#include "commands/billing/proration.hpp"

#include "ledger/ensure.hpp"
#include "ledger/money.hpp"

#include <algorithm>

namespace tollbook {

std::int64_t part_of(std::int64_t minor, Share share) {
    ensure(share.of > 0);
    return multiply_half_up(minor, std::clamp(share.days, 0, share.of), share.of);
}

int days_in(int whole_days, const PlanRow& plan) {
    constexpr int days_in_month = 30;
    const int months = months_of(plan);
    if (plan.proration == Proration::thirty_days && months > 0) return months * days_in_month;
    return whole_days;
}

Period period_until(Date to, const PlanRow& plan, int anchor_day) {
    const int months = months_of(plan);
    if (months > 0) return {add_months(to, -months, anchor_day), to};
    const Period next = period_from(to, plan, anchor_day);
    return {to - (next.to.days - to.days), to};
}

} // namespace tollbook
