#pragma once

#include "ledger/group_append.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace tollbook {

// Appends one group at a time on a thread of its own.
class AppendThread {
public:
    // `finished` is called on that thread after each group. What appends outlives it.
    AppendThread(GroupAppend& append, std::function<void()> finished);
    AppendThread(const AppendThread&) = delete;
    AppendThread& operator=(const AppendThread&) = delete;
    ~AppendThread(); // A group that is being appended is finished first.

    // The group lives until its outcome was taken; not while another one is under way.
    void start(DecidedGroup& group);

    // The outcome of the group that was started, once; none while it is under way.
    std::optional<Status> take_outcome();

    // Waits until it is there, or so long.
    void wait(std::chrono::milliseconds at_most);

private:
    void run(const std::stop_token& stop);

    GroupAppend& append_;
    std::function<void()> finished_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    DecidedGroup* group_{};
    std::optional<Status> outcome_;
    std::jthread thread_;
};

} // namespace tollbook
