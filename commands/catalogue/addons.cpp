#include "commands/catalogue/addons.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/billing/unused_days.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/services/service_end.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

std::vector<AddonRow> addons_of(const Decision& decision, std::string_view service) {
    const ServiceAddonsRow* row = decision.addons(service);
    return row == nullptr ? std::vector<AddonRow>{} : row->addons;
}

bool includes(const PlanRow& plan, const std::string& addon) {
    return std::ranges::find(plan.includes, addon, &IncludedAddon::addon) != plan.includes.end();
}

// Of the plan that the service is on, and of the one that it is to have.
Status check_fits(const PlanRow& plan, const PlanRow& addon_plan, const std::string& addon) {
    if (includes(plan, addon)) return Error{Errc::addon_exists, addon + ": the plan includes it"};
    if (!same_length(plan, addon_plan)) return Error{Errc::addon_period_differs, addon};
    return Done{};
}

// Whether a wallet paid for days that are ahead, so that the same days of an add-on can be charged.
bool has_paid_ahead(const Decision& decision, const std::string& service, const ServiceRow& row) {
    return unused_days(decision, row) > 0 && !is_invoiced(decision, row.customer) &&
           !was_invoiced(decision, service, row);
}

// The days that the service has ahead, and the set-up fee.
PeriodPrice price_ahead(
    const Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const PlanChoiceRow& choice,
    std::uint32_t quantity
) {
    const int days = unused_days(decision, row);
    const PlanRow& plan = priced_plan(decision, row.customer, choice.plan, choice.version);
    const std::int64_t part =
        part_of(plan.price_minor * quantity, share_of_days(decision, row, plan, days));
    PeriodPrice price;
    price.period = {row.renews_on - days, row.renews_on};
    price.plan = row.plan;
    price.plan_version = row.plan_version;
    price.addons.push_back({choice.plan, choice.version, quantity, part, plan.setup_minor});
    price.minor = part + plan.setup_minor;
    price.charge = addon_charge(decision, service, choice.plan, price.period.from);
    return price;
}

Result<PlanChoiceRow> check_new_addon(
    const Decision& decision, const AddAddon& command, const ServiceRow& row
) {
    const Result<PlanChoiceRow> choice = choose_plan_of(
        decision,
        decision.currency_of(row.customer),
        PlanKind::addon,
        command.addon,
        command.plan_version
    );
    if (!choice) return choice.error();
    const PlanRow& plan = priced_plan(decision, row.customer, choice->plan, choice->version);
    if (const auto price = price_of_quantity(plan, command.quantity.value_or(1)); !price)
        return price.error();
    if (has_ended(row) || row.scheduled == Scheduled::end)
        return Error{Errc::service_ended, command.service};
    if (row.days_left) return Error{Errc::service_blocked, paused_reason};
    const std::vector<AddonRow> addons = addons_of(decision, command.service);
    if (std::ranges::find(addons, command.addon, &AddonRow::addon) != addons.end())
        return Error{Errc::addon_exists, command.addon};
    if (addons.size() >= addons_max)
        return Error{Errc::value_out_of_range, fmt::format("at most {} add-ons", addons_max)};
    if (const Status fits = check_fits_service(decision, command.service, row, *choice); !fits)
        return fits.error();
    return choice;
}

void add_removed(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::string& addon,
    Date on
) {
    decision.add("service:" + service, AddonRemoved{service, row.customer, addon, on});
}

} // namespace

Result<AddonRow> find_addon(
    const Decision& decision, const std::string& service, const std::string& addon
) {
    const std::vector<AddonRow> addons = addons_of(decision, service);
    const auto found = std::ranges::find(addons, addon, &AddonRow::addon);
    if (found == addons.end()) return Error{Errc::addon_unknown, addon};
    return *found;
}

Status check_fits_service(
    const Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const PlanChoiceRow& addon
) {
    const PlanRow& addon_plan = plan_row(decision, addon.plan, addon.version);
    const PlanRow& plan = plan_row(decision, row.plan, row.plan_version);
    if (const Status fits = check_fits(plan, addon_plan, addon.plan); !fits) return fits;
    if (row.scheduled != Scheduled::plan_change) return Done{};
    const NextPlanRow& next = decision.next_plan(service);
    return check_fits(plan_row(decision, next.plan, next.version), addon_plan, addon.plan);
}

std::string addon_charge_id(
    std::string_view service, std::string_view addon, Date from, std::uint32_t number
) {
    return fmt::format("{}~{}:addon:{}:{}", service, addon, to_string(from), number);
}

std::string addon_charge(
    const Decision& decision, const std::string& service, const std::string& addon, Date from
) {
    for (std::uint32_t number = 0;; ++number) {
        std::string charge = addon_charge_id(service, addon, from, number);
        if (decision.book().charges.find(decision.key(charge)) == nullptr) return charge;
    }
}

Status check_next_period_ahead(
    const Decision& decision, const std::string& service, const ServiceRow& row
) {
    const DuePrice due = price_of_due(decision, service, row);
    if (due.periods.front().period.to > decision.today()) return Done{};
    return Error{Errc::service_blocked, "a period that is over is owed first"};
}

Status check_expected(const std::optional<std::int64_t>& expected_minor, std::int64_t minor) {
    if (!expected_minor || *expected_minor == minor) return Done{};
    return Error{Errc::figures_moved, fmt::format("it comes to {}", minor)};
}

