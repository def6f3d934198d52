// Add-ons: parts of a service's price, paid for by the same periods.
#pragma once

#include "commands/bodies/addons.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// What add_addon does; what is charged at once. Refuses as it does.
Result<std::int64_t> add_addon(Decision& decision, const AddAddon& command);

// What remove_addon does; what comes back. Refuses as it does.
Result<std::int64_t> remove_addon(Decision& decision, const RemoveAddon& command);

// An add-on of the service, as the events so far leave it. Refuses with addon_unknown.
Result<AddonRow> find_addon(
    const Decision& decision, const std::string& service, const std::string& addon
);

// Whether that version of an add-on goes with the plan that the service is on, and with the one
// that it is to have: they have the same periods, and its price is not in theirs already. Refuses
// with addon_period_differs and addon_exists.
Status check_fits_service(
    const Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const PlanChoiceRow& addon
);

// The id of a charge of its own for days of an add-on. No id of a service or of a plan holds a '~'.
std::string addon_charge_id(
    std::string_view service, std::string_view addon, Date from, std::uint32_t number
);

// The id of a charge for days of the add-on from `from` on: the first number that none has had.
std::string addon_charge(
    const Decision& decision, const std::string& service, const std::string& addon, Date from
);

// What is said of an add-on counts from its next period on. Refuses with service_blocked when that
// is one that is over: it is owed first.
Status check_next_period_ahead(
    const Decision& decision, const std::string& service, const ServiceRow& row
);

// Refuses with figures_moved when something else was expected.
Status check_expected(const std::optional<std::int64_t>& expected_minor, std::int64_t minor);

// Whether the service can be on that plan from then on: its add-ons have the same periods, and none
// of them is in the plan's price already. Refuses with addon_period_differs and addon_exists.
Status check_addons_fit(
    const Decision& decision, const std::string& service, const PlanRow& plan, ChangeTime when
);

// An end that was scheduled is not: the add-on goes on; or it goes on as it is, without the change
// that was. Refuses with change_not_scheduled, and as check_addons_fit.
Status keep_addon(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& addon
);

// Those that were to end with the period are gone from `on` on.
void remove_ending_addons(
    Decision& decision, const std::string& service, const ServiceRow& row, Date on
);

// All of them, from today on: the service ends.
void remove_addons(Decision& decision, const std::string& service, const ServiceRow& row);

} // namespace tollbook
