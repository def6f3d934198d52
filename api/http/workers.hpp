#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace tollbook::api {

// A few threads for what may block: reads from Postgres, batches. The queue is bounded.
class Workers {
public:
    // A job is told which thread it runs on (0..threads-1), so that each may own a connection.
    using Job = std::function<void(std::size_t thread)>;

    Workers(std::size_t threads, std::size_t waiting_max);
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers(); // Finishes the jobs that are due, drops the ones that are not, and stops.

    // False when too many wait already.
    bool post(Job job);

    // The same, not before `delay` has passed; it does not occupy a thread meanwhile.
    bool post_after(std::chrono::milliseconds delay, Job job);

    std::size_t threads() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tollbook::api
