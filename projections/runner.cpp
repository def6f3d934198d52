#include "projections/runner.hpp"

#include "ledger/pause.hpp"
#include "projections/duty.hpp"
#include "projections/migrations.hpp"
#include "projections/observer.hpp"

#include <algorithm>
#include <array>

namespace tollbook {

namespace {

// What no further attempt will cure.
bool is_final(Errc code) {
    constexpr std::array codes{
        Errc::store_locked,
        Errc::store_foreign,
        Errc::store_damaged,
        Errc::store_newer,
        Errc::value_out_of_range,
        Errc::internal};
    return std::ranges::find(codes, code) != codes.end();
}

// With nothing to write, the database is asked this often whether it is still there; and whether
// what waits for a rebuild has had it.
constexpr std::chrono::seconds quiet_max{1};

constexpr std::chrono::milliseconds stand_by_every{50};

} // namespace

ProjectionRunner::ProjectionRunner(Source& source, RunnerOptions options)
    : source_(source)
    , options_(std::move(options))
    , backoff_(options_.retry_min)
    , thread_([this](const std::stop_token& stop) { run(stop); }) {}

ProjectionRunner::~ProjectionRunner() { stop(); }

void ProjectionRunner::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void ProjectionRunner::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const Status ended = session(stop);
        if (ended) break;
        const bool final = is_final(ended.error().code);
        const Result<ReaderState> head = source_.head();
        board_.change([&](ProjectionProgress& progress) {
            if (head) progress.head_seq = std::max(progress.head_seq, head->seq);
            progress.state = final ? RunnerState::stopped : RunnerState::waiting;
            progress.detail = told_as(ended.error());
            ++progress.retries;
        });
        if (final) return;
        pause(stop, backoff_);
        backoff_ = std::min(backoff_ * 2, options_.retry_max);
    }
    board_.change([](ProjectionProgress& progress) {
        progress.state = RunnerState::stopped;
        progress.detail = "stopped";
    });
}

Status ProjectionRunner::session(const std::stop_token& stop) {
    if (options_.revive)
        if (const Status status = options_.revive(); !status) return status;
    Result<std::unique_ptr<SqlSession>> db =
        SqlSession::connect(options_.dsn, "tollbook projector");
    if (!db) return db.error();
    if (const Status status = migrate(**db); !status) return status;
    if (const Status ours = stand_by(stop, **db); !ours || stop.stop_requested()) return ours;
    Result<std::unique_ptr<Projector>> projector =
        Projector::open(**db, source_, options_.open_personal, known_);
    if (!projector) return projector.error();
    report(**projector, 0);
    const Status ended = carry(stop, **db, **projector);
    known_ = (*projector)->known();
    return ended;
}

// Until the work is ours.
Status ProjectionRunner::stand_by(const std::stop_token& stop, SqlSession& db) {
    const Duty duty{"projector", source_.identity().partition};
    while (!stop.stop_requested()) {
        const Result<bool> ours = take_duty(db, duty);
        if (!ours) return ours.error();
        if (*ours) break;
        const Status seen = observe(db, duty.partition, board_);
        if (!seen && seen.error().code != Errc::projection_lag) return seen;
        pause(stop, stand_by_every);
    }
    return Done{};
}

Status ProjectionRunner::carry(const std::stop_token& stop, SqlSession& db, Projector& projector) {
    using Clock = std::chrono::steady_clock;
    std::uint64_t statements = db.statements();
    Clock::time_point heard = Clock::now();
    Clock::time_point looked = heard;
    while (!stop.stop_requested()) {
        const Result<std::size_t> records = projector.advance(options_.limits);
        if (!records) return records.error();
        if (*records > 0) heard = Clock::now();
        if (Clock::now() - heard > quiet_max) {
            if (const Status status = db.run("SELECT 1"); !status) return status;
            heard = Clock::now();
        }
        if (Clock::now() - looked > quiet_max) {
            const Result<bool> rebuilt = projector.was_rebuilt();
            if (!rebuilt) return rebuilt.error();
            if (*rebuilt) return Error{Errc::database_unavailable, "a read model was rebuilt"};
            looked = Clock::now();
        }
        report(projector, *records);
        board_.change([&](ProjectionProgress& progress) {
            progress.statements += db.statements() - statements;
        });
        statements = db.statements();
    }
    return Done{};
}

void ProjectionRunner::report(const Projector& projector, std::size_t records) {
    backoff_ = options_.retry_min;
    const Result<ReaderState> head = source_.head();
    std::vector<ProjectionCheckpoint> checkpoints = projector.checkpoints();
    std::vector<ParkedCount> parked = projector.parked();
    board_.change([&](ProjectionProgress& progress) {
        progress.state = RunnerState::running;
        progress.detail.clear();
        progress.seq = projector.position().seq;
        progress.head_seq = std::max(progress.seq, head ? head->seq : progress.head_seq);
        if (records > 0) progress.recorded_at = projector.recorded_at();
        progress.batches += records > 0 ? 1 : 0;
        progress.records += records;
        progress.projections = std::move(checkpoints);
        progress.parked = std::move(parked);
        progress.outdated = projector.outdated();
    });
}

} // namespace tollbook
