#pragma once

#include "api/cli/context.hpp"
#include "commands/catalogue/plan_migration.hpp"
#include "commands/tariffs/tariff_preview.hpp"
#include "ledger/time.hpp"

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace tollbook::api {

// run, billing, plans and clock, as they are typed. Each sets `chosen` when it was.
void add_remote(CLI::App& app, std::function<Exit(const Context&)>& chosen);

// Renews what is due for a tenant. Run twice, it does nothing twice.
Exit run_renewal_run(const Context& context, const std::string& tenant);

// Prints what that would come to, and its hash; and does just that.
Exit run_billing_preview(const Context& context, const std::string& tenant);
Exit run_billing_confirm(
    const Context& context, const std::string& tenant, const std::string& preview
);

// Without a preview: prints what a migration would come to, and its hash. With one: does just that.
Exit run_plan_migration(
    const Context& context, const std::string& tenant, const PlanMigration& migration
);

// The same for a price that was wrong since a day.
Exit run_tariff_correction(
    const Context& context, const std::string& tenant, const TariffCorrection& correction
);

// Moves a tenant's test clock.
Exit run_clock_advance(const Context& context, const std::string& tenant, Timestamp to);

} // namespace tollbook::api
