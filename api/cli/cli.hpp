#pragma once

namespace tollbook::api {

// The command line; returns the exit code of the process.
int run(int argc, const char* const* argv);

} // namespace tollbook::api
