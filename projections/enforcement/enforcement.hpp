#pragma once

#include "ledger/guarded.hpp"
#include "ledger/source.hpp"
#include "projections/enforcement/router_worker.hpp"
#include "projections/enforcement/wishes.hpp"

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tollbook {

struct RouterHealth {
    std::string tenant;
    std::string router;
    bool up{};
    bool open{}; // Circuit breaker.
    std::uint64_t pending{};
    std::uint64_t applied{};
    std::uint64_t repaired{};
    std::uint64_t failed{};
    std::uint64_t retries{};
    Timestamp last_success; // Machine time; zero: not yet.
};

// Makes routers obey the book: follows the log, keeps one queue and one worker for each router,
// and sends what came of it back as commands. It starts to act once it may, and has read the log up
// to the head that it found then, so nothing that was undone later is done again.
class Enforcement {
public:
    Enforcement(Source& source, Submit& submit, OpenSealed open_sealed, EnforcementOptions options);
    ~Enforcement(); // Stops and joins all workers.

    Enforcement(const Enforcement&) = delete;
    Enforcement& operator=(const Enforcement&) = delete;

    std::vector<RouterHealth> health() const;

    std::uint64_t position() const { return position_; }

    // Whether it speaks to routers now.
    bool acts() const { return acts_; }

    // Why the log is not followed now; empty: it is.
    std::string trouble() const;

private:
    struct Worker {
        Worker(RouterQueue& queue, const Enforcement& owner)
            : router(queue, owner.submit_, owner.open_sealed_, owner.options_) {}

        RouterWorker router;
        std::jthread thread; // After what it runs: it ends first.
    };

    void follow(std::stop_token stop);
    Status follow_once(ReaderState& state);
    void consider_acting(const ReaderState& state);
    void tell(const Status& outcome);
    void measure(const Record& record, const PaidOnline& online) const;
    void add_router(RouterQueue& queue);
    void start_workers();
    void stop_workers();
    static void launch(Worker& worker);

    Source& source_;
    Submit& submit_;
    OpenSealed open_sealed_;
    EnforcementOptions options_;
    Wishes wishes_;
    mutable std::mutex workers_mutex_;
    std::list<Worker> workers_;
    std::atomic<bool> acts_{};
    std::optional<std::uint64_t> known_; // The head when it might act: older records are history.
    Guarded<std::string> trouble_;
    std::atomic<std::uint64_t> position_{};
    std::jthread reader_;
};

} // namespace tollbook
