#include "ledger/checkpointer.hpp"

#include "ledger/ensure.hpp"

#include <chrono>
#include <pthread.h>
#include <utility>

namespace tollbook {

namespace {

constexpr std::chrono::seconds retry_after{1};

} // namespace

Checkpointer::Checkpointer(DerivedStore& store, std::function<void()> finished)
    : store_(store)
    , finished_(std::move(finished))
    , thread_([this](const std::stop_token& stop) { run(stop); }) {}

Checkpointer::~Checkpointer() = default; // Stops and joins.

bool Checkpointer::busy() const {
    const std::scoped_lock lock(mutex_);
    return busy_;
}

void Checkpointer::start(Checkpoint checkpoint) {
    {
        const std::scoped_lock lock(mutex_);
        ensure(!busy_);
        busy_ = true;
        hurried_ = false;
        job_ = std::move(checkpoint);
    }
    changed_.notify_all();
}

std::optional<Result<std::uint64_t>> Checkpointer::take_outcome() {
    const std::scoped_lock lock(mutex_);
    if (outcome_) busy_ = false;
    return std::exchange(outcome_, std::nullopt);
}

void Checkpointer::wait() {
    std::unique_lock lock(mutex_);
    hurried_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !busy_ || outcome_; });
}

void Checkpointer::run(const std::stop_token& stop) {
    (void)::pthread_setname_np(::pthread_self(), "checkpoint");
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return job_.has_value(); })) {
        const Checkpoint checkpoint = *std::exchange(job_, std::nullopt);
        lock.unlock();
        const Status status = write(checkpoint, stop);
        lock.lock();
        if (status)
            outcome_ = checkpoint.mark.seq;
        else
            outcome_ = status.error();
        changed_.notify_all();
        lock.unlock();
        finished_();
        lock.lock();
    }
}

Status Checkpointer::write(const Checkpoint& checkpoint, const std::stop_token& stop) {
    for (bool last = false;;) {
        Status status = store_.write(checkpoint);
        if (status || last || status.error().code != Errc::read_only) return status;
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, retry_after, [&] { return hurried_; });
        last = hurried_ || stop.stop_requested();
    }
}

} // namespace tollbook
