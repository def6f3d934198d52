#include "commands/dunning/dunning.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/services/service_end.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

const std::string* assigned(
    const Decision& decision, std::string_view group, std::string_view plan
) {
    const NameRow* row = decision.book().dunning_for.find(book_key(decision.tenant(), group, plan));
    return row == nullptr ? nullptr : &row->name;
}

const std::string* policy_of(const Decision& decision, const ServiceRow& row) {
    const NameRow* group = decision.book().customer_groups.find(decision.key(row.customer));
    const std::string* policy = nullptr;
    if (group != nullptr) policy = assigned(decision, group->name, row.plan);
    if (group != nullptr && policy == nullptr) policy = assigned(decision, group->name, any_dunned);
    if (policy == nullptr) policy = assigned(decision, any_dunned, row.plan);
    return policy == nullptr ? assigned(decision, any_dunned, any_dunned) : policy;
}

Weekday weekday_of(Date date) {
    constexpr int first = 3; // 1 January 1970 was a Thursday.
    return static_cast<Weekday>(((date.days + first) % 7 + 7) % 7);
}

template <class T>
bool contains(const std::vector<T>& values, const T& value) {
    return std::ranges::find(values, value) != values.end();
}

// The steps that were taken for the service's due date; null: none.
const std::vector<std::string>* steps_taken(
    const Decision& decision, std::string_view service, const ServiceRow& row
) {
    const DunningRow* state = decision.book().dunning.find(decision.key(service));
    return state == nullptr || state->due_since != row.renews_on ? nullptr : &state->steps;
}

bool has_come(const DunningStep& step, const ServiceRow& row, Date today) {
    return row.renews_on + static_cast<int>(step.after_days) <= today;
}

// What a step comes to for a customer, in the customer's currency.
DunningAmounts step_amounts(
    const Decision& decision, const DunningStep& step, std::string_view customer
) {
    const Currency currency = decision.currency_of(customer);
    if (currency == decision.row().currency) return {currency, step.fee_minor, step.min_owed_minor};
    if (!step.others) return {currency};
    const auto found = std::ranges::find(*step.others, currency, &DunningAmounts::currency);
    return found == step.others->end() ? DunningAmounts{currency} : *found;
}

// A late fee is for those in whose currency it says how much.
bool is_priced(const DunningStep& step, const DunningAmounts& amounts) {
    return step.action != DunningAction::late_fee || amounts.fee_minor;
}

} // namespace

AppliedPolicy dunning_policy(const Decision& decision, const ServiceRow& row) {
    if (!decision.row().has_dunning) return {};
    const std::string* policy = policy_of(decision, row);
    if (policy == nullptr) return {};
    return {policy, decision.book().dunning_policies.find(decision.key(*policy))};
}

CatchUp catch_up_of(const DunningPolicyRow& rules, const ServiceRow& row) {
    return row.billed_to && row.renews_on < *row.billed_to ? CatchUp::bill : rules.catch_up;
}

std::vector<LateFee> late_fees(const Decision& decision, std::string_view service) {
    const DunningRow* state = decision.book().dunning.find(decision.key(service));
    if (state == nullptr) return {};
    std::vector<LateFee> fees = state->fees;
    std::erase_if(fees, [&](const LateFee& fee) { return decision.named(fee.charge); });
    return fees;
}

std::string notice_key(
    std::string_view tenant, std::string_view service, const Reminder& reminder
) {
    return book_key(tenant, service, to_string(reminder.due_since) + "~" + reminder.step);
}

bool is_held(const Decision& decision, const DunningPolicyRow& rules, DunningAction action) {
    if (!rules.calendar || !contains(rules.calendar->holds, action)) return false;
    const DunningCalendar& calendar = *rules.calendar;
    const Date today = decision.today();
    if (contains(calendar.weekdays, weekday_of(today)) || contains(calendar.holidays, today))
        return true;
    const std::uint32_t hour = local_hour(decision.now(), decision.timezone_at(decision.now()));
    return hour < calendar.from_hour || hour >= calendar.to_hour;
}

