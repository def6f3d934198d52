#pragma once

#include "api/cli/context.hpp"

#include <string>

namespace tollbook::api {

// How far each read model is.
Exit run_project_list(const Context& context);

struct RebuildWords {
    std::string name;
    bool accept_differences{};
    std::size_t at_once{2};
};

// Builds a read model anew beside the live one, compares, swaps; an empty name means all of them,
// `at_once` at a time. Differences exit with 3 and leave the live tables alone unless they were
// accepted.
Exit run_project_rebuild(const Context& context, const RebuildWords& words);

// Puts back what the last rebuild replaced.
Exit run_project_rollback(const Context& context, const std::string& name);

// Replays and compares every row with the live tables; an empty name means all of them.
// Differences and parked keys exit with 3. Changes nothing.
Exit run_project_diff(const Context& context, const std::string& name);

// The keys whose events wait, and why.
Exit run_project_parked(const Context& context);

struct ResumeWords {
    std::string name;   // Empty: every read model.
    std::string key;    // Empty: every key.
    std::string tenant; // Empty: of all.
};

// Folds what waits. Keys that still cannot be resumed exit with 3.
Exit run_project_resume(const Context& context, const ResumeWords& words);

} // namespace tollbook::api
