#include "api/http/io_thread.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace tollbook::api {

IoThread::IoThread(std::chrono::milliseconds tick)
    : work_(boost::asio::make_work_guard(context_)), timer_(context_), tick_(tick) {}

IoThread::~IoThread() {
    if (!thread_.joinable()) return;
    begin_stop(std::chrono::milliseconds(0));
    join_thread();
}

void IoThread::start() {
    arm_tick();
    thread_ = std::thread([this] { context_.run(); });
}

void IoThread::begin_stop(std::chrono::milliseconds drain_max) {
    boost::asio::post(context_, [this, drain_max] {
        draining_ = true;
        give_up_at_ = Clock::now() + drain_max;
        each_member([](Watched& member, Clock::time_point) { member.drain(); }, Clock::now());
        on_tick();
    });
}

void IoThread::join_thread() {
    thread_.join();
    // What was cancelled last still holds its session; a tick that was due ends a poll too early.
    do {
        context_.restart();
    } while (context_.poll() > 0);
    std::vector<Task> late;
    {
        const std::scoped_lock lock(inbox_mutex_);
        ended_ = true;
        late.swap(inbox_);
    }
}

void IoThread::deliver(Task task) {
    bool wake = false;
    {
        const std::scoped_lock lock(inbox_mutex_);
        if (ended_) return; // A task holds its session, and that holds this.
        wake = inbox_.empty();
        inbox_.push_back(std::move(task));
    }
    if (wake) boost::asio::post(context_, [this] { run_inbox(); });
}

void IoThread::run_inbox() {
    {
        const std::scoped_lock lock(inbox_mutex_);
        running_.swap(inbox_);
    }
    for (Task& task : running_)
        task();
    running_.clear();
}

IoThread::Members::iterator IoThread::join(std::shared_ptr<Watched> member) {
    return members_.insert(members_.end(), std::move(member));
}

void IoThread::leave(Members::iterator member) { members_.erase(member); }

void IoThread::arm_tick() {
    timer_.expires_after(tick_);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (!ec) on_tick();
    });
}

void IoThread::on_tick() {
    const Clock::time_point now = Clock::now();
    each_member([](Watched& member, Clock::time_point at) { member.check_deadline(at); }, now);
    if (now >= give_up_at_)
        each_member([](Watched& member, Clock::time_point) { member.abandon(); }, now);
    if (draining_ && members_.empty()) {
        work_.reset();
        timer_.cancel();
        context_.stop();
        return;
    }
    arm_tick();
}

// A member may leave while it is visited: the next one is found first.
void IoThread::each_member(void (*visit)(Watched&, Clock::time_point), Clock::time_point now) {
    for (auto it = members_.begin(); it != members_.end();) {
        const std::shared_ptr<Watched> member = *it++;
        visit(*member, now);
    }
}

} // namespace tollbook::api