DunningTurn dunning_turn(
    const Decision& decision,
    const DunningPolicyRow& rules,
    std::string_view service,
    const ServiceRow& row,
    std::int64_t owed_minor
) {
    const std::vector<std::string>* taken = steps_taken(decision, service, row);
    DunningTurn turn;
    for (const DunningStep& step : rules.steps) {
        const bool suspends = step.action == DunningAction::suspend;
        const bool was_taken = taken != nullptr && contains(*taken, step.step);
        const bool runs = row.blocks.empty() && !turn.cuts;
        if (was_taken && (!suspends || !runs)) continue;
        if (!was_taken && !has_come(step, row, decision.today())) break;
        const DunningAmounts amounts = step_amounts(decision, step, row.customer);
        if (!was_taken && !is_priced(step, amounts)) continue;
        if (!was_taken && owed_minor < amounts.min_owed_minor.value_or(0)) continue;
        if (is_held(decision, rules, step.action)) break;
        if (suspends && runs) turn.cuts = true;
        if (was_taken) {
            turn.cuts_again = true;
            continue;
        }
        turn.steps.push_back(&step);
        owed_minor += amounts.fee_minor.value_or(0);
        turn.ends = step.action == DunningAction::terminate;
        if (turn.ends) break;
    }
    return turn;
}

std::vector<std::string> names_of(const DunningTurn& turn) {
    std::vector<std::string> names;
    for (const DunningStep* step : turn.steps)
        names.push_back(step->step);
    return names;
}

namespace {

// A step as a fact; `number` is its place among those of the due date.
DunningStepTaken taken_of(
    const AppliedPolicy& policy,
    const std::string& service,
    const ServiceRow& row,
    const DunningStep& step,
    std::size_t number
) {
    DunningStepTaken taken;
    taken.service = service;
    taken.customer = row.customer;
    taken.policy = *policy.policy;
    taken.policy_version = policy.rules->version;
    taken.step = step.step;
    taken.action = step.action;
    taken.due_since = row.renews_on;
    if (step.action != DunningAction::late_fee) return taken;
    taken.charge =
        fmt::format("{}:{}:{}:{}", service, late_fee_component, to_string(row.renews_on), number);
    return taken;
}

} // namespace

void take_turn(
    Decision& decision,
    const AppliedPolicy& policy,
    const std::string& service,
    const ServiceRow& row,
    const DunningTurn& turn,
    std::int64_t owed_minor
) {
    const std::vector<std::string>* before = steps_taken(decision, service, row);
    std::size_t number = before == nullptr ? 0 : before->size();
    ServiceRow now = row;
    const auto cut = [&] {
        if (!now.blocks.empty()) return;
        add_suspension(decision, service, now, unpaid_reason);
        now.blocks = {unpaid_reason};
    };
    if (turn.cuts_again) cut();
    for (const DunningStep* step : turn.steps) {
        DunningStepTaken taken = taken_of(policy, service, row, *step, number++);
        taken.on = decision.today();
        taken.fee_minor = step_amounts(decision, *step, row.customer).fee_minor;
        taken.owed_minor = owed_minor;
        owed_minor += taken.fee_minor.value_or(0);
        decision.add("service:" + service, std::move(taken));
        if (step->action == DunningAction::suspend) cut();
        if (step->action == DunningAction::terminate)
            end_service(decision, service, now, "dunning");
    }
}

bool is_dunned(const Decision& decision, std::string_view service, const ServiceRow& row) {
    const Date today = decision.today();
    if (row.renews_on > today || !only_unpaid(row.blocks)) return false;
    if (decision.book().dunning.find(decision.key(service)) == nullptr) return false;
    const AppliedPolicy policy = dunning_policy(decision, row);
    if (!policy) return false;
    if (is_undecided(decision, service, row, *policy.rules)) return true;
    const std::vector<std::string>* taken = steps_taken(decision, service, row);
    return std::ranges::any_of(policy.rules->steps, [&](const DunningStep& step) {
        return has_come(step, row, today) && !(taken != nullptr && contains(*taken, step.step)) &&
               is_priced(step, step_amounts(decision, step, row.customer)) &&
               !is_held(decision, *policy.rules, step.action);
    });
}

} // namespace tollbook
