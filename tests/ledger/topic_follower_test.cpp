#include "ledger/topic_follower.hpp"

#include "ledger/memory_log.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/memory_topic.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace tollbook;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t frames = 40;
constexpr std::size_t frame_bytes = 100'000; // Many of them are decoded by several threads.
constexpr std::uint64_t before_frames = 2;   // The genesis and a claim.

// A topic with large frames, as a new reader meets it.
struct Carried {
    Carried() {
        topic.put(encode_control(
            {Control::genesis,
             {identity.cluster, incarnation, identity.partition, 0, {}, 0, 0},
             genesis_hash(identity.cluster, identity.partition)}
        ));
        LogWriter writer(log);
        REQUIRE(writer.claim());
        for (std::uint64_t number = 1; number <= frames; ++number)
            REQUIRE(writer.append(numbered(number, frame_bytes)));
        const auto messages = log.messages_after({}, std::numeric_limits<std::size_t>::max());
        REQUIRE(messages);
        for (const StoredFrame& message : *messages)
            topic.put(message.bytes);
        REQUIRE(topic.messages().size() == before_frames + frames);
    }

    TopicFollower follower(Topic& read) const {
        ReaderState start;
        start.incarnation = incarnation;
        start.hash = genesis_hash(identity.cluster, identity.partition);
        return {read, identity, start, {}};
    }

    LogIdentity identity{{1}, 0};
    Uuid incarnation{2};
    MemoryLog log{identity, incarnation};
    MemoryTopic topic;
};

// Judges so many messages.
void read(TopicFollower& follower, std::uint64_t messages) {
    for (std::uint64_t i = 0; i < messages; ++i) {
        const auto judged = follower.next(1s);
        REQUIRE(judged);
        REQUIRE(judged->has_value());
    }
}

// Its readers fail at an offset, once.
class Failing final : public Topic {
public:
    Failing(Topic& topic, std::uint64_t at) : topic_(topic), at_(at) {}

    Status check() override { return topic_.check(); }

    Result<std::uint64_t> end() override { return topic_.end(); }

    Result<std::unique_ptr<TopicReader>> read_from(std::uint64_t offset) override {
        return std::unique_ptr<TopicReader>(
            std::make_unique<Reader>(topic_.read_from(offset).value(), offset, at_)
        );
    }

    Result<std::unique_ptr<TopicWriter>> write() override { return topic_.write(); }

private:
    class Reader final : public TopicReader {
    public:
        Reader(std::unique_ptr<TopicReader> reader, std::uint64_t next, std::uint64_t fails_at)
            : reader_(std::move(reader)), next_(next), fails_at_(fails_at) {}

        Result<std::optional<TopicMessage>> next(std::chrono::milliseconds wait) override {
            if (next_ == fails_at_ && !std::exchange(failed_, true))
                return Error{Errc::topic_unavailable, "it fails once"};
            auto message = reader_->next(wait);
            if (message && *message) ++next_;
            return message;
        }

        bool interrupted() override { return reader_->interrupted(); }

    private:
        std::unique_ptr<TopicReader> reader_;
        std::uint64_t next_;
        std::uint64_t fails_at_;
        bool failed_{};
    };

    Topic& topic_;
    std::uint64_t at_;
};

} // namespace

TEST_CASE("topic follower: frames that are decoded ahead are judged in order") {
    Carried carried;
    TopicFollower follower = carried.follower(carried.topic);
    read(follower, before_frames);
    for (std::uint64_t seq = 1; seq <= frames; ++seq) {
        const auto judged = follower.next(1s);
        REQUIRE(judged);
        REQUIRE(judged->has_value());
        CHECK((*judged)->offset == seq + 1);
        CHECK((*judged)->bytes == carried.topic.messages().at(seq + 1));
        REQUIRE(std::holds_alternative<Admitted>((*judged)->verdict));
        CHECK(follower.state().seq == seq);
        CHECK(follower.position() == seq + 2);
    }
    CHECK(follower.state().hash == carried.log.head().hash);
    CHECK_FALSE(follower.next(0s)->has_value());
}

TEST_CASE("topic follower: what came before a failure is judged before it is told, once") {
    Carried carried;
    Failing topic(carried.topic, 10);
    TopicFollower follower = carried.follower(topic);
    read(follower, 10);
    const auto failed = follower.next(1s);
    REQUIRE(failed.has_error());
    CHECK(failed.error().code == Errc::topic_unavailable);
    read(follower, before_frames + frames - 10);
    CHECK(follower.state().hash == carried.log.head().hash);
}

TEST_CASE("topic follower: what was decoded ahead is read again when the connection broke") {
    Carried carried;
    TopicFollower follower = carried.follower(carried.topic);
    read(follower, 10);
    std::string damaged = carried.topic.messages().at(20);
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    carried.topic.replace(20, damaged); // Interrupts readers.
    read(follower, before_frames + frames - 9);
    CHECK(follower.state().offset == 19);
    CHECK(follower.dropped().at(static_cast<std::size_t>(DropReason::unreadable)) == 1);
    CHECK(follower.dropped().at(static_cast<std::size_t>(DropReason::gap)) > 0);
}

TEST_CASE("topic follower: what was decoded ahead is forgotten when it goes back") {
    Carried carried;
    TopicFollower follower = carried.follower(carried.topic);
    read(follower, 10);
    const ReaderState confirmed = follower.state();
    read(follower, 10);
    follower.rewind(confirmed);
    CHECK(follower.position() == confirmed.offset);
    read(follower, before_frames + frames - 9); // The one that it took last among them.
    CHECK(follower.state().hash == carried.log.head().hash);
}
