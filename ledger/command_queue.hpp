#pragma once

#include "ledger/pending_command.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace tollbook {

// Something else that the writer does between two groups.
using WriterTask = std::function<void()>;

// What waits for the writer. Many threads put in, the writer takes out.
class CommandQueue {
public:
    explicit CommandQueue(std::size_t commands_max) : commands_max_(commands_max) {}

    enum class Entry { taken, full, closed };

    // Leaves the commands with the caller unless they were taken, all of them.
    Entry push(std::span<std::unique_ptr<PendingCommand>> commands);

    // False when closed. Tasks have no limit of their own: their callers wait for them.
    bool push_task(WriterTask task);

    // Wakes the writer without work.
    void poke();

    // Nothing comes in any more; what waits stays to be taken.
    void close();

    struct Taken {
        PendingCommands commands;
        std::vector<WriterTask> tasks;
        bool closed{};
        bool waited_in_vain{};
    };

    // How a writer with nothing to do waits. A caller who was just answered often comes back before
    // a sleeping thread would be awake again, so it may be worth to look out for him for a moment.
    struct Waiting {
        std::chrono::microseconds look_out{};
        std::chrono::milliseconds sleep{};
    };

    // Waits for something, a poke or the closing. At most `commands_max` commands, and the rest of
    // an atomic batch; none are waited for when it is 0.
    Taken take(std::size_t commands_max, const Waiting& waiting);

    // Takes out what came in before `since`. For while the writer is held up.
    PendingCommands take_older(std::chrono::steady_clock::time_point since);

    bool closed() const;

    std::size_t size() const;

private:
    bool has_some(std::size_t commands_max) const;
    void look_out(std::unique_lock<std::mutex>& lock, std::chrono::microseconds at_most);

    std::size_t commands_max_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<PendingCommand>> commands_;
    std::vector<WriterTask> tasks_;
    bool writer_waits_{};
    bool poked_{};
    bool closed_{};
    std::atomic<std::uint64_t> changes_{}; // Counts what came in, pokes and the closing.
};

} // namespace tollbook
