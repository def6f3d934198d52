#include "api/http/workers.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tollbook::api {

namespace {

using Clock = std::chrono::steady_clock;

} // namespace

struct Workers::State {
    std::size_t waiting_max{};
    std::mutex mutex;
    std::condition_variable changed;
    std::multimap<Clock::time_point, Job> jobs; // By due time; equal times keep their order.
    bool stopping{};
    std::vector<std::jthread> threads;

    void run(std::size_t thread) {
        while (std::optional<Job> job = next())
            (*job)(thread);
    }

    // The next due job; waits for one. Nothing: the pool stops.
    std::optional<Job> next() {
        std::unique_lock lock(mutex);
        while (true) {
            const bool due = !jobs.empty() && jobs.begin()->first <= Clock::now();
            if (due) {
                Job job = std::move(jobs.begin()->second);
                jobs.erase(jobs.begin());
                return job;
            }
            if (stopping) return {};
            if (jobs.empty()) {
                changed.wait(lock);
                continue;
            }
            const Clock::time_point due_at = jobs.begin()->first; // Others may erase it meanwhile.
            changed.wait_until(lock, due_at);
        }
    }
};

Workers::Workers(std::size_t threads, std::size_t waiting_max) : state_(std::make_unique<State>()) {
    state_->waiting_max = waiting_max;
    for (std::size_t i = 0; i < threads; ++i)
        state_->threads.emplace_back([state = state_.get(), i] { state->run(i); });
}

Workers::~Workers() {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->stopping = true;
    }
    state_->changed.notify_all();
    state_->threads.clear();
}

bool Workers::post(Job job) { return post_after(std::chrono::milliseconds(0), std::move(job)); }

bool Workers::post_after(std::chrono::milliseconds delay, Job job) {
    {
        const std::scoped_lock lock(state_->mutex);
        if (state_->stopping || state_->jobs.size() >= state_->waiting_max) return false;
        state_->jobs.emplace(Clock::now() + delay, std::move(job));
    }
    state_->changed.notify_one();
    return true;
}

std::size_t Workers::threads() const { return state_->threads.size(); }

} // namespace tollbook::api
