#pragma once

#include "api/client.hpp"
#include "ledger/guarded.hpp"
#include "ledger/submit.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tollbook::api {

struct RemoteSubmitOptions {
    std::string url; // Of the process that keeps the log.
    std::string key; // With the role `node`.
    std::chrono::milliseconds answer_within{10'000};
    std::size_t waiting_max{65'536}; // More are answered overloaded.
};

struct RemoteHealth {
    bool reachable{}; // At the last attempt.
    std::string trouble;
    std::uint64_t waiting{};
};

// The Submit port to the process that keeps the log, over HTTP: what came while the last request
// was under way is the next one, in its order. What may have been lost on the way is sent again
// with its key. Nobody waits much longer than answer_within: what may have arrived is then
// outcome_unknown, what certainly did not is not_ready. Thread-safe.
class RemoteSubmit final : public Submit {
public:
    explicit RemoteSubmit(RemoteSubmitOptions options);
    ~RemoteSubmit() override; // Answers what waits.

    void submit(Submission submission, Answer answer) override;
    void submit_atomic(std::vector<Submission> batch, BatchAnswer answer) override;

    RemoteHealth health() const;

private:
    using Clock = std::chrono::steady_clock;

    // An atomic batch, or one command.
    struct Waiting {
        std::vector<Submission> unit;
        BatchAnswer answer;
        Clock::time_point since;
    };

    void enqueue(std::vector<Submission> unit, BatchAnswer answer);
    void run();
    std::vector<Waiting> take();
    void send(std::vector<Waiting> group);
    Result<std::vector<Result<Receipt>>> ask(const std::string& body, Clock::time_point until);
    void tell(const Status& outcome);

    RemoteSubmitOptions options_;
    Client client_; // Of the thread.
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> waiting_;
    std::size_t commands_waiting_{}; // In all of them.
    std::atomic<bool> stopping_{};
    Guarded<RemoteHealth> health_;
    std::jthread thread_; // Last: it uses the rest.
};

} // namespace tollbook::api
