#include "ledger/topic_source.hpp"
#include "ledger/topic_watch.hpp"
#include "tests/ledger/topic_contract.hpp"
#include "tests/support/replicated_rig.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace tollbook;
using namespace std::chrono_literals;

namespace {

std::vector<Record> all_of(Source& source, ReaderState at) {
    const Result<ReaderState> head = source.head();
    REQUIRE(head);
    std::vector<Record> records;
    while (at.seq < head->seq) {
        const Result<Batch> batch = source.read(at, 2000, 5s);
        REQUIRE(batch);
        records.insert(records.end(), batch->records.begin(), batch->records.end());
        at = batch->after;
    }
    return records;
}

} // namespace

TEST_CASE("memory topic: keeps the contract") {
    MemoryTopic topic;
    check_topic_contract(topic);
}

TEST_CASE("topic: carries the same messages as the disk, byte for byte, at every level") {
    for (const auto level :
         {Acknowledgement::local, Acknowledgement::both, Acknowledgement::replicated}) {
        Replicated node(level);
        node.rig.store_options.sync_lazily = level == Acknowledgement::replicated;
        std::uint64_t seq = 0;
        for (int life = 0; life < 3; ++life) {
            REQUIRE(node.rig.open());
            for (int i = 0; i < 10; ++i) {
                const Result<Receipt> receipt = node.send(10 * life + i);
                REQUIRE(receipt);
                CHECK(receipt->level == level);
                CHECK(receipt->term == static_cast<std::uint64_t>(life) + 1);
                seq = receipt->last_seq;
                if (level != Acknowledgement::local)
                    CHECK(node.read().hashes[seq] == receipt->hash);
            }
            if (level == Acknowledgement::local) node.await_topic(seq);
            const TopicRead read = node.read();
            CHECK(read.taken == node.rig.messages());
            CHECK(read.taken.size() == 11 * (static_cast<std::size_t>(life) + 1));
            node.rig.close();
        }
    }
}

