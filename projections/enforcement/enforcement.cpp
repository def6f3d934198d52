#include "projections/enforcement/enforcement.hpp"

#include "ledger/pause.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds wait{500};
constexpr std::chrono::milliseconds gather{5}; // A busy log is read in fewer, larger pieces.

} // namespace

Enforcement::Enforcement(
    Source& source, Submit& submit, OpenSealed open_sealed, EnforcementOptions options
)
    : source_(source)
    , submit_(submit)
    , open_sealed_(std::move(open_sealed))
    , options_(options)
    , wishes_(
          [this](RouterQueue& queue) { add_router(queue); },
          [this](const Record& record, const PaidOnline& online) { measure(record, online); }
      )
    , reader_([this](std::stop_token stop) { follow(stop); }) {}

Enforcement::~Enforcement() {
    reader_.request_stop();
    reader_.join();
    for (Worker& worker : workers_)
        worker.thread.request_stop();
    workers_.clear();
}

void Enforcement::follow(std::stop_token stop) {
    ReaderState state = source_.start();
    while (!stop.stop_requested()) {
        consider_acting(state);
        const Status followed = follow_once(state);
        tell(followed);
        if (!followed || acts_) pause(stop, followed ? gather : wait);
    }
}

Status Enforcement::follow_once(ReaderState& state) {
    const Result<Batch> batch = source_.read(state, batch_bytes_max, wait);
    if (!batch) return batch.error();
    for (const Record& record : batch->records) {
        if (record.seq <= position_) continue; // Before one that was refused.
        if (const Status applied = wishes_.apply(record); !applied)
            return Error{
                applied.error().code,
                fmt::format("seq {}: {}", record.seq, applied.error().detail)};
        position_ = record.seq;
    }
    state = batch->after;
    return Done{};
}

void Enforcement::consider_acting(const ReaderState& state) {
    if (options_.may_act && !options_.may_act()) {
        known_.reset();
        if (acts_) stop_workers();
        return;
    }
    if (acts_) return;
    if (!known_) {
        const Result<ReaderState> head = source_.head();
        if (!head) return;
        known_ = head->seq;
    }
    if (state.seq >= *known_) start_workers();
}

void Enforcement::tell(const Status& outcome) {
    trouble_.with([&](std::string& trouble) {
        trouble =
            outcome
                ? ""
                : fmt::format("{}: {}", info(outcome.error().code).slug, outcome.error().detail);
    });
}

std::string Enforcement::trouble() const {
    return trouble_.with([](const std::string& trouble) { return trouble; });
}

void Enforcement::measure(const Record& record, const PaidOnline& online) const {
    if (!acts_ || record.seq <= *known_ || !options_.paid_to_online) return;
    constexpr double micros_per_second = 1e6;
    const std::int64_t micros = record.command.recorded_at.micros - online.paid_recorded_at.micros;
    options_.paid_to_online(static_cast<double>(micros) / micros_per_second);
}

void Enforcement::add_router(RouterQueue& queue) {
    const std::scoped_lock lock(workers_mutex_);
    Worker& worker = workers_.emplace_back(queue, *this);
    if (acts_) launch(worker);
}

void Enforcement::start_workers() {
    const std::scoped_lock lock(workers_mutex_);
    acts_ = true;
    for (Worker& worker : workers_)
        launch(worker);
}

// Each ends within the time that one call to its router may take.
void Enforcement::stop_workers() {
    std::vector<std::jthread> ending;
    {
        const std::scoped_lock lock(workers_mutex_);
        for (Worker& worker : workers_)
            ending.push_back(std::move(worker.thread));
    }
    for (std::jthread& thread : ending)
        thread.request_stop();
    ending.clear(); // Joins them.
    acts_ = false;
}

void Enforcement::launch(Worker& worker) {
    worker.thread = std::jthread([&worker](std::stop_token stop) { worker.router.run(stop); });
}

std::vector<RouterHealth> Enforcement::health() const {
    const std::scoped_lock lock(workers_mutex_);
    std::vector<RouterHealth> routers;
    for (const Worker& worker : workers_) {
        const RouterCounts& counts = worker.router.counts();
        const RouterQueue& queue = worker.router.queue();
        routers.push_back(
            {queue.access().tenant,
             queue.access().router.router,
             counts.up,
             counts.open,
             queue.pending_count(),
             counts.applied,
             counts.repaired,
             counts.failed,
             counts.retries,
             Timestamp{counts.last_success_micros}}
        );
    }
    return routers;
}

} // namespace tollbook
