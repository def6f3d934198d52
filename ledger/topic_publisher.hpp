#pragma once

#include "ledger/log.hpp"
#include "ledger/topic_link.hpp"

#include <memory>
#include <thread>

namespace tollbook {

// Copies a log whose disk is the truth to its topic, from a thread of its own: what is confirmed
// here does not wait for it. While the broker is away it tries again; when the topic contradicts
// the log, or is not what it should be, it ends and says why.
class TopicPublisher {
public:
    // `local` outlives it.
    TopicPublisher(const Log& local, std::unique_ptr<TopicLink> link);

    TopicPublisher(const TopicPublisher&) = delete;
    TopicPublisher& operator=(const TopicPublisher&) = delete;
    ~TopicPublisher(); // Ends after what is under way, without waiting for a broker that is away.

    TopicHealth health() const { return link_->health(); }

private:
    void run(const std::stop_token& stop);
    Status carry(const std::stop_token& stop);

    const Log& local_;
    std::unique_ptr<TopicLink> link_;
    std::jthread thread_; // Last: it uses all of the above.
};

} // namespace tollbook
