#pragma once

#include "api/cli/open_log.hpp"
#include "commands/simulation/simulation.hpp"

#include <string>

namespace tollbook::api {

struct SimulateWords {
    AuditInput input;
    std::string tenant;
    std::string from;
    std::string to;
    std::string catalog; // TOML: [[plans]] with the members of SimulatedPlan.
    std::string dunning; // TOML: [[policies]] and [[assignments]], as define_ and assign_dunning.
};

// The rules that such files tell; an empty name: none. Refuses with config_invalid.
Result<SimulationRules> rules_of(const std::string& catalog, const std::string& dunning);

// What the days from `from` to `to` would have come to under other rules: as people read it, or as
// JSON. Reads only.
Exit run_simulate(const Context& context, const SimulateWords& words);

} // namespace tollbook::api
