// What every topic must do for those who read and write it.
#pragma once

#include "ledger/topic.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace tollbook {

inline constexpr std::chrono::seconds topic_patience{30};

inline std::vector<TopicMessage> read_topic(
    Topic& topic, std::uint64_t offset, std::size_t messages
) {
    Result<std::unique_ptr<TopicReader>> reader = topic.read_from(offset);
    REQUIRE(reader);
    std::vector<TopicMessage> read;
    while (read.size() < messages) {
        Result<std::optional<TopicMessage>> message = (*reader)->next(topic_patience);
        REQUIRE(message);
        REQUIRE(message->has_value());
        read.push_back(std::move(**message));
    }
    return read;
}

inline Deliveries deliver_all(TopicWriter& writer, std::uint64_t messages) {
    const auto until = std::chrono::steady_clock::now() + topic_patience;
    Deliveries known = writer.deliveries(std::chrono::milliseconds(0));
    while (known.delivered < messages && std::chrono::steady_clock::now() < until)
        known = writer.deliveries(std::chrono::milliseconds(50));
    REQUIRE_FALSE(known.failure);
    REQUIRE(known.delivered == messages);
    return known;
}

// `topic` is new and empty.
inline void check_topic_contract(Topic& topic) {
    REQUIRE(topic.check());
    CHECK(*topic.end() == 0);
    Result<std::unique_ptr<TopicWriter>> writer = topic.write();
    REQUIRE(writer);

    // In order, byte for byte, whatever the bytes; delivered is readable.
    std::vector<std::string> sent;
    for (std::size_t i = 0; i < 100; ++i) {
        sent.push_back(std::string(i * 37 % 1000, static_cast<char>(i)) + std::to_string(i));
        REQUIRE((*writer)->send(sent.back()));
    }
    sent.push_back(std::string(512 * 1024, '\0')); // As large as a frame may be.
    REQUIRE((*writer)->send(sent.back()));
    CHECK(deliver_all(**writer, sent.size()).end == sent.size());
    CHECK(*topic.end() == sent.size());
    const std::vector<TopicMessage> read = read_topic(topic, 0, sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        CHECK(read[i].offset == i);
        CHECK(read[i].bytes == sent[i]);
    }

    // From the middle; a second writer goes on behind the first.
    CHECK(read_topic(topic, 50, 1).front().bytes == sent[50]);
    Result<std::unique_ptr<TopicWriter>> second = topic.write();
    REQUIRE(second);
    REQUIRE((*second)->send("second"));
    CHECK(deliver_all(**second, 1).end == sent.size() + 1);

    // At the end nothing comes, then what is sent.
    Result<std::unique_ptr<TopicReader>> reader = topic.read_from(sent.size() + 1);
    REQUIRE(reader);
    const auto nothing = (*reader)->next(std::chrono::milliseconds(1));
    REQUIRE(nothing);
    CHECK_FALSE(nothing->has_value());
    REQUIRE((*writer)->send("news"));
    const auto news = (*reader)->next(topic_patience);
    REQUIRE(news);
    REQUIRE(news->has_value());
    CHECK((*news)->bytes == "news");
}

} // namespace tollbook
