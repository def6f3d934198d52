#include "projections/progress.hpp"

#include <fmt/format.h>

namespace tollbook {

std::string_view name_of(RunnerState state) {
    switch (state) {
    case RunnerState::starting:
        return "starting";
    case RunnerState::running:
        return "running";
    case RunnerState::standby:
        return "standby";
    case RunnerState::waiting:
        return "waiting";
    case RunnerState::stopped:
        return "stopped";
    }
    return "stopped";
}

double ProjectionProgress::lag_seconds(Timestamp now) const {
    if (lag_records() == 0 || recorded_at.micros == 0) return 0;
    return static_cast<double>(now.micros - recorded_at.micros) / 1e6;
}

std::string told_as(const Error& error) {
    return fmt::format("{}: {}", info(error.code).slug, error.detail);
}

ProjectionProgress ProgressBoard::read() const {
    const std::scoped_lock lock(mutex_);
    return progress_;
}

Status ProgressBoard::wait_for(std::uint64_t seq, std::chrono::steady_clock::time_point deadline)
    const {
    std::unique_lock lock(mutex_);
    const auto settled = [&] {
        return progress_.seq >= seq || progress_.state == RunnerState::stopped;
    };
    const bool in_time = changed_.wait_until(lock, deadline, settled);
    if (progress_.seq >= seq) return Done{};
    const std::string where = fmt::format("at {} of {}", progress_.seq, seq);
    if (!in_time) return Error{Errc::projection_lag, where};
    return Error{Errc::database_unavailable, progress_.detail};
}

} // namespace tollbook
