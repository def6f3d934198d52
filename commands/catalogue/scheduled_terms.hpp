// Changes that are scheduled: by which terms a period is charged that begins on a day.
#pragma once

#include "commands/billing/billing_period.hpp"
#include "commands/bodies/subscriptions.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tollbook {

// The latest day to which a change can be put off, from today.
inline constexpr int not_before_days_max = 5 * 366;

// When a change is made; `usual` if nobody says. A day at which it counts at the earliest means
// that it waits for a period: refused with value_out_of_range for one that is to be now.
Result<ChangeTime> change_time(
    std::optional<ChangeTime> when, std::optional<Date> not_before, ChangeTime usual
);

// The day on which the new terms must be valid: today, or the first on which a change that waits
// can count.
Date day_of_change(
    const Decision& decision,
    const ServiceRow& row,
    std::optional<ChangeTime> when,
    std::optional<Date> not_before
);

// What a caller said of the day on which a change counts at the earliest, as a schedule keeps it:
// none when the period from `renews_on` on is after it anyway. Refuses days that are over, or too
// far ahead, with value_out_of_range.
Result<std::optional<Date>> schedule_day(
    const Decision& decision, std::optional<Date> not_before, Date renews_on
);

// The plans of a service, by the days on which its periods begin.
class PlanSchedule {
public:
    PlanSchedule(const Decision& decision, std::string_view service, const ServiceRow& row);

    // Whether the change that is scheduled counts for a period that begins then.
    bool is_changed(Date from) const;

    const PlanChoiceRow& choice(Date from) const { return is_changed(from) ? *next_ : now_; }

    const PlanRow& plan(Date from) const { return is_changed(from) ? *next_plan_ : *plan_; }

private:
    PlanChoiceRow now_;
    const PlanRow* plan_;
    std::optional<PlanChoiceRow> next_;
    const PlanRow* next_plan_{};
    std::optional<Date> not_before_;
};

// Whether the change of an add-on that is scheduled counts for a period that begins then.
bool is_changed(const AddonRow& addon, Date from);

// Which version of an add-on's plan such a period is charged by, and how often.
struct AddonTerms {
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
};

AddonTerms terms_from(const AddonRow& addon, Date from);

// Where the first period of the service begins that is not before `not_before`, if each of those
// until then is paid when it is due.
Date first_day_of_change(
    const Decision& decision,
    std::string_view service,
    const ServiceRow& row,
    std::optional<Date> not_before
);

} // namespace tollbook
