#pragma once

#include "api/cli/context.hpp"
#include "ledger/time.hpp"

#include <optional>
#include <string>

namespace tollbook::api {

// Renews what is due for a tenant. Run twice, it does nothing twice.
Exit run_renewal_run(const Context& context, const std::string& tenant);

// Moves a tenant's test clock.
Exit run_clock_advance(const Context& context, const std::string& tenant, Timestamp to);

} // namespace tollbook::api
