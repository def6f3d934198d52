#include "ledger/command_queue.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace tollbook {

CommandQueue::Entry CommandQueue::push(std::span<std::unique_ptr<PendingCommand>> commands) {
    bool wake = false;
    {
        const std::scoped_lock lock(mutex_);
        if (closed_) return Entry::closed;
        if (commands_.size() + commands.size() > commands_max_) return Entry::full;
        for (auto& command : commands)
            commands_.push_back(std::move(command));
        ++changes_;
        wake = writer_waits_;
    }
    if (wake) changed_.notify_one();
    return Entry::taken;
}

bool CommandQueue::push_task(WriterTask task) {
    {
        const std::scoped_lock lock(mutex_);
        if (closed_) return false;
        tasks_.push_back(std::move(task));
        ++changes_;
    }
    changed_.notify_one();
    return true;
}

void CommandQueue::poke() {
    {
        const std::scoped_lock lock(mutex_);
        poked_ = true;
        ++changes_;
    }
    changed_.notify_one();
}

void CommandQueue::close() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        ++changes_;
    }
    changed_.notify_one();
}

bool CommandQueue::has_some(std::size_t commands_max) const {
    return (!commands_.empty() && commands_max > 0) || !tasks_.empty() || poked_ || closed_;
}

// Whoever else wants the processor has it meanwhile.
void CommandQueue::look_out(std::unique_lock<std::mutex>& lock, std::chrono::microseconds at_most) {
    const std::uint64_t before = changes_;
    lock.unlock();
    const auto until = std::chrono::steady_clock::now() + at_most;
    while (changes_ == before && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    lock.lock();
}

CommandQueue::Taken CommandQueue::take(std::size_t commands_max, const Waiting& waiting) {
    std::unique_lock lock(mutex_);
    if (waiting.look_out.count() > 0 && !has_some(commands_max)) look_out(lock, waiting.look_out);
    writer_waits_ = true;
    Taken taken;
    taken.waited_in_vain =
        !changed_.wait_for(lock, waiting.sleep, [&] { return has_some(commands_max); });
    writer_waits_ = false;
    poked_ = false;
    taken.closed = closed_;
    taken.tasks.swap(tasks_);
    std::size_t count = std::min(commands_max, commands_.size());
    if (count > 0) count += commands_[count - 1]->rest;
    const auto end = commands_.begin() + static_cast<std::ptrdiff_t>(count);
    taken.commands.assign(std::make_move_iterator(commands_.begin()), std::make_move_iterator(end));
    commands_.erase(commands_.begin(), end);
    return taken;
}

// They stand in the order in which they came in, but for a race of two that push.
PendingCommands CommandQueue::take_older(std::chrono::steady_clock::time_point since) {
    const std::scoped_lock lock(mutex_);
    PendingCommands taken;
    while (!commands_.empty() && commands_.front()->since < since) {
        taken.push_back(std::move(commands_.front()));
        commands_.pop_front();
    }
    return taken;
}

bool CommandQueue::closed() const {
    const std::scoped_lock lock(mutex_);
    return closed_;
}

std::size_t CommandQueue::size() const {
    const std::scoped_lock lock(mutex_);
    return commands_.size();
}

} // namespace tollbook
