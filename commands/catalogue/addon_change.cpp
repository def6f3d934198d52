#include "commands/catalogue/addon_change.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/billing/unused_days.hpp"
#include "commands/catalogue/addons.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/catalogue/scheduled_terms.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/services/service_end.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

struct Change {
    const std::string& service;
    const ServiceRow& row;
    const AddonRow& from;
    std::uint32_t to_version{};
    std::uint32_t to_quantity{};
};

const PlanRow& plan_of(const Decision& decision, const Change& change, std::uint32_t version) {
    return priced_plan(decision, change.row.customer, change.from.addon, version);
}

Status check_change(const Decision& decision, const Change& change, const ChangeAddon& command) {
    const std::string& addon = change.from.addon;
    const Date valid_on = day_of_change(decision, change.row, command.when, command.not_before);
    const Result<PlanChoiceRow> choice = choose_plan_of(
        decision,
        decision.currency_of(change.row.customer),
        PlanKind::addon,
        addon,
        change.to_version,
        valid_on
    );
    if (!choice) return choice.error();
    const PlanRow& plan = plan_of(decision, change, change.to_version);
    if (const auto price = price_of_quantity(plan, change.to_quantity); !price)
        return price.error();
    if (has_ended(change.row) || change.row.scheduled == Scheduled::end)
        return Error{Errc::service_ended, change.service};
    if (change.from.ending) return Error{Errc::change_scheduled, addon};
    if (change.to_version == change.from.plan_version && change.to_quantity == change.from.quantity)
        return Error{Errc::plan_unchanged, addon};
    return check_fits_service(decision, change.service, change.row, *choice);
}

// Now, if it costs at least as much. Both versions have the same periods.
ChangeTime usual_time(const Decision& decision, const Change& change) {
    const std::int64_t from =
        plan_of(decision, change, change.from.plan_version).price_minor * change.from.quantity;
    const std::int64_t to =
        plan_of(decision, change, change.to_version).price_minor * change.to_quantity;
    return to >= from ? ChangeTime::now : ChangeTime::period_end;
}

Status schedule(Decision& decision, const Change& change, const ChangeAddon& command) {
    const auto not_before = schedule_day(decision, command.not_before, change.row.renews_on);
    if (!not_before) return not_before.error();
    if (const Status same = check_expected(command.expected_minor, 0); !same) return same;
    decision.add(
        "service:" + change.service,
        AddonChangeScheduled{
            change.service,
            change.row.customer,
            change.from.addon,
            change.to_version,
            change.to_quantity,
            change.row.renews_on,
            *not_before}
    );
    ServiceAddonsRow addons = *decision.addons(change.service);
    std::ranges::find(addons.addons, change.from.addon, &AddonRow::addon)->next =
        NextAddon{change.to_version, change.to_quantity, *not_before};
    decision.set_addons(change.service, std::move(addons));
    reconnect_due(decision, change.service, change.row);
    return Done{};
}

// The add-on has its new terms: the fact, and the row as it leaves it.
void add_changed(Decision& decision, const Change& change, Date on) {
    const AddonRow& from = change.from;
    decision.add(
        "service:" + change.service,
        AddonChanged{
            change.service,
            change.row.customer,
            from.addon,
            from.plan_version,
            from.quantity,
            change.to_version,
            change.to_quantity,
            on}
    );
    ServiceAddonsRow addons = *decision.addons(change.service);
    AddonRow& row = *std::ranges::find(addons.addons, from.addon, &AddonRow::addon);
    row.plan_version = change.to_version;
    row.quantity = change.to_quantity;
    row.next.reset();
    row.paid.reset();
    decision.set_addons(change.service, std::move(addons));
}

// Nothing was paid for days ahead: no money moves, but the wallet may cover what is due now.
Result<std::int64_t> change_unpaid(
    Decision& decision, const Change& change, const ChangeAddon& command
) {
    if (const Status ahead = check_next_period_ahead(decision, change.service, change.row); !ahead)
        return ahead.error();
    if (const Status same = check_expected(command.expected_minor, 0); !same) return same.error();
    add_changed(decision, change, std::max(change.row.renews_on, decision.today()));
    reconnect_paid(decision, change.row.customer, std::nullopt);
    return 0;
}

