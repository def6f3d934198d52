// The private topic that carries the log of one partition: the same messages, byte for byte, in the
// order in which a broker took them. Two real ones: Kafka (ledger/kafka/) and memory (tests);
// tests/ledger/topic_contract.hpp keeps both honest.
#pragma once

#include "ledger/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

struct TopicMessage {
    std::uint64_t offset{};
    std::string bytes;
};

// One reader, at its own place. Not thread-safe.
class TopicReader {
public:
    TopicReader() = default;
    TopicReader(const TopicReader&) = delete;
    TopicReader& operator=(const TopicReader&) = delete;
    virtual ~TopicReader() = default;

    // The next message; nothing when none came within `wait`, whatever the reason: a broker that is
    // away comes back. Refuses with store_damaged when the topic does not hold what comes next, and
    // with config_invalid for what only other settings cure.
    virtual Result<std::optional<TopicMessage>> next(std::chrono::milliseconds wait) = 0;

    // Whether the connection broke, or another broker leads, since this was asked last. Then what
    // was read before may not be there any more: read the last message again.
    virtual bool interrupted() = 0;
};

struct Deliveries {
    std::uint64_t delivered{};    // Of those sent, in order of their sending.
    std::uint64_t end{};          // Offset behind the last of them.
    std::optional<Error> failure; // Of the first that was not: what was sent behind it is unknown.
};

// One producer: in order, without gaps of its own, acknowledged by all replicas. Spent after a
// failure. Not thread-safe.
class TopicWriter {
public:
    TopicWriter() = default;
    TopicWriter(const TopicWriter&) = delete;
    TopicWriter& operator=(const TopicWriter&) = delete;
    virtual ~TopicWriter() = default;

    // Copies it and returns at once. Refuses with overloaded when too much is under way.
    virtual Status send(std::string_view message) = 0;

    // What is known of the messages sent so far; waits up to `wait` for news.
    virtual Deliveries deliveries(std::chrono::milliseconds wait) = 0;
};

// Thread-safe; readers and writers are of the thread that made them.
class Topic {
public:
    Topic() = default;
    Topic(const Topic&) = delete;
    Topic& operator=(const Topic&) = delete;
    virtual ~Topic() = default;

    // Whether it is there and as safe as it must be. Refuses with topic_unavailable, or
    // config_invalid naming the setting.
    virtual Status check() = 0;

    // The offset behind the last message that all replicas have; topic_unavailable.
    virtual Result<std::uint64_t> end() = 0;

    virtual Result<std::unique_ptr<TopicReader>> read_from(std::uint64_t offset) = 0;
    virtual Result<std::unique_ptr<TopicWriter>> write() = 0;
};

} // namespace tollbook
