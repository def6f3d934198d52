#include "commands/catalogue/scheduled_terms.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook {

Result<ChangeTime> change_time(
    std::optional<ChangeTime> when, std::optional<Date> not_before, ChangeTime usual
) {
    if (!not_before) return when.value_or(usual);
    if (when == ChangeTime::now)
        return Error{Errc::value_out_of_range, "not_before: not of a change that is now"};
    return ChangeTime::period_end;
}

Date day_of_change(
    const Decision& decision,
    const ServiceRow& row,
    std::optional<ChangeTime> when,
    std::optional<Date> not_before
) {
    const Date today = decision.today();
    if (when == ChangeTime::now || (!when && !not_before)) return today;
    return std::max({today, row.renews_on, not_before.value_or(today)});
}

Result<std::optional<Date>> schedule_day(
    const Decision& decision, std::optional<Date> not_before, Date renews_on
) {
    if (!not_before) return not_before;
    const Date today = decision.today();
    if (*not_before < today || *not_before > today + not_before_days_max)
        return Error{
            Errc::value_out_of_range,
            fmt::format(
                "not_before: {} to {}", to_string(today), to_string(today + not_before_days_max)
            )};
    if (*not_before <= renews_on) not_before.reset();
    return not_before;
}

PlanSchedule::PlanSchedule(
    const Decision& decision, std::string_view service, const ServiceRow& row
)
    : now_{row.plan, row.plan_version}
    , plan_(&priced_plan(decision, row.customer, row.plan, row.plan_version)) {
    if (row.scheduled != Scheduled::plan_change) return;
    const NextPlanRow& next = decision.next_plan(service);
    next_ = PlanChoiceRow{next.plan, next.version};
    next_plan_ = &priced_plan(decision, row.customer, next.plan, next.version);
    not_before_ = next.not_before;
}

bool PlanSchedule::is_changed(Date from) const {
    return next_ && (!not_before_ || *not_before_ <= from);
}

bool is_changed(const AddonRow& addon, Date from) {
    return addon.next && (!addon.next->not_before || *addon.next->not_before <= from);
}

AddonTerms terms_from(const AddonRow& addon, Date from) {
    if (is_changed(addon, from)) return {addon.next->plan_version, addon.next->quantity};
    return {addon.plan_version, addon.quantity};
}

Date first_day_of_change(
    const Decision& decision,
    std::string_view service,
    const ServiceRow& row,
    std::optional<Date> not_before
) {
    ServiceRow unscheduled = row;
    unscheduled.scheduled.reset();
    const PlanRow& plan = plan_row(decision, row.plan, row.plan_version);
    Date from = row.renews_on;
    if (from <= decision.today())
        from =
            price_of_due(decision, std::string(service), unscheduled).periods.front().period.from;
    while (not_before && from < *not_before) {
        const int anchor_day = is_fixed(decision) ? row.anchor_day : civil(from).day;
        from = period_from(from, plan, anchor_day).to;
    }
    return from;
}

} // namespace tollbook
