// What the next period of a service is, and what it costs.
#include "commands/billing/proration.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/billing/run_plan.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/catalogue/scheduled_terms.hpp"
#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// The day that ends periods which begin there.
int anchor_of(const Decision& decision, const ServiceRow& row, Date from) {
    return is_fixed(decision) ? row.anchor_day : civil(from).day;
}

// The periods from the day on which it fell due that are over.
Backlog passed_until(
    const Decision& decision, const ServiceRow& row, const PlanSchedule& plans, Date today
) {
    Backlog passed{0, row.renews_on};
    for (;;) {
        const int anchor_day = anchor_of(decision, row, passed.to);
        const Period period = period_from(passed.to, plans.plan(passed.to), anchor_day);
        if (period.to > today) return passed;
        passed.to = period.to;
        ++passed.count;
    }
}

// Days for which it was cut, or periods that passed, are given up if the policy says so.
std::optional<SkippedDays> skipped_days(
    const Decision& decision,
    const ServiceRow& row,
    const PlanSchedule& plans,
    const DunningPolicyRow& rules
) {
    const Date today = decision.today();
    if (row.renews_on >= today) return std::nullopt;
    const bool is_free = !row.blocks.empty() && rules.suspended_time == SuspendedTime::free;
    if (!is_free && catch_up_of(rules, row) != CatchUp::forgive) return std::nullopt;
    const Backlog passed = passed_until(decision, row, plans, today);
    if (is_free)
        return SkippedDays{
            {row.renews_on, today}, passed.count, ForgivenTime::suspended, civil(today).day};
    if (passed.count == 0) return std::nullopt;
    return SkippedDays{
        {row.renews_on, passed.to}, passed.count, ForgivenTime::backlog, row.anchor_day};
}

// Under a policy: from the day on which it fell due, or from behind the days that are given up.
// When those are the days for which it was cut, the anchor day moves to the day of today.
Period period_behind(
    const Decision& decision,
    const ServiceRow& row,
    const PlanSchedule& plans,
    const std::optional<SkippedDays>& skipped
) {
    const Date from = skipped ? skipped->days.to : row.renews_on;
    const bool begins_anew = skipped && skipped->reason == ForgivenTime::suspended;
    return period_from(
        from, plans.plan(from), begins_anew ? skipped->anchor_day : anchor_of(decision, row, from)
    );
}

// Without a policy of dunning. Rolling: the period starts today and the old anchor is gone, but for
// days that were promised. Fixed: it starts where the last one ended; those that passed while the
// service was cut are not charged.
Period plain_period(const Decision& decision, const ServiceRow& row, const PlanSchedule& plans) {
    const Date today = decision.today();
    if (!is_fixed(decision)) {
        const bool promised = row.blocks.empty() && row.promised_until;
        const Date from = promised ? row.renews_on : today;
        return period_from(from, plans.plan(from), civil(from).day);
    }
    Period period = period_from(row.renews_on, plans.plan(row.renews_on), row.anchor_day);
    while (!row.blocks.empty() && period.to <= today)
        period = period_from(period.to, plans.plan(period.to), row.anchor_day);
    return period;
}

// A first period that its anchor day cuts short may cost its part only.
std::optional<Share> share_of_first(
    const Decision& decision, const ServiceRow& row, const PlanRow& plan, const Period& period
) {
    const bool may_be_short = !row.paid && months_of(plan) > 0 && is_fixed(decision);
    if (!may_be_short || plan.first_period != FirstPeriod::prorated) return std::nullopt;
    const int days = period.to.days - period.from.days;
    const Period whole = period_until(period.to, plan, row.anchor_day);
    return Share{days, days_in(whole.to.days - whole.from.days, plan)};
}

