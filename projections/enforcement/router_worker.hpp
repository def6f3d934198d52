#pragma once

#include "ledger/submit.hpp"
#include "projections/enforcement/backoff.hpp"
#include "projections/enforcement/router_queue.hpp"
#include "projections/enforcement/routeros/client.hpp"
#include "projections/enforcement/routeros/ppp.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tollbook {

// Opens a sealed part: the plain JSON, or why not.
using OpenSealed = std::function<
    Result<std::string>(std::string_view tenant, const Sealed& sealed, const Uuid& event_id)>;

struct EnforcementOptions {
    std::chrono::milliseconds call_timeout{5'000};
    std::chrono::milliseconds audit_every{60'000}; // Read all back, repair drift; so with each connection.

    // Asked again and again: while it says no, the log is followed and no router is spoken to.
    // Null: yes. For several processes of which one acts.
    std::function<bool()> may_act{};

    // Told how long it took from the record of a payment to the record that its line was read back
    // as on. Called on the thread that follows the log, for what happened since the start.
    std::function<void(double seconds)> paid_to_online{};
};

// What a router's worker has done, for health and metrics. Written by the worker alone.
struct RouterCounts {
    std::atomic<std::uint64_t> applied{};
    std::atomic<std::uint64_t> repaired{};
    std::atomic<std::uint64_t> failed{};
    std::atomic<std::uint64_t> retries{};
    std::atomic<std::int64_t> last_success_micros{}; // Machine time; zero: not yet.
    std::atomic<bool> open{};                        // The circuit breaker.
    std::atomic<bool> up{};
};

// The one connection to one router: brings it to the wishes of its queue, oldest first, reads back
// what it did, and reports it through Submit. It blocks nobody else.
class RouterWorker {
public:
    RouterWorker(
        RouterQueue& queue, Submit& submit, OpenSealed open_sealed, EnforcementOptions options
    );

    // Waits until every report that it sent was answered.
    ~RouterWorker();

    RouterWorker(const RouterWorker&) = delete;
    RouterWorker& operator=(const RouterWorker&) = delete;

    // Until stop is asked; ends within one call_timeout.
    void run(std::stop_token stop);

    const RouterCounts& counts() const { return counts_; }

    RouterQueue& queue() const { return queue_; }

private:
    struct Task {
        SiteWish wish;
        bool drifted{};
    };

    bool work(const std::vector<Task>& tasks);
    bool connect();
    bool ensure_profiles(const std::vector<Task>& tasks);
    bool converge_all(const std::vector<Task>& tasks);
    bool remove(const Task& task);
    bool settle(const Task& task, const routeros::Answer<routeros::SecretFact>& answer);
    bool audit();
    Result<routeros::SecretWish> secret_wish(const SiteWish& wish) const;
    void report_success(const Task& task);
    void report_failure(const Task& task, const routeros::Failure& failure);
    void send(const Task& task, std::string outcome, std::string body);
    void answered(const SiteWish& sent, const Result<Receipt>& answer);

    RouterQueue& queue_;
    Submit& submit_;
    OpenSealed open_sealed_;
    EnforcementOptions options_;
    Backoff backoff_;
    std::optional<routeros::Client> client_;
    std::map<std::string, std::string> profiles_; // Made on the router in this session.
    std::chrono::steady_clock::time_point next_audit_;
    RouterCounts counts_;
    std::atomic<std::uint64_t> unanswered_{};
};

} // namespace tollbook
