#include "ledger/clock_guard.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace tollbook {

Timestamp machine_clock() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

// It goes on while the machine sleeps, as the wall clock does.
std::chrono::microseconds machine_monotonic_clock() {
    timespec now{};
    ensure(::clock_gettime(CLOCK_BOOTTIME, &now) == 0);
    return std::chrono::seconds(now.tv_sec) + std::chrono::duration_cast<std::chrono::microseconds>(
                                                  std::chrono::nanoseconds(now.tv_nsec)
                                              );
}

ClockGuard::ClockGuard(WallClock wall, MonotonicClock monotonic)
    : wall_(std::move(wall))
    , monotonic_(std::move(monotonic))
    , offset_(wall_().micros - monotonic_().count()) {}

Result<Timestamp> ClockGuard::stamp(Timestamp head) {
    const Timestamp now = wall_();
    const std::int64_t offset = now.micros - monotonic_().count();
    if (std::abs(offset - offset_) > clock_error_micros_max)
        return Error{
            Errc::clock_skewed,
            fmt::format("the clock jumped by {} s", (offset - offset_) / 1'000'000)};
    offset_ = offset;
    if (now.micros < head.micros - clock_error_micros_max)
        return Error{
            Errc::clock_skewed,
            fmt::format("the clock is {} s behind", (head.micros - now.micros) / 1'000'000)};
    return std::max(now, head);
}

} // namespace tollbook
