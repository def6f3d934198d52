#pragma once

#include "ledger/frame.hpp"
#include "ledger/local_source.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <thread>

namespace tollbook {

// A new empty log, and the same log as a restart finds it (memory: still itself).
struct LogUnderTest {
    std::function<Log&()> fresh;
    std::function<Log&()> reopened;
};

inline void check_an_empty_log(const LogUnderTest& test) {
    Log& log = test.fresh();
    CHECK(log.head().seq == 0);
    CHECK(log.head().hash == genesis_hash(log.identity().cluster, log.identity().partition));
    CHECK(log.leadership() == Leadership{});
    CHECK(log.frames_after(0, 1000)->empty());
    CHECK(log.messages_after({0, 0}, 1000)->empty());
    LocalSource source(log);
    CHECK(*source.head() == source.start());
    CHECK(source.read(source.start(), 1000, std::chrono::milliseconds(0))->records.empty());
}

inline void check_appended_is_read(const LogUnderTest& test) {
    LogWriter writer(test.fresh());
    REQUIRE(writer.claim());
    std::vector<Record> written;
    for (std::uint64_t i = 0; i < 20; ++i) {
        REQUIRE(writer.append({{numbered(3 * i)}, {numbered(3 * i + 1), numbered(3 * i + 2)}}));
        for (const Record& record : writer.records())
            written.push_back(record);
    }
    for (const auto& which : {test.fresh, test.reopened}) {
        const Log& log = which();
        CHECK(log.head().seq == 60);
        LocalSource source(log);
        ReaderState state = source.start();
        std::vector<Record> read;
        while (state.seq < 60) {
            const Result<Batch> batch = source.read(state, 500, std::chrono::milliseconds(0));
            REQUIRE(batch);
            REQUIRE(batch->records.size() == batch->hashes.size());
            REQUIRE_FALSE(batch->records.empty());
            for (const Record& record : batch->records)
                read.push_back(record);
            state = batch->after;
        }
        CHECK(read == written);
        CHECK(state == *source.head());
        CHECK(state == state_at_head(log));
    }
}

inline void check_frames_are_whole_and_bounded(const LogUnderTest& test) {
    LogWriter writer(test.fresh());
    REQUIRE(writer.claim());
    for (std::uint64_t i = 0; i < 10; ++i)
        REQUIRE(writer.append({{numbered(2 * i, 400), numbered(2 * i + 1, 400)}}));
    const Log& log = test.fresh();
    CHECK(log.frames_after(0, 1)->size() == 1);
    CHECK(log.frames_after(0, 1U << 20U)->size() == 10);
    CHECK(log.frames_after(18, 1U << 20U)->size() == 1);
    CHECK(log.frames_after(17, 1U << 20U)->size() == 2); // Within a frame: that frame, whole.
    CHECK(log.frames_after(20, 1U << 20U)->empty());
    CHECK(log.frames_after(99, 1U << 20U)->empty());
    const std::size_t bounded = log.frames_after(0, 3000)->size();
    CHECK(bounded > 1);
    CHECK(bounded < 10);
}

inline void check_claims_stand_between_frames(const LogUnderTest& test) {
    LogWriter first(test.fresh(), 1);
    REQUIRE(first.claim());
    REQUIRE(first.append(numbered(1)));
    LogWriter second(test.reopened(), 2);
    CHECK(test.reopened().leadership().term == 1);
    REQUIRE(second.claim());
    LogWriter third(test.reopened(), 3); // Claimed again, nothing between.
    REQUIRE(third.claim());
    REQUIRE(third.append({"other", "key", {"{}"}, {}}));
    Log& log = test.reopened();
    CHECK(log.leadership().term == 3);
    CHECK(log.frames_after(0, 1U << 20U)->size() == 2);
    const auto all = log.messages_after({0, 0}, 1U << 20U);
    REQUIRE(all->size() == 5);
    std::string kinds;
    for (const StoredFrame& message : *all)
        kinds += is_control(message.bytes) ? 'c' : 'f';
    CHECK(kinds == "cfccf");
    CHECK(log.messages_after({1, 1}, 1U << 20U)->size() == 3);
    CHECK(log.messages_after({1, 2}, 1U << 20U)->size() == 2);
    LocalSource source(log);
    const Result<Batch> batch =
        source.read(source.start(), 1U << 20U, std::chrono::milliseconds(0));
    REQUIRE(batch);
    CHECK(batch->records.size() == 2);
    CHECK(batch->after.term == 3);
}

inline void check_a_reader_of_another_past_is_refused(const LogUnderTest& test) {
    LogWriter writer(test.fresh());
    REQUIRE(writer.claim());
    REQUIRE(writer.append({{numbered(1), numbered(2)}}));
    REQUIRE(writer.append(numbered(3)));
    const ReaderState good = state_at_head(test.fresh());
    const auto refused = [&](auto change) {
        LocalSource source(test.fresh());
        ReaderState state = good;
        change(state);
        const Result<Batch> batch = source.read(state, 1000, std::chrono::milliseconds(0));
        return !batch && batch.error().code == Errc::store_damaged;
    };
    CHECK_FALSE(refused([](ReaderState&) {}));
    CHECK(refused([](ReaderState& state) { state.hash[31] ^= 1U; }));
    CHECK(refused([](ReaderState& state) { state.incarnation[0] ^= 1U; }));
    CHECK(refused([](ReaderState& state) { state.seq = 1; })); // Within a frame.
    CHECK(refused([](ReaderState& state) { state.seq = 4; })); // Above the head.
    CHECK(refused([](ReaderState& state) { state.seq = 0; })); // Not the genesis hash.
}

inline void check_waiting_wakes_when_the_head_moves(const LogUnderTest& test) {
    LogWriter writer(test.fresh());
    REQUIRE(writer.claim());
    LocalSource source(test.fresh());
    Result<Batch> batch = source.read(source.start(), 1000, std::chrono::milliseconds(1));
    CHECK(batch->records.empty());
    std::jthread reader([&] { batch = source.read(source.start(), 1000, std::chrono::minutes(1)); }
    );
    REQUIRE(writer.append(numbered(1)));
    reader.join();
    REQUIRE(batch);
    CHECK(batch->records.size() == 1);
}

inline void check_log_contract(const LogUnderTest& test) {
    SUBCASE("an empty log") { check_an_empty_log(test); }
    SUBCASE("what was appended is read, now and after a restart") { check_appended_is_read(test); }
    SUBCASE("frames come whole and bounded") { check_frames_are_whole_and_bounded(test); }
    SUBCASE("claims stand between frames") { check_claims_stand_between_frames(test); }
    SUBCASE("a reader of another past") { check_a_reader_of_another_past_is_refused(test); }
    SUBCASE("waiting wakes") { check_waiting_wakes_when_the_head_moves(test); }
}

} // namespace tollbook