Result<std::int64_t> add_addon(Decision& decision, const AddAddon& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    const Result<PlanChoiceRow> choice = check_new_addon(decision, command, *row);
    if (!choice) return choice.error();
    const std::uint32_t quantity = command.quantity.value_or(1);
    const std::int64_t setup_minor =
        priced_plan(decision, row->customer, choice->plan, choice->version).setup_minor;
    AddonAdded added{
        command.service,
        row->customer,
        choice->plan,
        choice->version,
        quantity,
        decision.today(),
        std::nullopt};
    const std::string stream = "service:" + command.service;
    if (!has_paid_ahead(decision, command.service, *row)) {
        if (const Status ahead = check_next_period_ahead(decision, command.service, *row); !ahead)
            return ahead.error();
        if (const Status same = check_expected(command.expected_minor, 0); !same)
            return same.error();
        added.from = std::max(row->renews_on, decision.today());
        if (setup_minor > 0) added.setup_minor = setup_minor;
        decision.add(stream, std::move(added));
        return 0;
    }
    settle(decision, row->customer);
    const bool has_settled = !decision.empty(); // It may have set money free.
    const PeriodPrice price = price_ahead(decision, command.service, *row, *choice, quantity);
    if (const Status same = check_expected(command.expected_minor, price.minor); !same)
        return same.error();
    std::optional<Taken> taken = take_price(decision.wallet(row->customer), price.minor);
    if (!taken) return Error{Errc::insufficient_funds, row->customer};
    decision.add(stream, std::move(added));
    if (price.minor > 0) charge_days(decision, command.service, *row, price, std::move(*taken));
    if (has_settled) reconnect_paid(decision, row->customer, std::nullopt);
    return price.minor;
}

Result<std::int64_t> remove_addon(Decision& decision, const RemoveAddon& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    const Result<AddonRow> addon = find_addon(decision, command.service, command.addon);
    if (!addon) return addon.error();
    const bool has_paid = addon->paid && unused_of(decision, *row, addon->paid->days) > 0;
    if (has_paid && command.when.value_or(ChangeTime::period_end) == ChangeTime::period_end) {
        if (addon->ending) return Error{Errc::change_scheduled, command.addon};
        if (const Status same = check_expected(command.expected_minor, 0); !same)
            return same.error();
        decision.add(
            "service:" + command.service,
            AddonEndScheduled{command.service, row->customer, command.addon, row->renews_on}
        );
        return 0;
    }
    if (has_paid && is_on_invoice(decision, addon->paid->charge))
        return Error{Errc::policy_unsupported, "its days are on an invoice: when: period_end"};
    settle(decision, row->customer);
    const Result<std::int64_t> minor = credit_unused_addon(decision, *row, *addon, "addon_removed");
    if (!minor) return minor.error();
    if (const Status same = check_expected(command.expected_minor, *minor); !same)
        return same.error();
    add_removed(decision, command.service, *row, command.addon, decision.today());
    std::vector<AddonRow> left = addons_of(decision, command.service);
    std::erase_if(left, [&](const AddonRow& other) { return other.addon == command.addon; });
    decision.set_addons(command.service, {std::move(left)});
    reconnect_paid(decision, row->customer, std::nullopt);
    return *minor;
}

Status check_addons_fit(
    const Decision& decision, const std::string& service, const PlanRow& plan, ChangeTime when
) {
    const ServiceAddonsRow* addons = decision.addons(service);
    if (addons == nullptr) return Done{};
    for (const AddonRow& addon : addons->addons) {
        if (addon.ending && when == ChangeTime::period_end) continue;
        std::vector<std::uint32_t> versions{addon.plan_version};
        if (addon.next) versions.push_back(addon.next->plan_version);
        for (const std::uint32_t version : versions) {
            const PlanRow& addon_plan = plan_row(decision, addon.addon, version);
            if (const Status fits = check_fits(plan, addon_plan, addon.addon); !fits) return fits;
        }
    }
    return Done{};
}

Status keep_addon(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& addon
) {
    const Result<AddonRow> found = find_addon(decision, service, addon);
    if (!found) return found.error();
    if (found->next) {
        decision.add("service:" + service, AddonChangeCancelled{service, row.customer, addon});
        ServiceAddonsRow addons = *decision.addons(service);
        std::ranges::find(addons.addons, addon, &AddonRow::addon)->next.reset();
        decision.set_addons(service, std::move(addons));
        reconnect_due(decision, service, row);
        return Done{};
    }
    if (!found->ending) return Error{Errc::change_not_scheduled, addon};
    if (const Status fits =
            check_fits_service(decision, service, row, {addon, found->plan_version});
        !fits)
        return fits;
    decision.add("service:" + service, AddonEndCancelled{service, row.customer, addon});
    return Done{};
}

void remove_ending_addons(
    Decision& decision, const std::string& service, const ServiceRow& row, Date on
) {
    ServiceAddonsRow left;
    for (const AddonRow& addon : addons_of(decision, service))
        if (addon.ending)
            add_removed(decision, service, row, addon.addon, on);
        else
            left.addons.push_back(addon);
    if (decision.addons(service) != nullptr) decision.set_addons(service, std::move(left));
}

void remove_addons(Decision& decision, const std::string& service, const ServiceRow& row) {
    for (const AddonRow& addon : addons_of(decision, service))
        add_removed(decision, service, row, addon.addon, decision.today());
    if (decision.addons(service) != nullptr) decision.set_addons(service, {});
}

Status decide(Decision& decision, const AddAddon& command) {
    const Result<std::int64_t> minor = add_addon(decision, command);
    return minor ? Status{Done{}} : Status{minor.error()};
}

Status decide(Decision& decision, const RemoveAddon& command) {
    const Result<std::int64_t> minor = remove_addon(decision, command);
    return minor ? Status{Done{}} : Status{minor.error()};
}

} // namespace tollbook
