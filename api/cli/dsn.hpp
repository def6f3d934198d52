#pragma once

#include "api/config.hpp"
#include "ledger/error.hpp"

#include <string>

namespace tollbook::api {

// The libpq connection string in database.dsn_file; empty when a private cluster is to be used.
Result<std::string> dsn_of(const Config& config);

} // namespace tollbook::api
