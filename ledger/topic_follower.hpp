#pragma once

#include "ledger/reader_rule.hpp"
#include "ledger/topic.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace tollbook {

// A message and what the reader rule made of it.
struct Judged {
    std::uint64_t offset{};
    std::string bytes;
    Verdict verdict;
};

// Taken from the reader and decoded before it is judged, at most (one message more may be).
inline constexpr std::size_t decoded_ahead_bytes_max = 8U << 20U;

using DropCounts = std::array<std::uint64_t, drop_reasons>; // By DropReason.

// Reads a topic by the reader rule from a state that it read before, or from the start. It begins
// with the message that it took last, and reads it again whenever the connection broke: so a topic
// that lost or changed it is noticed. What has come is decoded ahead, on all cores. Not
// thread-safe.
class TopicFollower {
public:
    // `from` without an offset: reads the topic from its start and expects `from` to be the state
    // before the first record. The topic outlives the follower.
    TopicFollower(
        Topic& topic, const LogIdentity& log, const ReaderState& from, ChainLookup lookup
    );

    // The next message judged; nothing when none came within `wait`. Refuses with store_damaged
    // when our own past is contradicted, and as TopicReader does.
    Result<std::optional<Judged>> next(std::chrono::milliseconds wait);

    // Refuses with store_damaged a topic that ends before what was read of it. (One that grew again
    // since then is found out by the message that stands there.)
    Status check_end(std::uint64_t end) const;

    // Goes back to a state that it had, and reads on from there.
    void rewind(const ReaderState& state);

    const ReaderState& state() const { return state_; }

    // Behind the last message that was looked at.
    std::uint64_t position() const { return position_; }

    const DropCounts& dropped() const { return dropped_; }

private:
    // A message that waits to be judged; one that is no frame is decoded then.
    struct Ahead {
        TopicMessage message;
        std::optional<Result<Frame>> frame;
    };

    Status begin();
    Status read_ahead(std::chrono::milliseconds wait);
    Verdict judge_next(const Judged& judged, std::optional<Result<Frame>> frame);
    bool stands_at_message() const;
    Status check_begin(const TopicMessage& message) const;
    void count(const Judged& judged);

    Topic& topic_;
    LogIdentity log_;
    ReaderState state_;
    ChainLookup lookup_;
    std::unique_ptr<TopicReader> reader_;
    std::deque<Ahead> ahead_;
    std::optional<Error> failure_; // What came after those.
    bool beginning_{};
    std::uint64_t position_{};
    std::uint64_t counted_{}; // Messages below were counted when they were dropped.
    DropCounts dropped_{};
};

} // namespace tollbook
