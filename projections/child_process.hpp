#pragma once

#include "ledger/error.hpp"

#include <string>
#include <vector>

namespace tollbook {

// Runs a program in the directory / to its end, its output appended to `log_path`, and returns its
// exit status (128 + signal when one ended it). Refuses when it cannot be started.
Result<int> run_program(const std::vector<std::string>& arguments, const std::string& log_path);

} // namespace tollbook
