#pragma once

#include "ledger/error.hpp"
#include "ledger/time.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

namespace tollbook {

// The machine's clock may stand this far behind the head, and may move this far against the
// monotonic clock at once.
inline constexpr std::int64_t clock_error_micros_max = 60'000'000;

using WallClock = std::function<Timestamp()>;
using MonotonicClock = std::function<std::chrono::microseconds()>;

Timestamp machine_clock();
std::chrono::microseconds machine_monotonic_clock();

// Stamps what is recorded, and notices a clock that cannot be trusted. Small corrections are
// followed; after a jump it refuses until the clock is back or the process was started again.
class ClockGuard {
public:
    ClockGuard(WallClock wall, MonotonicClock monotonic);

    // max(machine clock, the head's stamp), or clock_skewed.
    Result<Timestamp> stamp(Timestamp head);

private:
    WallClock wall_;
    MonotonicClock monotonic_;
    std::int64_t offset_; // Wall minus monotonic, as it was when it was trusted last.
};

} // namespace tollbook
