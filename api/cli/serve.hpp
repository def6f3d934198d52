#pragma once

#include "api/cli/context.hpp"

#include <string>
#include <vector>

namespace tollbook::api {

// Runs a node in the foreground until SIGTERM or SIGINT, then drains it.
Exit run_serve(const Context& context, const std::vector<std::string>& roles);

} // namespace tollbook::api
