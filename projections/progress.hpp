#pragma once

#include "ledger/error.hpp"
#include "ledger/time.hpp"
#include "projections/checkpoints.hpp"
#include "projections/parked_keys.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// starting: not yet connected. running: carries what comes. standby: another process does, and this
// one takes over when that is gone. waiting: the database is away, tried again and again. stopped:
// it will not go on by itself (`detail` says why).
enum class RunnerState { starting, running, standby, waiting, stopped };

std::string_view name_of(RunnerState state);

// How the read models of a partition do: for health, metrics and the position of an answer.
struct ProjectionProgress {
    RunnerState state{};
    std::string detail;       // Of the last failure.
    std::uint64_t seq{};      // Every read model holds all records up to here.
    std::uint64_t head_seq{}; // The newest record of the log, as far as it was asked.
    Timestamp recorded_at;    // Of the record seq; zero until one was written.
    std::uint64_t batches{};  // Since the start, as all that follow.
    std::uint64_t records{};
    std::uint64_t statements{};
    std::uint64_t retries{};
    std::vector<ProjectionCheckpoint> projections;
    std::vector<ParkedCount> parked;
    std::vector<std::string> outdated; // Waiting for a rebuild.

    std::uint64_t lag_records() const { return head_seq > seq ? head_seq - seq : 0; }

    // How old the newest projected record is while newer ones wait; else zero.
    double lag_seconds(Timestamp now) const;
};

// "database-unavailable: the server is starting up"
std::string told_as(const Error& error);

// Written by the runner, read and waited for by anybody. Thread-safe.
class ProgressBoard {
public:
    template <class Change>
    void change(Change&& make) {
        {
            const std::scoped_lock lock(mutex_);
            make(progress_);
        }
        changed_.notify_all();
    }

    ProjectionProgress read() const;

    // Until every read model holds `seq`. Refuses with projection_lag at the deadline, and with
    // database_unavailable at once when the runner has stopped.
    Status wait_for(std::uint64_t seq, std::chrono::steady_clock::time_point deadline) const;

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    ProjectionProgress progress_;
};

} // namespace tollbook
