#pragma once

#include "api/cli/context.hpp"

namespace tollbook::api {

// Runs a node in the foreground until SIGTERM or SIGINT, then drains it.
Exit run_serve(const Context& context);

} // namespace tollbook::api
