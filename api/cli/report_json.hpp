// JSON that is passed on, and what is said of a report that lacks something.
#pragma once

#include "api/cli/context.hpp"
#include "api/cli/report_pages.hpp"

#include <string>

namespace tollbook::api {

// The same value again, without spaces.
void write_node(std::string& out, JsonNode node);

// A remark when keys waited while it was read, and the exit code that goes with it.
Exit tell_parked(const Context& context, const ReportPages& pages);

} // namespace tollbook::api
