#pragma once

#include "ledger/topic.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// What becomes of a message on its way.
enum class Fate {
    kept,
    twice,           // Stored again when a new broker led.
    lost,            // Not stored, and the producer is told; what was sent behind it may be stored.
    kept_unreported, // Stored, and the producer is told that it was not.
    late,            // The producer is told that it was not; stored when `deliver_late` is called.
    unacknowledged,  // Stored, and the producer is told nothing; stored again when some were lost.
};

// A topic in memory that does to messages what a cluster of brokers may do.
class MemoryTopic final : public Topic {
public:
    std::function<Fate(std::string_view)> fate; // Null: all are kept. Called locked.

    Status check() override;
    Result<std::uint64_t> end() override;
    Result<std::unique_ptr<TopicReader>> read_from(std::uint64_t offset) override;
    Result<std::unique_ptr<TopicWriter>> write() override;

    // While it is away nothing is answered; what is sent waits.
    void set_away(bool away);

    // What `check` finds; empty: nothing.
    void set_unsafe(std::string why);

    // The next so many readings find nothing where something stands, and the next so many sendings
    // are refused: brokers that change places.
    void set_confused(std::uint64_t times);

    // `end` tells so many messages fewer: an old leader's tip.
    void set_stale(std::uint64_t messages);

    void put(std::string message); // By somebody else.
    void replace(std::uint64_t offset, std::string message);
    void truncate(std::uint64_t messages); // An unclean election; readers find out by themselves.
    void deliver_late();                   // What a dead process still had under way.
    std::vector<std::string> messages() const;

private:
    friend class MemoryReader;
    friend class MemoryWriter;

    struct State {
        std::vector<std::string> messages;
        std::vector<std::string> late;
        std::uint64_t stale{};
        std::uint64_t elections{}; // Readers are interrupted by each.
        std::uint64_t misreadings{};
        std::uint64_t refusals{};
        std::uint64_t losses{}; // What was not acknowledged is sent again after each.
        bool away{};
        std::string unsafe;
    };

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    State state_;
};

} // namespace tollbook
