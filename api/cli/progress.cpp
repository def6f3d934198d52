#include "api/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::size_t bar_width = 30;
constexpr std::chrono::milliseconds redraw_every{100};
constexpr std::chrono::seconds line_every{10};

} // namespace

Progress::Progress(const Context& context, std::string what, std::size_t total)
    : what_(std::move(what))
    , total_(std::max<std::size_t>(total, 1))
    , on_terminal_(::isatty(STDERR_FILENO) == 1)
    , silent_(context.quiet || context.json)
    , last_(on_terminal_ ? Clock::time_point{} : Clock::now()) {}

Progress::~Progress() {
    if (drawn_) std::fputc('\n', stderr);
}

void Progress::at(std::size_t done) {
    const Clock::time_point now = Clock::now();
    const Clock::duration pause = on_terminal_ ? Clock::duration(redraw_every) : line_every;
    if (silent_ || (now - last_ < pause && done < total_)) return;
    last_ = now;
    const std::size_t percent = done * 100 / total_;
    const std::size_t filled = std::min(bar_width, done * bar_width / total_);
    const std::string line =
        on_terminal_ ? fmt::format(
                           "\r{} [{:#<{}}{:.<{}}] {:3}%  {} of {}",
                           what_,
                           "",
                           filled,
                           "",
                           bar_width - filled,
                           percent,
                           done,
                           total_
                       )
                     : fmt::format("{}: {} of {} ({}%)\n", what_, done, total_, percent);
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
    drawn_ = on_terminal_;
}

void Progress::at(std::size_t done, std::size_t total) {
    total_ = total;
    at(done);
}

} // namespace tollbook::api
