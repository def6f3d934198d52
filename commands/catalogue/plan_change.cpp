#include "commands/catalogue/plan_change.hpp"

#include "commands/billing/proration.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/billing/unused_days.hpp"
#include "commands/catalogue/addons.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/catalogue/scheduled_terms.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/services/service_end.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// Whether the new plan costs at least as much a day.
bool is_upgrade(const PlanRow& from, const PlanRow& to, Date today) {
    const auto days = [&](const PlanRow& plan) {
        const Period period = period_from(today, plan, civil(today).day);
        return period.to.days - period.from.days;
    };
    return Wide{to.price_minor} * days(from) >= Wide{from.price_minor} * days(to);
}

struct PlanMove {
    const std::string& service;
    const ServiceRow& row;
    const PlanChoiceRow& to;
};

// The days that came back, at the new price.
PeriodPrice plan_price_of_days(const Decision& decision, const PlanMove& change, int days) {
    const ServiceRow& row = change.row;
    const PlanRow& plan = priced_plan(decision, row.customer, change.to.plan, change.to.version);
    PeriodPrice price;
    price.period = {row.renews_on - days, row.renews_on};
    price.plan = change.to.plan;
    price.plan_version = change.to.version;
    price.period_minor = part_of(plan.price_minor, share_of_days(decision, row, plan, days));
    price.minor = price.period_minor;
    return price;
}

// A whole period from today.
PeriodPrice price_anew(const Decision& decision, const PlanMove& change) {
    const PlanRow& plan =
        priced_plan(decision, change.row.customer, change.to.plan, change.to.version);
    const Date today = decision.today();
    PeriodPrice price;
    price.period = period_from(today, plan, civil(today).day);
    price.plan = change.to.plan;
    price.plan_version = change.to.version;
    price.period_minor = plan.price_minor;
    price.minor = plan.price_minor;
    return price;
}

// The first number that no charge of these days has had.
std::string new_charge(const Decision& decision, const std::string& service, Date from) {
    for (PaidPeriod paid{from};; ++paid.correction) {
        std::string charge = period_charge(service, paid);
        if (decision.book().charges.find(decision.key(charge)) == nullptr) return charge;
    }
}

// Nothing was paid here for the days ahead: no money moves.
void change_unpaid(Decision& decision, const PlanMove& change) {
    PeriodPrice price;
    price.period = {decision.today(), decision.today()};
    price.plan = change.to.plan;
    price.plan_version = change.to.version;
    change_plan(decision, change.service, change.row, price, std::nullopt);
    if (!only_unpaid(change.row.blocks)) return;
    // The wallet may cover the new price.
    ServiceRow changed = change.row;
    changed.plan = change.to.plan;
    changed.plan_version = change.to.version;
    changed.scheduled.reset();
    reconnect(decision, change.service, changed, std::nullopt);
}

Status schedule(Decision& decision, const PlanMove& change, const ChangePlan& command) {
    const auto not_before = schedule_day(decision, command.not_before, change.row.renews_on);
    if (!not_before) return not_before.error();
    if (const Status same = check_expected(command.expected_minor, 0); !same) return same;
    decision.add(
        "service:" + change.service,
        PlanChangeScheduled{
            change.service,
            change.row.customer,
            change.to.plan,
            change.to.version,
            change.row.renews_on,
            *not_before}
    );
    decision.set_next_plan(change.service, {change.to.plan, change.to.version, *not_before});
    ServiceRow scheduled = change.row;
    scheduled.scheduled = Scheduled::plan_change;
    reconnect_due(decision, change.service, scheduled);
    return Done{};
}

Result<std::int64_t> change_paid(
    Decision& decision, const PlanMove& change, const ChangePlan& command, bool begins_anew
) {
    const Result<CreditedDays> given =
        credit_unused(decision, change.service, change.row, "plan_change");
    if (!given) return given.error();
    PeriodPrice price = begins_anew ? price_anew(decision, change)
                                    : plan_price_of_days(decision, change, given->days);
    price.charge = new_charge(decision, change.service, price.period.from);
    const std::int64_t minor = price.minor - given->minor;
    if (const Status same = check_expected(command.expected_minor, minor); !same)
        return same.error();
    auto taken = take_price(decision.wallet(change.row.customer), price.minor);
    if (!taken) return Error{Errc::insufficient_funds, change.row.customer};

    std::optional<std::int32_t> anchor_day;
    if (begins_anew) anchor_day = civil(decision.today()).day;
    change_plan(decision, change.service, change.row, price, anchor_day);
    if (price.minor > 0)
        charge_days(decision, change.service, change.row, price, std::move(*taken));
    if (begins_anew)
        decision.add(
            "service:" + change.service,
            ServiceRenewed{
                change.service,
                change.row.customer,
                price.charge,
                price.period.from,
                price.period.to,
                std::nullopt}
        );
    return minor;
}

} // namespace

Result<std::int64_t> change_to_plan(Decision& decision, const ChangePlan& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    const Date valid_on = day_of_change(decision, *row, command.when, command.not_before);
    const Currency currency = decision.currency_of(row->customer);
    const Result<PlanChoiceRow> to =
        choose_service_plan(decision, currency, command.plan, command.plan_version, valid_on);
    if (!to) return to.error();
    if (has_ended(*row) || row->scheduled == Scheduled::end)
        return Error{Errc::service_ended, command.service};
    if (to->plan == row->plan && to->version == row->plan_version)
        return Error{Errc::plan_unchanged, command.plan};
    const PlanRow& from_plan = priced_plan(decision, row->customer, row->plan, row->plan_version);
    const PlanRow& to_plan = priced_plan(decision, row->customer, to->plan, to->version);
    const ChangeTime usual =
        is_upgrade(from_plan, to_plan, decision.today()) ? ChangeTime::now : ChangeTime::period_end;
    const Result<ChangeTime> when = change_time(command.when, command.not_before, usual);
    if (!when) return when.error();
    if (const Status fit = check_addons_fit(decision, command.service, to_plan, *when); !fit)
        return fit.error();
    const PlanMove change{command.service, *row, *to};
    if (*when == ChangeTime::period_end) {
        const Status scheduled = schedule(decision, change, command);
        return scheduled ? Result<std::int64_t>{0} : scheduled.error();
    }
    if (row->days_left) return Error{Errc::service_blocked, paused_reason};
    settle(decision, row->customer);
    if (unused_days(decision, *row) == 0) {
        if (const Status same = check_expected(command.expected_minor, 0); !same)
            return same.error();
        change_unpaid(decision, change);
        return 0;
    }
    if (was_invoiced(decision, command.service, *row))
        return Error{Errc::policy_unsupported, "its days are on an invoice: when: period_end"};
    return change_paid(decision, change, command, !same_length(from_plan, to_plan));
}

Status decide(Decision& decision, const ChangePlan& command) {
    const Result<std::int64_t> minor = change_to_plan(decision, command);
    return minor ? Status{Done{}} : Status{minor.error()};
}

} // namespace tollbook