TEST_CASE("topic: a node whose disk was wiped ends on the same hash and answers the same") {
    Replicated node;
    SUBCASE("batch by batch") {}
    SUBCASE("in files") { node.rig.store_options.frame_file_bytes_min = 2'000; }
    REQUIRE(node.rig.open());
    const Result<Receipt> first = node.send(1);
    REQUIRE(first);
    for (int i = 2; i < 40; ++i)
        REQUIRE(node.send(i));
    const Hash state = node.rig.state_hash();
    const Head head = node.rig.partition().health().head;
    const auto messages = node.rig.messages();
    node.rig.close();
    node.rig.wipe();
    REQUIRE(node.rig.open());
    CHECK(node.rig.state_hash() == state);
    CHECK(node.rig.partition().health().head == head);
    auto again = node.rig.messages();
    again.pop_back(); // The claim of this life.
    CHECK(again == messages);
    const Result<Receipt> replayed = node.send(1);
    REQUIRE(replayed);
    CHECK(replayed->replayed);
    CHECK(replayed->hash == first->hash);
}

TEST_CASE("topic: what lived on one disk alone is supplied when a topic is given") {
    Replicated node;
    node.rig.topic = nullptr;
    for (int life = 0; life < 2; ++life) {
        REQUIRE(node.rig.open());
        REQUIRE(node.send(life));
        node.rig.close();
    }
    node.rig.topic = &node.topic;
    REQUIRE(node.rig.open());
    REQUIRE(node.send(7));
    CHECK(node.read().taken == node.rig.messages());
}

TEST_CASE("topic: a refusal is answered only by a node that still leads") {
    Replicated node;
    REQUIRE(node.rig.open());
    AddToCounter too_much;
    too_much.counter = "A";
    too_much.amount = 5;
    too_much.at_most = 1;
    const std::size_t before = node.topic.messages().size();
    CHECK(code_of(node.rig.send(add("no", too_much))) == Errc::insufficient_funds);
    CHECK(node.topic.messages().size() == before + 1); // The barrier.
    CHECK(node.read().taken == node.rig.messages());

    const ReaderState at = *node.rig.partition().source().head();
    ControlMessage claim;
    claim.kind = Control::claim;
    claim.envelope = {
        node.rig.store().identity().cluster, at.incarnation, 0, at.term + 1, {99}, at.seq, at.seq};
    claim.head = at.hash;
    node.topic.put(encode_control(claim));
    const bool refused = code_of(node.rig.send(add("no2", too_much))) != Errc::insufficient_funds;
    CHECK(refused);
    CHECK(code_of(node.send(1)) == Errc::store_unavailable); // Stopped for good.
    CHECK_FALSE(node.rig.partition().health().serving);
    CHECK(node.rig.partition().health().stopped.code == Errc::store_locked);
}

TEST_CASE("topic: what a dead process still had under way is taken before the next claim, or never"
) {
    Replicated node;
    REQUIRE(node.rig.open());
    REQUIRE(node.send(1));
    node.topic.fate = [](std::string_view) { return Fate::late; };
    node.rig.options.answer_within = 50ms;
    auto under_way = node.rig.start(add("late", "A", 2));
    while (node.rig.partition().health().queue > 0)
        std::this_thread::yield();
    node.rig.close();
    REQUIRE(under_way.get().has_error());
    node.topic.fate = nullptr;
    SUBCASE("before the claim") {
        node.topic.deliver_late();
        node.rig.options.answer_within = 20s;
        REQUIRE(node.rig.open());
        CHECK(node.rig.value("A") == 4);
    }
    SUBCASE("between the tip and the claim") {
        node.rig.options.answer_within = 20s;
        node.topic.set_stale(1);
        node.topic.deliver_late();
        REQUIRE(node.rig.open());
        node.topic.set_stale(0);
        CHECK(node.rig.value("A") == 4);
    }
    SUBCASE("after the claim") {
        node.rig.options.answer_within = 20s;
        REQUIRE(node.rig.open());
        node.topic.deliver_late();
        CHECK(node.rig.value("A") == 2);
        REQUIRE(node.rig.send(add("late", "A", 2)));
        CHECK(node.rig.value("A") == 4);
    }
    REQUIRE(node.send(4));
    CHECK(node.read().taken == node.rig.messages());
    for (const auto& [command, records] : node.read().commands)
        CHECK(records == 1);
}

TEST_CASE("topic: what was read and is gone before it was delivered is no damage") {
    Replicated node;
    REQUIRE(node.rig.open());
    REQUIRE(node.send(1));
    const std::size_t confirmed = node.topic.messages().size();
    node.topic.fate = [](std::string_view) { return Fate::unacknowledged; };
    auto under_way = node.rig.start(add("k2", "A", 2));
    while (node.topic.messages().size() == confirmed)
        std::this_thread::yield();
    CHECK(node.rig.partition().health().head.seq == 1); // Read or not: it is not shown.
    node.topic.truncate(confirmed);
    const Result<Receipt> receipt = under_way.get();
    REQUIRE(receipt);
    CHECK(node.read().hashes[2] == receipt->hash);
    node.topic.fate = nullptr;
    REQUIRE(node.send(3));
    CHECK(node.read().taken == node.rig.messages());

    node.topic.truncate(confirmed - 1); // What was confirmed is gone: that is damage.
    CHECK(code_of(node.send(4)) == Errc::outcome_unknown);
    CHECK(node.rig.partition().health().stopped.code == Errc::store_damaged);
}

TEST_CASE("topic: brokers that contradict themselves for a while are waited for") {
    Replicated node;
    REQUIRE(node.rig.open());
    REQUIRE(node.send(1));
    node.topic.set_confused(3);
    REQUIRE(node.send(2));
    CHECK(node.rig.partition().health().serving);
    CHECK(node.read().taken == node.rig.messages());
}

TEST_CASE("topic: another's, a shorter or a changed topic is refused") {
    Replicated node;
    REQUIRE(node.rig.open());
    for (int i = 0; i < 5; ++i)
        REQUIRE(node.send(i));
    node.rig.close();
    SUBCASE("another cluster's") {
        MemoryTopic other;
        Replicated stranger;
        stranger.rig.topic = &other;
        REQUIRE(stranger.rig.open());
        stranger.rig.close();
        stranger.rig.topic = &node.topic;
        const Status refused = stranger.rig.open();
        CHECK(code_of(refused) == Errc::store_foreign);
        CHECK(refused.error().detail.find("cluster") != std::string::npos);
    }
    SUBCASE("no genesis") {
        MemoryTopic other;
        other.put("something else");
        node.rig.topic = &other;
        std::filesystem::remove(node.rig.directory() + "/topic");
        CHECK(code_of(node.rig.open()) == Errc::store_foreign);
    }
    SUBCASE("it lost its end") {
        node.topic.truncate(4);
        CHECK(code_of(node.rig.open()) == Errc::store_damaged);
    }
    SUBCASE("it lost everything") {
        node.topic.truncate(0);
        CHECK(code_of(node.rig.open()) == Errc::store_damaged);
    }
    SUBCASE("what was read last is another message now") {
        node.topic.replace(node.topic.messages().size() - 1, node.topic.messages()[2]);
        CHECK(code_of(node.rig.open()) == Errc::store_damaged);
    }
    SUBCASE("another history of the same log") {
        node.rig.wipe();
        node.rig.topic = nullptr;
        REQUIRE(node.rig.open());
        REQUIRE(node.send(77)); // On the disk alone, and another in the topic.
        node.rig.close();
        node.rig.topic = &node.topic;
        CHECK(code_of(node.rig.open()) == Errc::store_damaged);
    }
    SUBCASE("it lost its end, and nobody remembers: what the disk has is supplied") {
        const auto messages = node.topic.messages();
        node.topic.truncate(messages.size() - 2);
        std::filesystem::remove(node.rig.directory() + "/topic");
        REQUIRE(node.rig.open());
        CHECK(node.read().taken == node.rig.messages());
    }
}

TEST_CASE("topic source: the same records as the disk, and readers move between the two") {
    Replicated node;
    for (int life = 0; life < 2; ++life) {
        node.rig.close();
        REQUIRE(node.rig.open());
        for (int i = 0; i < 30; ++i)
            REQUIRE(node.send(30 * life + i));
    }
    const Result<std::unique_ptr<TopicSource>> opened = TopicSource::open(node.topic);
    REQUIRE(opened);
    TopicSource& there = **opened;
    Source& here = node.rig.partition().source();
    CHECK(there.identity().cluster == here.identity().cluster);
    CHECK(there.head()->seq == here.head()->seq);
    CHECK(there.head()->hash == here.head()->hash);
    CHECK(all_of(there, there.start()) == all_of(here, here.start()));

    const Result<Batch> local = here.read(here.start(), 3000, 1s);
    REQUIRE(local);
    const Result<Batch> moved = there.read(local->after, 3000, 5s);
    REQUIRE(moved);
    CHECK(moved->records.front().seq == local->after.seq + 1);
    CHECK(moved->after.offset != no_offset);
    const Result<Batch> back = here.read(moved->after, 3000, 1s);
    REQUIRE(back);
    CHECK(back->records.front().seq == moved->after.seq + 1);

    ReaderState stranger = local->after;
    stranger.hash[0] ^= 1U;
    CHECK(there.read(stranger, 3000, 1s).error().code == Errc::store_damaged);
    stranger = moved->after;
    stranger.hash[0] ^= 1U;
    CHECK(there.read(stranger, 3000, 1s).error().code == Errc::store_damaged);
    stranger = local->after;
    stranger.incarnation[0] ^= 1U;
    CHECK(there.read(stranger, 3000, 1s).error().code == Errc::store_foreign);
}

TEST_CASE("topic source: what was read, lost and sent again at another offset is found again") {
    Replicated node;
    REQUIRE(node.rig.open());
    for (int i = 0; i < 10; ++i)
        REQUIRE(node.send(i));
    const Result<std::unique_ptr<TopicSource>> opened = TopicSource::open(node.topic);
    REQUIRE(opened);
    TopicSource& source = **opened;
    const Result<Batch> first = source.read(source.start(), 1U << 20U, 1s);
    REQUIRE(first);
    REQUIRE(first->after.seq == 10);

    const std::vector<std::string> messages = node.topic.messages();
    node.topic.truncate(messages.size() - 1);
    const auto lost = source.read(first->after, 1U << 20U, 10ms);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == Errc::topic_unavailable); // It may come again.
    node.topic.put("somebody else's");
    node.topic.put(messages.back());
    const Result<Batch> again = source.read(first->after, 1U << 20U, 10ms);
    REQUIRE(again);
    CHECK(again->records.empty());
    CHECK(again->after.hash == first->after.hash);
    CHECK(again->after.offset == first->after.offset + 1);

    REQUIRE(node.send(11));
    const Result<Batch> next = source.read(first->after, 1U << 20U, 5s);
    REQUIRE(next);
    CHECK(next->records.size() == 1);
    CHECK(source.head()->seq == 11);

    ReaderState other = first->after; // Another record at that seq: nothing finds it.
    other.hash[0] ^= 1U;
    CHECK(source.read(other, 1U << 20U, 10ms).error().code == Errc::store_damaged);
}

TEST_CASE("topic watch: settings that somebody changes are told once, and when they are mended") {
    MemoryTopic topic;
    std::atomic<int> told{0};
    TopicWatch watch(topic, 1ms, [&](const Error&) { ++told; });
    CHECK(watch.found());
    topic.set_unsafe("kafka.topic: retention.ms");
    while (watch.found())
        std::this_thread::yield();
    CHECK(watch.found().error().detail == "kafka.topic: retention.ms");
    topic.set_away(true); // That says nothing of its settings.
    topic.set_unsafe("kafka.topic: min.insync.replicas");
    CHECK(watch.found().error().detail == "kafka.topic: retention.ms");
    topic.set_away(false);
    while (told < 2)
        std::this_thread::yield();
    topic.set_unsafe("");
    while (!watch.found())
        std::this_thread::yield();
    CHECK(told == 2);
}
