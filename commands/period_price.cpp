// What the next period of a service is, and what it costs.
#include "commands/proration.hpp"
#include "commands/renewal.hpp"
#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// Rolling: the period starts today and the old anchor is gone, but for days that were promised.
// Fixed: it starts where the last one ended; those that passed while the service was cut are not
// charged.
Period next_period(const Decision& decision, const ServiceRow& row, const PlanRow& plan) {
    const Date today = decision.today();
    if (!is_fixed(decision)) {
        const bool promised = row.blocks.empty() && row.promised_until;
        const Date from = promised ? row.renews_on : today;
        return period_from(from, plan, civil(from).day);
    }
    Period period = period_from(row.renews_on, plan, row.anchor_day);
    while (!row.blocks.empty() && period.to <= today)
        period = period_from(period.to, plan, row.anchor_day);
    return period;
}

PlanChoiceRow next_plan(
    const Decision& decision, const std::string& service, const ServiceRow& row
) {
    if (row.scheduled != Scheduled::plan_change) return {row.plan, row.plan_version};
    const PlanChoiceRow* next = decision.book().next_plans.find(decision.key(service));
    ensure(next != nullptr);
    return *next;
}

// A first period that its anchor day cuts short may cost its part only, but never nothing.
std::int64_t price_of(
    const Decision& decision, const ServiceRow& row, const PlanRow& plan, const Period& period
) {
    const bool may_be_short = !row.paid && months_of(plan) > 0 && is_fixed(decision);
    if (!may_be_short || plan.first_period != FirstPeriod::prorated) return plan.price_minor;
    const int days = period.to.days - period.from.days;
    const Period whole = period_until(period.to, plan, row.anchor_day);
    const Share share{days, days_in(whole.to.days - whole.from.days, plan)};
    return std::max<std::int64_t>(part_of(plan.price_minor, share), 1);
}

} // namespace

bool is_fixed(const Decision& decision) {
    return decision.row().policies.renewal_anchor == "fixed";
}

const PlanRow& plan_row(const Decision& decision, const std::string& plan, std::uint32_t version) {
    const PlanRow* row =
        decision.book().plans.find(book_key(decision.tenant(), plan, std::to_string(version)));
    ensure(row != nullptr);
    return *row;
}

std::string period_charge(const std::string& service, const PaidPeriod& paid) {
    return fmt::format("{}:period:{}:{}", service, to_string(paid.from), paid.correction);
}

std::string charge_id(const std::string& service, const ServiceRow& row, Date from) {
    PaidPeriod paid{from};
    if (row.paid && row.paid->from == from)
        paid.correction = row.paid->correction + (row.paid->days == 0 ? 1 : 0);
    return period_charge(service, paid);
}

bool is_promised(const ServiceRow& row, Date today) {
    return row.blocks.empty() && row.promised_until && *row.promised_until > today;
}

bool is_ending(const ServiceRow& row, Date today) {
    return row.scheduled == Scheduled::end && row.renews_on <= today;
}

bool is_due(const ServiceRow& row, Date today) {
    if (row.renews_on > today || is_promised(row, today)) return false;
    return row.blocks.empty() || is_ending(row, today);
}

PeriodPrice price_of_period(
    const Decision& decision, const std::string& service, const ServiceRow& row
) {
    PeriodPrice price;
    if (is_ending(row, decision.today())) {
        price.period = {row.renews_on, row.renews_on};
        price.plan = row.plan;
        price.plan_version = row.plan_version;
        return price;
    }
    PlanChoiceRow choice = next_plan(decision, service, row);
    const PlanRow& plan = plan_row(decision, choice.plan, choice.version);
    price.period = next_period(decision, row, plan);
    price.plan = std::move(choice.plan);
    price.plan_version = choice.version;
    price.period_minor = price_of(decision, row, plan, price.period);
    price.minor = price.period_minor + row.setup_minor;
    price.charge = charge_id(service, row, price.period.from);
    return price;
}

bool was_charged(const Decision& decision, const PeriodPrice& price) {
    return !price.charge.empty() &&
           decision.book().charges.find(decision.key(price.charge)) != nullptr;
}

} // namespace tollbook
