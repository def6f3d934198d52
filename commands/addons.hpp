// Add-ons: parts of a service's price, paid for by the same periods.
#pragma once

#include "commands/bodies/addons.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <string>

namespace tollbook {

// What add_addon does; what is charged at once. Refuses as it does.
Result<std::int64_t> add_addon(Decision& decision, const AddAddon& command);

// What remove_addon does; what comes back. Refuses as it does.
Result<std::int64_t> remove_addon(Decision& decision, const RemoveAddon& command);

// Whether the service can be on that plan from then on: its add-ons have the same periods, and none
// of them is in the plan's price already. Refuses with addon_period_differs and addon_exists.
Status check_addons_fit(
    const Decision& decision, const std::string& service, const PlanRow& plan, ChangeTime when
);

// An end that was scheduled is not: the add-on goes on. Refuses with change_not_scheduled, and as
// check_addons_fit.
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
