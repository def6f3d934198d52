#include "ledger/reader_rule.hpp"

#include "ledger/memory_log.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

const LogIdentity identity{{1}, 0};
const Uuid topic_life{2};

// A log of claims and frames, and a reader of it.
struct Topic {
    MemoryLog log{identity, topic_life};
    LogWriter writer{log, 1};
    ReaderState state{state_at_start(log)};

    Topic() {
        state.offset = 0; // Of the genesis.
        REQUIRE(writer.claim());
    }

    void append(std::uint64_t number) { REQUIRE(writer.append(numbered(number))); }

    std::vector<StoredFrame> messages() const {
        return *log.messages_after({0, 0}, ~std::size_t{0});
    }

    // Everything so far, at offsets 1, 2, ...
    void read_all() {
        std::uint64_t offset = state.offset;
        for (const StoredFrame& message : *log.messages_after({state.seq, state.term}, 1U << 30U)) {
            const Verdict verdict = judge(state, identity, {++offset, message.bytes});
            REQUIRE_FALSE(std::holds_alternative<Dropped>(verdict));
            REQUIRE_FALSE(std::holds_alternative<Stopped>(verdict));
        }
    }

    // The reason for which the message is dropped; the state stays as it was then.
    DropReason dropped(std::string_view bytes) {
        const ReaderState before = state;
        const Verdict verdict = judge(state, identity, {state.offset + 1, bytes});
        REQUIRE(std::holds_alternative<Dropped>(verdict));
        CHECK(state == before);
        return std::get<Dropped>(verdict).reason;
    }
};

std::string framed(const Topic& topic, const Head& head, const Leadership& led, const Uuid& life) {
    FrameBuilder builder(identity, life);
    builder.start(head.seq, head.hash);
    MemoryLog other(identity, life);
    LogWriter writer(other, 1);
    REQUIRE(writer.claim());
    REQUIRE(builder.add(writer.place(numbered(77), head.seq)));
    (void)topic;
    return builder.finish(led.term, led.leader);
}

std::string claim_of(const Leadership& led, const Head& head, const Uuid& life = topic_life) {
    return encode_control(
        {Control::claim, {{1}, life, 0, led.term, led.leader, head.seq, head.seq}, head.hash}
    );
}

} // namespace

TEST_CASE("reader rule: claims make a leader, its frames are admitted in order") {
    Topic topic;
    topic.append(1);
    topic.append(2);
    topic.read_all();
    CHECK(topic.state.seq == 2);
    CHECK(topic.state.term == 1);
    CHECK(topic.state.hash == topic.log.head().hash);
    CHECK(topic.state.offset == 3);
}

TEST_CASE("reader rule: everything else is dropped by its reason, and nothing moves") {
    Topic topic;
    topic.append(1);
    topic.append(2);
    topic.read_all();
    const Head head = topic.log.head();
    const Leadership led = topic.log.leadership();
    const std::vector<StoredFrame> messages = topic.messages();
    CHECK(topic.dropped(messages[1].bytes) == DropReason::duplicate);
    CHECK(topic.dropped(framed(topic, {5, head.hash}, led, topic_life)) == DropReason::gap);
    CHECK(topic.dropped(framed(topic, {2, {}}, led, topic_life)) == DropReason::other_chain);
    CHECK(topic.dropped(framed(topic, head, {0, led.leader}, topic_life)) == DropReason::old_term);
    CHECK(topic.dropped(framed(topic, head, {2, led.leader}, topic_life)) == DropReason::not_led);
    CHECK(topic.dropped(framed(topic, head, {1, LeaderId{8}}, topic_life)) == DropReason::not_led);
    CHECK(topic.dropped(framed(topic, head, led, Uuid{3})) == DropReason::foreign);
    std::string flipped = framed(topic, head, led, topic_life);
    flipped[200] ^= 1;
    CHECK(topic.dropped(flipped) == DropReason::unreadable);
    CHECK(topic.dropped("") == DropReason::unreadable);
    for (const std::uint64_t term : {0U, 1U, 3U})
        CHECK(topic.dropped(claim_of({term, LeaderId{8}}, head)) == DropReason::invalid_claim);
    CHECK(topic.dropped(claim_of({2, LeaderId{8}}, head, Uuid{3})) == DropReason::foreign);
    const ControlMessage genesis{Control::genesis, {{1}, topic_life, 0, 0, {}, 0, 0}, {}};
    CHECK(topic.dropped(encode_control(genesis)) == DropReason::uninteresting);
    CHECK(to_string(DropReason::uninteresting) == "uninteresting");
}

TEST_CASE("reader rule: a frame of two that begins in our past overlaps") {
    Topic topic;
    REQUIRE(topic.writer.append({{numbered(1), numbered(2)}}));
    const std::string two = topic.messages().back().bytes;
    Topic other;
    other.append(1);
    other.read_all();
    CHECK(other.dropped(two) == DropReason::overlap);
}

TEST_CASE("reader rule: after a new claim the old leader is a zombie") {
    Topic topic;
    topic.append(1);
    topic.read_all();
    const Head head = topic.log.head();
    const Leadership old = topic.log.leadership();
    const Verdict claimed = judge(topic.state, identity, {9, claim_of({2, LeaderId{8}}, head)});
    REQUIRE(std::holds_alternative<Claimed>(claimed));
    CHECK(topic.state.term == 2);
    CHECK(topic.dropped(framed(topic, head, old, topic_life)) == DropReason::old_term);
    const std::string next = framed(topic, head, {2, LeaderId{8}}, topic_life);
    CHECK(std::holds_alternative<Admitted>(judge(topic.state, identity, {10, next})));
}

TEST_CASE("reader rule: it stops only when its own past is contradicted") {
    Topic topic;
    for (std::uint64_t i = 1; i <= 3; ++i)
        topic.append(i);
    topic.read_all();
    const auto stops = [&](const Message& message, const ChainLookup& lookup) {
        ReaderState state = topic.state;
        const Verdict verdict = judge(state, identity, message, lookup);
        return std::holds_alternative<Stopped>(verdict);
    };
    const Head head = topic.log.head();
    const ChainLookup known = [&](std::uint64_t seq) {
        return std::optional(Hash{std::uint8_t(seq)});
    };
    // A claim on a record that we do not have, or have otherwise.
    CHECK(stops({9, claim_of({2, {}}, {4, head.hash})}, {}));
    CHECK(stops({9, claim_of({2, {}}, {3, {}})}, {}));
    CHECK(stops({9, claim_of({2, {}}, {1, Hash{7}})}, known));
    CHECK_FALSE(stops({9, claim_of({2, {}}, {1, Hash{1}})}, known));
    CHECK_FALSE(stops({9, claim_of({2, {}}, {1, Hash{7}})}, {})); // Who knows.
    // The message at our stored offset.
    const std::string last = topic.messages().back().bytes;
    CHECK_FALSE(stops({topic.state.offset, last}, {}));
    const std::string other = framed(topic, {2, Hash{5}}, topic.log.leadership(), topic_life);
    CHECK(stops({topic.state.offset, other}, {}));
    CHECK(stops({topic.state.offset, last.substr(0, 150)}, {}));
    CHECK_FALSE(stops({topic.state.offset + 1, other}, {}));
}
