#pragma once

#include "ledger/guarded.hpp"
#include "ledger/topic.hpp"

#include <chrono>
#include <functional>
#include <thread>

namespace tollbook {

// Checks again and again whether a topic is still as safe as it was when it was met: brokers are
// changed by people. From a thread of its own.
class TopicWatch {
public:
    // `told` hears of each finding that is another one than before; a topic that is away is none.
    TopicWatch(
        Topic& topic, std::chrono::milliseconds every, std::function<void(const Error&)> told
    );

    TopicWatch(const TopicWatch&) = delete;
    TopicWatch& operator=(const TopicWatch&) = delete;

    // What the last check that could be made found.
    Status found() const;

private:
    void run(const std::stop_token& stop);
    void look();

    Topic& topic_;
    std::chrono::milliseconds every_;
    std::function<void(const Error&)> told_;
    Guarded<Status> found_{Done{}};
    std::jthread thread_; // Last: it uses the rest.
};

} // namespace tollbook
