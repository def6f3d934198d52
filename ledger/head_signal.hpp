#pragma once

#include "ledger/log.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tollbook {

// The head of a log as its readers see it; those who wait wake when it moves. Thread-safe.
class HeadSignal {
public:
    explicit HeadSignal(const Head& head) : head_(head) {}

    Head get() const {
        const std::scoped_lock lock(mutex_);
        return head_;
    }

    void set(const Head& head) {
        {
            const std::scoped_lock lock(mutex_);
            head_ = head;
        }
        moved_.notify_all();
    }

    Head wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const {
        std::unique_lock lock(mutex_);
        moved_.wait_for(lock, wait, [&] { return head_.seq > seq; });
        return head_;
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable moved_;
    Head head_;
};

} // namespace tollbook
