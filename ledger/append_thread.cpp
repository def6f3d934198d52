#include "ledger/append_thread.hpp"

#include "ledger/ensure.hpp"

#include <pthread.h>
#include <utility>

namespace tollbook {

AppendThread::AppendThread(GroupAppend& append, std::function<void()> finished)
    : append_(append)
    , finished_(std::move(finished))
    , thread_([this](const std::stop_token& stop) { run(stop); }) {}

AppendThread::~AppendThread() = default; // Stops and joins.

void AppendThread::start(DecidedGroup& group) {
    {
        const std::scoped_lock lock(mutex_);
        ensure(group_ == nullptr && !outcome_);
        group_ = &group;
    }
    changed_.notify_all();
}

std::optional<Status> AppendThread::take_outcome() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(outcome_, std::nullopt);
}

void AppendThread::wait(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most, [&] { return outcome_.has_value(); });
}

void AppendThread::run(const std::stop_token& stop) {
    (void)::pthread_setname_np(::pthread_self(), "append");
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return group_ != nullptr; })) {
        DecidedGroup& group = *group_;
        lock.unlock();
        Status status = append_.run(group);
        lock.lock();
        group_ = nullptr;
        outcome_ = std::move(status);
        changed_.notify_all();
        lock.unlock();
        finished_();
        lock.lock();
    }
}

} // namespace tollbook
