#include "tests/support/memory_topic.hpp"

#include "ledger/ensure.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

Error away() { return {Errc::topic_unavailable, "the topic is away"}; }

} // namespace

class MemoryReader final : public TopicReader {
public:
    MemoryReader(MemoryTopic& topic, std::uint64_t offset)
        : topic_(topic), offset_(offset), elections_(topic.state_.elections) {}

    Result<std::optional<TopicMessage>> next(std::chrono::milliseconds wait) override {
        std::unique_lock lock(topic_.mutex_);
        auto& state = topic_.state_;
        if (state.misreadings > 0) {
            --state.misreadings;
            return Error{Errc::store_damaged, "the topic does not hold that offset"};
        }
        topic_.changed_.wait_for(lock, wait, [&] {
            return !state.away && offset_ < state.messages.size();
        });
        if (!state.away && offset_ > state.messages.size())
            return Error{Errc::store_damaged, "the topic does not hold that offset"};
        if (state.away || offset_ >= state.messages.size()) return std::optional<TopicMessage>();
        TopicMessage message{offset_, state.messages[offset_]};
        ++offset_;
        return std::optional(std::move(message));
    }

    bool interrupted() override {
        const std::scoped_lock lock(topic_.mutex_);
        return std::exchange(elections_, topic_.state_.elections) != topic_.state_.elections;
    }

private:
    MemoryTopic& topic_;
    std::uint64_t offset_;
    std::uint64_t elections_;
};

class MemoryWriter final : public TopicWriter {
public:
    explicit MemoryWriter(MemoryTopic& topic) : topic_(topic) {}

    Status send(std::string_view message) override {
        const std::scoped_lock lock(topic_.mutex_);
        if (topic_.state_.refusals > 0) {
            --topic_.state_.refusals;
            return away();
        }
        waiting_.emplace_back(message);
        deliver();
        return Done{};
    }

    Deliveries deliveries(std::chrono::milliseconds) override {
        const std::scoped_lock lock(topic_.mutex_);
        deliver();
        return known_;
    }

private:
    void deliver() {
        auto& state = topic_.state_;
        if (state.away) return;
        if (std::exchange(losses_, state.losses) != state.losses)
            for (std::string& message : std::exchange(unacknowledged_, {}))
                deliver(std::move(message));
        for (std::string& message : std::exchange(waiting_, {})) {
            const Fate fate = topic_.fate ? topic_.fate(message) : Fate::kept;
            const bool reported = fate == Fate::kept || fate == Fate::twice;
            if (fate == Fate::unacknowledged) {
                state.messages.push_back(message);
                unacknowledged_.push_back(std::move(message));
                continue;
            }
            if (fate == Fate::late) state.late.push_back(message);
            if (fate == Fate::twice) state.messages.push_back(message);
            if (reported || fate == Fate::kept_unreported)
                state.messages.push_back(std::move(message));
            if (!reported && !known_.failure)
                known_.failure = Error{Errc::topic_unavailable, "not delivered"};
            if (known_.failure) continue;
            ++known_.delivered;
            known_.end = state.messages.size();
        }
        topic_.changed_.notify_all();
    }

    void deliver(std::string message) {
        topic_.state_.messages.push_back(std::move(message));
        ++known_.delivered;
        known_.end = topic_.state_.messages.size();
    }

    MemoryTopic& topic_;
    std::uint64_t losses_{topic_.state_.losses};
    std::deque<std::string> waiting_;
    std::deque<std::string> unacknowledged_;
    Deliveries known_;
};

Status MemoryTopic::check() {
    const std::scoped_lock lock(mutex_);
    if (state_.away) return away();
    if (!state_.unsafe.empty()) return Error{Errc::config_invalid, state_.unsafe};
    return Done{};
}

void MemoryTopic::set_unsafe(std::string why) {
    const std::scoped_lock lock(mutex_);
    state_.unsafe = std::move(why);
}

Result<std::uint64_t> MemoryTopic::end() {
    const std::scoped_lock lock(mutex_);
    if (state_.away) return away();
    return state_.messages.size() - std::min(state_.stale, state_.messages.size());
}

Result<std::unique_ptr<TopicReader>> MemoryTopic::read_from(std::uint64_t offset) {
    const std::scoped_lock lock(mutex_);
    return std::unique_ptr<TopicReader>(std::make_unique<MemoryReader>(*this, offset));
}

Result<std::unique_ptr<TopicWriter>> MemoryTopic::write() {
    return std::unique_ptr<TopicWriter>(std::make_unique<MemoryWriter>(*this));
}

void MemoryTopic::set_away(bool away) {
    {
        const std::scoped_lock lock(mutex_);
        state_.away = away;
        if (away) ++state_.elections;
    }
    changed_.notify_all();
}

void MemoryTopic::set_confused(std::uint64_t times) {
    const std::scoped_lock lock(mutex_);
    state_.misreadings = times;
    state_.refusals = times;
}

void MemoryTopic::set_stale(std::uint64_t messages) {
    const std::scoped_lock lock(mutex_);
    state_.stale = messages;
}

void MemoryTopic::put(std::string message) {
    {
        const std::scoped_lock lock(mutex_);
        state_.messages.push_back(std::move(message));
    }
    changed_.notify_all();
}

void MemoryTopic::replace(std::uint64_t offset, std::string message) {
    const std::scoped_lock lock(mutex_);
    state_.messages.at(offset) = std::move(message);
    ++state_.elections;
}

void MemoryTopic::truncate(std::uint64_t messages) {
    const std::scoped_lock lock(mutex_);
    ensure(messages <= state_.messages.size());
    state_.messages.resize(messages);
    ++state_.losses;
}

void MemoryTopic::deliver_late() {
    {
        const std::scoped_lock lock(mutex_);
        for (std::string& message : std::exchange(state_.late, {}))
            state_.messages.push_back(std::move(message));
    }
    changed_.notify_all();
}

std::vector<std::string> MemoryTopic::messages() const {
    const std::scoped_lock lock(mutex_);
    return state_.messages;
}

} // namespace tollbook