// So many days until the service renews, on the new terms.
PeriodPrice price_of_days(const Decision& decision, const Change& change, int days) {
    const ServiceRow& row = change.row;
    const PlanRow& plan = plan_of(decision, change, change.to_version);
    PeriodPrice price;
    price.period = {row.renews_on - days, row.renews_on};
    price.plan = row.plan;
    price.plan_version = row.plan_version;
    price.minor =
        part_of(plan.price_minor * change.to_quantity, share_of_days(decision, row, plan, days));
    price.addons.push_back(
        {change.from.addon, change.to_version, change.to_quantity, price.minor, 0}
    );
    price.charge = addon_charge(decision, change.service, change.from.addon, price.period.from);
    return price;
}

Result<std::int64_t> change_paid(
    Decision& decision, const Change& change, const ChangeAddon& command
) {
    settle(decision, change.row.customer);
    const bool has_settled = !decision.empty(); // It may have set money free.
    const int days = unused_of(decision, change.row, change.from.paid->days);
    const Result<std::int64_t> given =
        credit_unused_addon(decision, change.row, change.from, "addon_change");
    if (!given) return given.error();
    const PeriodPrice price = price_of_days(decision, change, days);
    const std::int64_t minor = price.minor - *given;
    if (const Status same = check_expected(command.expected_minor, minor); !same)
        return same.error();
    std::optional<Taken> taken = take_price(decision.wallet(change.row.customer), price.minor);
    if (!taken) return Error{Errc::insufficient_funds, change.row.customer};
    add_changed(decision, change, decision.today());
    if (price.minor > 0)
        charge_days(decision, change.service, change.row, price, std::move(*taken));
    if (has_settled || minor < 0) reconnect_paid(decision, change.row.customer, std::nullopt);
    return minor;
}

} // namespace

Result<std::int64_t> change_addon(Decision& decision, const ChangeAddon& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    const Result<AddonRow> addon = find_addon(decision, command.service, command.addon);
    if (!addon) return addon.error();
    const Change change{
        command.service,
        *row,
        *addon,
        command.plan_version.value_or(addon->plan_version),
        command.quantity.value_or(addon->quantity)};
    if (const Status valid = check_change(decision, change, command); !valid) return valid.error();
    const Result<ChangeTime> when =
        change_time(command.when, command.not_before, usual_time(decision, change));
    if (!when) return when.error();
    if (*when == ChangeTime::period_end) {
        const Status scheduled = schedule(decision, change, command);
        return scheduled ? Result<std::int64_t>{0} : scheduled.error();
    }
    if (row->days_left) return Error{Errc::service_blocked, paused_reason};
    const bool has_paid = addon->paid && unused_of(decision, *row, addon->paid->days) > 0;
    if (!has_paid) return change_unpaid(decision, change, command);
    if (is_on_invoice(decision, addon->paid->charge))
        return Error{Errc::policy_unsupported, "its days are on an invoice: when: period_end"};
    return change_paid(decision, change, command);
}

void change_addons(
    Decision& decision, const std::string& service, const ServiceRow& row, Date from
) {
    const ServiceAddonsRow* addons = decision.addons(service);
    if (addons == nullptr) return;
    for (const AddonRow& addon : std::vector<AddonRow>(addons->addons)) {
        if (!is_changed(addon, from)) continue;
        const NextAddon& next = *addon.next;
        add_changed(decision, {service, row, addon, next.plan_version, next.quantity}, from);
    }
}

Status decide(Decision& decision, const ChangeAddon& command) {
    const Result<std::int64_t> minor = change_addon(decision, command);
    return minor ? Status{Done{}} : Status{minor.error()};
}

} // namespace tollbook
