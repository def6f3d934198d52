// How a line of a provider's catalogue becomes a plan.
#pragma once

#include "api/cli/csv_row.hpp"
#include "commands/bodies/tenancy.hpp"

namespace tollbook::api {

// What is wrong with the line is said to it.
DefinePlan plan_of(CsvRow& row);

} // namespace tollbook::api
