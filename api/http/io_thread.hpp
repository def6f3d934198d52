#pragma once

#include "api/http/message.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tollbook::api {

// What an io thread looks after.
class Watched {
public:
    using Clock = std::chrono::steady_clock;

    Watched() = default;
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    virtual ~Watched() = default;

    virtual void check_deadline(Clock::time_point now) = 0;

    // Close when idle, else after the answer that is due.
    virtual void drain() = 0;
    virtual void abandon() = 0; // Close now.
};

// One thread, one io_context, the sessions that live on it, and the answers on their way to them.
// Answers that come together (the writer answers a whole group at once) wake the thread once.
class IoThread {
public:
    using Clock = Watched::Clock;
    using Task = std::function<void()>;
    using Members = std::list<std::shared_ptr<Watched>>;

    explicit IoThread(std::chrono::milliseconds tick);
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;
    ~IoThread();

    void start();

    // Drains; sessions that have not ended after `drain_max` are abandoned, and the thread ends.
    void begin_stop(std::chrono::milliseconds drain_max);

    // Waits for that end. Answers that come later are dropped.
    void join_thread();

    boost::asio::io_context& context() { return context_; }

    bool runs_here() { return context_.get_executor().running_in_this_thread(); }

    bool draining() const { return draining_; }

    // From any thread.
    void deliver(Task task);

    // From the own thread. A member is kept alive until it leaves.
    Members::iterator join(std::shared_ptr<Watched> member);
    void leave(Members::iterator member);

private:
    void run_inbox();
    void arm_tick();
    void on_tick();
    void each_member(void (*visit)(Watched&, Clock::time_point), Clock::time_point now);

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer timer_;
    std::chrono::milliseconds tick_;
    Clock::time_point give_up_at_{Clock::time_point::max()};
    bool draining_{};
    Members members_;
    std::mutex inbox_mutex_;
    std::vector<Task> inbox_;
    bool ended_{};
    std::vector<Task> running_;
    std::thread thread_;
};

} // namespace tollbook::api
