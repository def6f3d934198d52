#pragma once

#include "api/cli/demo/day_result.hpp"

#include <string>
#include <vector>

namespace tollbook::api {

// Prints what a day came to as tables on stdout: payments, services, accounts with their controls,
// routers against the book.
Status print_day(
    SqlSession& database, const std::string& tenant, const std::vector<RouterCount>& routers
);

} // namespace tollbook::api
