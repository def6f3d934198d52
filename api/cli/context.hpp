#pragma once

#include "api/config.hpp"
#include "ledger/error.hpp"

#include <string>
#include <string_view>

namespace tollbook::api {

// What the process ends with; documented and tested.
enum class Exit : int {
    ok = 0,
    failed = 1,
    usage = 2,
    differences = 3, // It ran, and found something: refused lines, differing rows.
    conflict = 4,    // Somebody else writes, or changed it first.
    unreachable = 5, // Not ready, or not there.
    permission = 6,
};

Exit exit_of(Errc code);

// What every command is given.
struct Context {
    Config config;
    bool json{};  // Results as JSON on stdout, errors as problems on stderr; nothing else.
    bool quiet{}; // No progress.
    bool color{};

    std::string data_file(std::string_view name) const {
        return config.text("data.dir") + "/" + std::string(name);
    }
};

// Says why on stderr and gives the exit code.
Exit fail(const Context& context, const Error& error);

// A line of results on stdout.
void print(std::string_view line);

// A remark on stderr, unless quiet.
void remark(const Context& context, std::string_view line);

} // namespace tollbook::api
