// The catalogue: what each version of a plan costs, and what it is.
#include "commands/billing/billing_period.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/deciders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tollbook {

namespace {

constexpr std::uint32_t trial_days_max = 366;
constexpr int valid_from_days_max = 3'660;
constexpr std::size_t prices_max = 20; // Currencies beside the tenant's.

PlanKind kind_of(const DefinePlan& command) { return command.kind.value_or(PlanKind::internet); }

// How often the plan is paid for, and what comes before its first period.
Status check_terms(const DefinePlan& command) {
    const std::uint32_t count_max = period_count_max(command.period.value_or(BillingPeriod::month));
    const std::uint32_t count = command.period_count.value_or(1);
    if (count == 0 || count > count_max)
        return Error{
            Errc::value_out_of_range, fmt::format("period_count: 1 to {} of these", count_max)};
    if (command.setup_minor)
        if (const Status status = check_amount(*command.setup_minor); !status) return status;
    if (command.trial_days.value_or(0) > trial_days_max)
        return Error{Errc::value_out_of_range, fmt::format("trial_days: 0 to {}", trial_days_max)};
    return Done{};
}

// A service begins; what is part of one, or sold once, does not.
Status check_kind_terms(const DefinePlan& command) {
    const auto unfit = [](std::string_view field) {
        return Error{Errc::plan_kind_unfit, fmt::format("{}: of a service's plan", field)};
    };
    if (is_for_services(kind_of(command))) return Done{};
    if (command.trial_days) return unfit("trial_days");
    if (command.first_period) return unfit("first_period");
    if (kind_of(command) == PlanKind::addon) return Done{};
    if (command.period) return unfit("period");
    if (command.period_count) return unfit("period_count");
    if (command.proration) return unfit("proration");
    if (command.setup_minor) return unfit("setup_minor");
    return Done{};
}

Status check_included(const Decision& decision, const std::vector<IncludedAddon>& includes) {
    if (includes.empty() || includes.size() > addons_max)
        return Error{
            Errc::value_out_of_range, fmt::format("includes: 1 to {}, of a bundle", addons_max)};
    std::set<std::string> named;
    for (const IncludedAddon& included : includes) {
        const auto choice = choose_plan_of(
            decision,
            decision.row().currency,
            PlanKind::addon,
            included.addon,
            included.plan_version
        );
        if (!choice) return choice.error();
        const PlanRow& plan = plan_row(decision, choice->plan, choice->version);
        if (const auto price = price_of_quantity(plan, included.quantity); !price)
            return price.error();
        if (!named.insert(included.addon).second)
            return Error{Errc::value_out_of_range, "includes: one is named twice"};
    }
    return Done{};
}

Status check_kind(const Decision& decision, const DefinePlan& command) {
    if (const Status status = check_kind_terms(command); !status) return status;
    if (kind_of(command) == PlanKind::bundle)
        return check_included(decision, command.includes.value_or(std::vector<IncludedAddon>{}));
    if (command.includes) return Error{Errc::plan_kind_unfit, "includes: of a bundle"};
    return Done{};
}

// In the tenant's currency, and in others once each.
Status check_prices(const Decision& decision, const DefinePlan& command) {
    if (const Status status = check_amount(command.price_minor); !status) return status;
    if (command.currency != decision.row().currency) return Error{Errc::currency_mismatch, {}};
    if (!command.prices) return Done{};
    if (command.prices->empty() || command.prices->size() > prices_max)
        return Error{Errc::value_out_of_range, fmt::format("prices: 1 to {}", prices_max)};
    std::set<Currency> named{command.currency};
    for (const PlanPrice& price : *command.prices) {
        if (!named.insert(price.currency).second)
            return Error{
                Errc::value_out_of_range,
                fmt::format("prices: {} is named twice", price.currency.code())};
        if (const Status status = check_amount(price.price_minor); !status) return status;
        if (!price.setup_minor) continue;
        if (kind_of(command) == PlanKind::one_time)
            return Error{Errc::plan_kind_unfit, "prices.setup_minor: of a service's plan"};
        if (const Status status = check_amount(*price.setup_minor); !status) return status;
    }
    return Done{};
}

// Nothing was valid before it was said.
Status check_valid_from(const Decision& decision, const DefinePlan& command) {
    const Date first = decision.today();
    const Date last = first + valid_from_days_max;
    if (!command.valid_from || (first <= *command.valid_from && *command.valid_from <= last))
        return Done{};
    return Error{
        Errc::value_out_of_range,
        fmt::format("valid_from: {} to {}", to_string(first), to_string(last))};
}

} // namespace

Status decide(Decision& decision, const DefinePlan& command) {
    if (const Status status = check_id("plan", command.plan); !status) return status;
    if (const Status status = check_text("name", command.name); !status) return status;
    if (const Status status = check_prices(decision, command); !status) return status;
    const std::int64_t tax = command.tax_percent.value_or(0);
    if (tax < 0 || tax > 100) return Error{Errc::value_out_of_range, "tax_percent: 0 to 100"};
    if (const Status status = check_terms(command); !status) return status;
    if (const Status status = check_kind(decision, command); !status) return status;
    if (const Status status = check_valid_from(decision, command); !status) return status;
    if (command.tax_code && tax == 0) return Error{Errc::missing_field, "tax_percent"};
    if (command.tax_code)
        if (const Status status = check_id("tax_code", *command.tax_code); !status) return status;
    if (command.down_mbps < 0 || command.up_mbps < 0)
        return Error{Errc::value_out_of_range, "down_mbps, up_mbps: not below 0"};

    const NumberRow* newest = decision.book().plan_versions.find(decision.key(command.plan));
    const auto next = static_cast<std::uint32_t>(newest == nullptr ? 1 : newest->value + 1);
    if (command.version.value_or(next) != next)
        return Error{Errc::plan_version_exists, fmt::format("the next version is {}", next)};
    if (next > 1 && plan_row(decision, command.plan, 1).kind != kind_of(command))
        return Error{Errc::plan_kind_unfit, "a plan's versions are of one kind"};

    decision.add(
        "plan:" + command.plan,
        PlanDefined{
            command.plan,
            next,
            command.name,
            command.price_minor,
            command.currency,
            tax == 0 ? std::string{} : command.tax_code.value_or(fmt::format("vat{}", tax)),
            tax,
            command.period.value_or(BillingPeriod::month),
            command.down_mbps,
            command.up_mbps,
            command.period_count,
            command.setup_minor,
            command.trial_days,
            command.proration,
            command.first_period,
            command.kind,
            command.includes,
            command.valid_from,
            command.prices}
    );
    return Done{};
}

} // namespace tollbook
