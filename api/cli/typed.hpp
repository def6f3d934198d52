// What the files that lay out the command line have in common.
#pragma once

#include "api/cli/context.hpp"

#include <CLI/CLI.hpp>
#include <functional>

namespace tollbook::api {

// What was typed, to be done once all of it is read.
using Action = std::function<Exit(const Context&)>;

// A subcommand that takes the options of everything as well.
inline CLI::App& add_command(CLI::App& parent, const char* name, const char* help) {
    return *parent.add_subcommand(name, help)->fallthrough();
}

} // namespace tollbook::api
