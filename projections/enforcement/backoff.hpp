#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace tollbook {

// Retry delays that double up to a cap, each with a random half: many routers that died together
// are not asked together. It is also the circuit breaker of its device: from `open_after` failures
// in a row it is open, and each attempt after a delay is the one probe that may close it.
class Backoff {
public:
    using Millis = std::chrono::milliseconds;
    using Clock = std::chrono::steady_clock;

    static constexpr Millis delay_min{200};
    static constexpr Millis delay_max{30'000};
    static constexpr std::uint32_t open_after = 3;

    explicit Backoff(std::uint64_t seed) : random_(seed) {}

    void succeeded() { failures_ = 0; }

    void failed(Clock::time_point now) {
        ++failures_;
        const std::uint32_t doublings = std::min(failures_ - 1, 10U);
        const auto whole = std::min(delay_min.count() << doublings, delay_max.count());
        std::uniform_int_distribution<Millis::rep> jitter(whole / 2, whole);
        next_ = now + Millis{jitter(random_)};
    }

    bool may_try(Clock::time_point now) const { return failures_ == 0 || now >= next_; }

    Clock::time_point next_try() const { return next_; }

    bool open() const { return failures_ >= open_after; }

    std::uint32_t failures() const { return failures_; }

private:
    std::mt19937_64 random_;
    std::uint32_t failures_{};
    Clock::time_point next_{};
};

} // namespace tollbook
