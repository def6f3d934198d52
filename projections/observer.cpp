#include "projections/observer.hpp"

#include "ledger/pause.hpp"
#include "projections/catalogue.hpp"
#include "projections/checkpoints.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tollbook {

namespace {

constexpr std::chrono::milliseconds ask_every{25}; // Reads wait for their own writes.
constexpr std::chrono::milliseconds retry_every{500};

} // namespace

Status observe(SqlSession& db, std::uint32_t partition, ProgressBoard& board) {
    Result<std::vector<ProjectionCheckpoint>> stored = read_checkpoints(db, partition);
    if (!stored) return stored.error();
    static const auto wanted = make_projections(live_schema);
    std::erase_if(*stored, [&](const ProjectionCheckpoint& checkpoint) {
        return std::ranges::none_of(wanted, [&](const auto& projection) {
            return projection->name() == checkpoint.projection &&
                   projection->version() == checkpoint.version;
        });
    });
    if (stored->size() < wanted.size())
        return Error{Errc::projection_lag, "not all read models are there yet"};
    const auto seq_of = [](const ProjectionCheckpoint& checkpoint) { return checkpoint.state.seq; };
    const std::uint64_t seq = std::ranges::min(*stored, {}, seq_of).state.seq;
    const std::uint64_t newest = std::ranges::max(*stored, {}, seq_of).state.seq;
    board.change([&](ProjectionProgress& progress) {
        progress.state = RunnerState::standby;
        progress.detail.clear();
        progress.seq = seq;
        progress.head_seq = std::max(progress.head_seq, newest);
        progress.projections = std::move(*stored);
    });
    return Done{};
}

ProgressObserver::ProgressObserver(std::string dsn, std::uint32_t partition)
    : dsn_(std::move(dsn))
    , partition_(partition)
    , thread_([this](const std::stop_token& stop) { run(stop); }) {}

void ProgressObserver::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const Status ended = session(stop);
        if (ended) return;
        board_.change([&](ProjectionProgress& progress) {
            progress.state = RunnerState::waiting;
            progress.detail = told_as(ended.error());
            ++progress.retries;
        });
        pause(stop, retry_every);
    }
}

Status ProgressObserver::session(const std::stop_token& stop) {
    const auto db = SqlSession::connect(dsn_, "tollbook api");
    if (!db) return db.error();
    while (!stop.stop_requested()) {
        if (const Status seen = observe(**db, partition_, board_); !seen) return seen;
        pause(stop, ask_every);
    }
    return Done{};
}

} // namespace tollbook
