#pragma once

#include "projections/progress.hpp"
#include "projections/projector.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace tollbook {

struct RunnerOptions {
    std::string dsn;
    OpenPersonal open_personal;

    // Called before every attempt to connect: a private cluster that died is started again.
    std::function<Status()> revive;

    Projector::Limits limits;
    std::chrono::milliseconds retry_min{100};
    std::chrono::milliseconds retry_max{5'000};
};

// Keeps the live read models of one partition up to date from a thread of its own. Of several on
// one database one does, and the others stand by. While the database is away it tries again with
// backoff and says so; when a restored database or another log is found it stops and says so, and
// writes nothing.
class ProjectionRunner {
public:
    // `source` outlives the runner.
    ProjectionRunner(Source& source, RunnerOptions options);

    ProjectionRunner(const ProjectionRunner&) = delete;
    ProjectionRunner& operator=(const ProjectionRunner&) = delete;
    ~ProjectionRunner();

    ProjectionProgress progress() const { return board_.read(); }

    // For reads that must see a write: bounded by the deadline.
    Status wait_for(std::uint64_t seq, std::chrono::steady_clock::time_point deadline) const {
        return board_.wait_for(seq, deadline);
    }

    // Ends after the batch in hand. The destructor does the same.
    void stop();

private:
    void run(const std::stop_token& stop);
    Status session(const std::stop_token& stop);
    Status stand_by(const std::stop_token& stop, SqlSession& db);
    Status carry(const std::stop_token& stop, SqlSession& db, Projector& projector);
    void report(const Projector& projector, std::size_t records);

    Source& source_;
    RunnerOptions options_;
    ProgressBoard board_;
    KnownStates known_;
    std::chrono::milliseconds backoff_{};
    std::jthread thread_; // Last: it uses all of the above.
};

} // namespace tollbook
