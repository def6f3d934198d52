// What a policy of dunning is, whom it is for, and which group a customer belongs to.
#include "commands/deciders.hpp"
#include "commands/dunning/dunning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tollbook {

namespace {

constexpr std::size_t steps_max = 20;
constexpr std::size_t others_max = 20;
constexpr std::uint32_t after_days_max = 366;
constexpr std::size_t holidays_max = 400;
constexpr std::uint32_t hours_of_day = 24;

Error out_of_range(std::string text) { return {Errc::value_out_of_range, std::move(text)}; }

// `Amounts` is a step, or what it comes to in another currency.
template <class Amounts>
Status check_step_amounts(const Amounts& amounts) {
    if (amounts.fee_minor)
        if (const Status status = check_amount(*amounts.fee_minor); !status) return status;
    if (amounts.min_owed_minor)
        if (const Status status = check_amount(*amounts.min_owed_minor); !status) return status;
    return Done{};
}

// `own` is the tenant's currency, in which the step itself is.
Status check_others(Currency own, const DunningStep& step) {
    if (!step.others) return Done{};
    if (step.others->empty() || step.others->size() > others_max)
        return out_of_range(fmt::format("others: 1 to {}", others_max));
    std::set<Currency> currencies{own};
    for (const DunningAmounts& amounts : *step.others) {
        if (!currencies.insert(amounts.currency).second)
            return out_of_range(fmt::format("others: {} is named twice", amounts.currency.code()));
        if (amounts.fee_minor && step.action != DunningAction::late_fee)
            return out_of_range("others.fee_minor: of a late_fee");
        if (const Status status = check_step_amounts(amounts); !status) return status;
    }
    return Done{};
}

Status check_step(Currency own, const DunningStep& step) {
    if (const Status status = check_id("step", step.step); !status) return status;
    if (step.after_days > after_days_max)
        return out_of_range(fmt::format("after_days: 0 to {}", after_days_max));
    if (step.fee_minor.has_value() != (step.action == DunningAction::late_fee))
        return out_of_range("fee_minor: of a late_fee, and of nothing else");
    if (const Status status = check_step_amounts(step); !status) return status;
    return check_others(own, step);
}

// Each by itself, then how they follow each other.
Status check_steps(Currency own, const std::vector<DunningStep>& steps) {
    if (steps.empty() || steps.size() > steps_max)
        return out_of_range(fmt::format("steps: 1 to {}", steps_max));
    std::set<std::string> names;
    std::uint32_t after_days = 0;
    bool suspends = false;
    bool ends = false;
    for (const DunningStep& step : steps) {
        if (const Status status = check_step(own, step); !status) return status;
        if (!names.insert(step.step).second) return out_of_range("steps: one is named twice");
        if (step.after_days < after_days) return out_of_range("steps: in the order of their days");
        if (ends) return out_of_range("steps: nothing follows terminate");
        if (suspends && step.action == DunningAction::suspend)
            return out_of_range("steps: one suspends at most");
        after_days = step.after_days;
        suspends = suspends || step.action == DunningAction::suspend;
        ends = step.action == DunningAction::terminate;
    }
    return Done{};
}

template <class T>
bool names_each_once(const std::vector<T>& values) {
    return std::set<T>(values.begin(), values.end()).size() == values.size();
}

DunningCalendar calendar_of(const CalendarTerms& terms) {
    return {
        terms.holds.value_or(std::vector{DunningAction::suspend, DunningAction::terminate}),
        terms.weekdays.value_or(std::vector<Weekday>{}),
        terms.holidays.value_or(std::vector<Date>{}),
        terms.from_hour.value_or(0),
        terms.to_hour.value_or(hours_of_day)};
}

// A calendar leaves some time in which steps are taken.
Status check_calendar(const DunningCalendar& calendar) {
    constexpr std::size_t weekdays_max = 6;
    if (calendar.holds.empty() || !names_each_once(calendar.holds))
        return out_of_range("calendar.holds: each action once, and one at least");
    if (calendar.weekdays.size() > weekdays_max || !names_each_once(calendar.weekdays))
        return out_of_range("calendar.weekdays: each once, and six at most");
    if (calendar.holidays.size() > holidays_max || !names_each_once(calendar.holidays))
        return out_of_range(
            fmt::format("calendar.holidays: each once, and {} at most", holidays_max)
        );
    if (calendar.from_hour >= calendar.to_hour || calendar.to_hour > hours_of_day)
        return out_of_range("calendar.from_hour, to_hour: from before to, 24 at most");
    return Done{};
}

} // namespace

Status decide(Decision& decision, const DefineDunning& command) {
    if (const Status status = check_id("policy", command.policy); !status) return status;
    const Currency own = decision.row().currency;
    if (const Status status = check_steps(own, command.steps); !status) return status;
    std::optional<DunningCalendar> calendar;
    if (command.calendar) {
        calendar = calendar_of(*command.calendar);
        if (const Status status = check_calendar(*calendar); !status) return status;
    }
    const DunningPolicyRow* newest =
        decision.book().dunning_policies.find(decision.key(command.policy));
    const std::uint32_t next = newest == nullptr ? 1 : newest->version + 1;
    if (command.version.value_or(next) != next)
        return Error{Errc::dunning_version_exists, fmt::format("the next version is {}", next)};
    decision.add(
        "dunning:" + command.policy,
        DunningDefined{
            command.policy,
            next,
            command.steps,
            std::move(calendar),
            command.suspended_time.value_or(SuspendedTime::free),
            command.catch_up.value_or(CatchUp::bill)}
    );
    return Done{};
}

Status decide(Decision& decision, const AssignDunning& command) {
    if (command.group)
        if (const Status status = check_id("group", *command.group); !status) return status;
    if (command.plan && decision.book().plan_versions.find(decision.key(*command.plan)) == nullptr)
        return Error{Errc::plan_unknown, *command.plan};
    if (command.policy &&
        decision.book().dunning_policies.find(decision.key(*command.policy)) == nullptr)
        return Error{Errc::dunning_policy_unknown, *command.policy};
    const std::string everybody(any_dunned);
    const std::string at = book_key(
        decision.tenant(), command.group.value_or(everybody), command.plan.value_or(everybody)
    );
    if (!command.policy && decision.book().dunning_for.find(at) == nullptr)
        return Error{Errc::dunning_not_assigned, {}};
    decision.add(
        "tenant:" + decision.tenant(), DunningAssigned{command.policy, command.group, command.plan}
    );
    return Done{};
}

Status decide(Decision& decision, const SetCustomerGroup& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (command.group)
        if (const Status status = check_id("group", *command.group); !status) return status;
    decision.add("customer:" + command.customer, CustomerGrouped{command.customer, command.group});
    return Done{};
}

} // namespace tollbook