// But never nothing.
std::int64_t price_of(std::int64_t whole_minor, const std::optional<Share>& share) {
    if (!share) return whole_minor;
    return std::max<std::int64_t>(part_of(whole_minor, *share), 1);
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

bool is_due(const Decision& decision, std::string_view service, const ServiceRow& row) {
    const Date today = decision.today();
    if (row.renews_on > today || is_promised(row, today)) return false;
    return row.blocks.empty() || is_ending(row, today) || is_dunned(decision, service, row) ||
           is_covered_again(decision, std::string(service), row);
}

namespace {

// The add-ons that go on; their set-up fees wait for the first of the periods that are due.
void price_addons(
    const Decision& decision,
    const std::string& service,
    const std::string& customer,
    const std::optional<Share>& share,
    bool is_first,
    PeriodPrice& price
) {
    const ServiceAddonsRow* addons = decision.addons(service);
    if (addons == nullptr) return;
    for (const AddonRow& addon : addons->addons) {
        if (addon.ending) continue;
        const AddonTerms terms = terms_from(addon, price.period.from);
        const PlanRow& plan = priced_plan(decision, customer, addon.addon, terms.plan_version);
        const AddonPrice& priced = price.addons.emplace_back(AddonPrice{
            addon.addon,
            terms.plan_version,
            terms.quantity,
            price_of(plan.price_minor * terms.quantity, share),
            is_first ? addon.setup_minor : 0});
        price.minor += priced.minor + priced.setup_minor;
    }
}

PeriodPrice price_of_period(
    const Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const DunningPolicyRow* rules,
    bool is_first
) {
    PeriodPrice price;
    const PlanSchedule plans(decision, service, row);
    if (rules != nullptr) price.skipped = skipped_days(decision, row, plans, *rules);
    const bool begins_anew = price.skipped && price.skipped->reason == ForgivenTime::suspended;
    price.period = rules == nullptr ? plain_period(decision, row, plans)
                                    : period_behind(decision, row, plans, price.skipped);
    const Date from = price.period.from;
    price.plan = plans.choice(from).plan;
    price.plan_version = plans.choice(from).version;
    price.changes_plan = plans.is_changed(from);
    const PlanRow& plan = plans.plan(from);
    std::optional<Share> share;
    if (!begins_anew) share = share_of_first(decision, row, plan, price.period);
    price.period_minor = price_of(plan.price_minor, share);
    price.setup_minor = row.setup_minor;
    price.minor = price.period_minor + price.setup_minor;
    price_addons(decision, service, row.customer, share, is_first, price);
    price.charge = charge_id(service, row, from);
    return price;
}

// Of one that ends: no day more.
PeriodPrice price_of_end(const ServiceRow& row) {
    PeriodPrice price;
    price.period = {row.renews_on, row.renews_on};
    price.plan = row.plan;
    price.plan_version = row.plan_version;
    return price;
}

} // namespace

ServiceRow renewed_row(ServiceRow row, const PeriodPrice& price) {
    row.renews_on = price.period.to;
    row.plan = price.plan;
    row.plan_version = price.plan_version;
    row.setup_minor = 0;
    if (price.changes_plan) row.scheduled.reset();
    row.paid = PaidPeriod{price.period.from};
    return row;
}

DuePrice price_of_due(const Decision& decision, const std::string& service, const ServiceRow& row) {
    DuePrice due;
    if (is_ending(row, decision.today())) {
        due.periods.push_back(price_of_end(row));
        return due;
    }
    const DunningPolicyRow* rules = dunning_policy(decision, row).rules;
    due.periods.push_back(price_of_period(decision, service, row, rules, true));
    due.minor = due.periods.back().minor;
    due.fees = late_fees(decision, service);
    for (const LateFee& fee : due.fees)
        due.minor += fee.minor;
    if (rules == nullptr || due.periods.back().period.to > decision.today()) return due;
    due.undecided = is_undecided(decision, service, row, *rules);
    if (row.blocks.empty() || due.undecided) return due;
    ServiceRow renewed = row;
    while (due.periods.back().period.to <= decision.today()) {
        renewed = renewed_row(std::move(renewed), due.periods.back());
        due.periods.push_back(price_of_period(decision, service, renewed, rules, false));
        due.minor += due.periods.back().minor;
    }
    return due;
}

Backlog backlog_of(const Decision& decision, std::string_view service, const ServiceRow& row) {
    const PlanSchedule plans(decision, service, row);
    return passed_until(decision, row, plans, decision.today());
}

bool is_undecided(
    const Decision& decision,
    std::string_view service,
    const ServiceRow& row,
    const DunningPolicyRow& rules
) {
    const bool is_cut = !row.blocks.empty();
    if (is_cut && rules.suspended_time == SuspendedTime::free) return false;
    if (rules.catch_up == CatchUp::forgive) return false;
    const Backlog passed = backlog_of(decision, service, row);
    if (passed.count == 0) return false;
    if (rules.catch_up == CatchUp::ask && (!row.billed_to || *row.billed_to < passed.to))
        return true;
    return is_cut && passed.count > backlog_periods_max;
}

const std::string* charged_before(const Decision& decision, const DuePrice& due) {
    const auto found = std::ranges::find_if(due.periods, [&](const PeriodPrice& price) {
        return !price.charge.empty() &&
               decision.book().charges.find(decision.key(price.charge)) != nullptr;
    });
    return found == due.periods.end() ? nullptr : &found->charge;
}

bool is_on_invoice(const Decision& decision, const std::string& charge) {
    const ChargeRow* row = decision.book().charges.find(decision.key(charge));
    return row != nullptr && row->minor == 0;
}

bool was_invoiced(const Decision& decision, const std::string& service, const ServiceRow& row) {
    return row.paid && is_on_invoice(decision, period_charge(service, *row.paid));
}

} // namespace tollbook
