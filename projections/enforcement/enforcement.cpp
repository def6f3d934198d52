#include "projections/enforcement/enforcement.hpp"

namespace tollbook {

namespace {

constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds wait{500};

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
    const Result<ReaderState> head = source_.head();
    known_ = head ? head->seq : 0;
    while (!stop.stop_requested()) {
        if (!started_ && state.seq >= known_) start_workers();
        const Result<Batch> batch = source_.read(state, batch_bytes_max, wait);
        if (!batch) {
            std::this_thread::sleep_for(wait);
            continue;
        }
        for (const Record& record : batch->records)
            if (!wishes_.apply(record)) return;
        state = batch->after;
        position_ = state.seq;
    }
}

void Enforcement::measure(const Record& record, const PaidOnline& online) const {
    if (record.seq <= known_ || !options_.paid_to_online) return;
    constexpr double micros_per_second = 1e6;
    const std::int64_t micros = record.command.recorded_at.micros - online.paid_recorded_at.micros;
    options_.paid_to_online(static_cast<double>(micros) / micros_per_second);
}

void Enforcement::add_router(RouterQueue& queue) {
    const std::scoped_lock lock(workers_mutex_);
    Worker& worker = workers_.emplace_back(queue, *this);
    if (started_) launch(worker);
}

void Enforcement::start_workers() {
    const std::scoped_lock lock(workers_mutex_);
    started_ = true;
    for (Worker& worker : workers_)
        launch(worker);
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
