#pragma once

#include "api/cli/context.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace tollbook::api {

// How far a long command is: a bar on a terminal, a line every ten seconds elsewhere, nothing when
// quiet.
class Progress {
public:
    Progress(const Context& context, std::string what, std::size_t total = 0);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress(); // Ends the bar's line.

    void at(std::size_t done);

    // The same where the end moves, or is only known now.
    void at(std::size_t done, std::size_t total);

private:
    using Clock = std::chrono::steady_clock;

    std::string what_;
    std::size_t total_;
    bool on_terminal_;
    bool silent_;
    bool drawn_{};
    Clock::time_point last_{};
};

} // namespace tollbook::api
