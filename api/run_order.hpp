#pragma once

#include "ledger/json.hpp"

#include <string>

namespace tollbook::api {

// What a run is asked to do. preview: nothing, but to tell what renewing would come to. confirm:
// what the preview of that hash says, or nothing.
enum class RunStep { renew, preview, confirm };
BOOST_DESCRIBE_ENUM(RunStep, renew, preview, confirm)

// Who asked for a run.
struct RunOrder {
    std::string tenant;
    std::string actor;
    std::string correlation;
    RunStep step{};
    std::string preview; // The hash that is confirmed.
};
BOOST_DESCRIBE_STRUCT(RunOrder, (), (tenant, actor, correlation, step, preview))

} // namespace tollbook::api
