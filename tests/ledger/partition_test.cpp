#include "ledger/partition.hpp"

#include "tests/support/partition_rig.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

bool same_place(const Receipt& a, const Receipt& b) {
    return a.first_seq == b.first_seq && a.last_seq == b.last_seq && a.hash == b.hash &&
           a.term == b.term && a.events == b.events;
}

AddToCounter addition(std::int64_t amount) {
    AddToCounter command;
    command.counter = "A";
    command.amount = amount;
    return command;
}

} // namespace

TEST_CASE("partition: an accepted command stands in the log, and its receipt says where") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    AddToCounter twice = addition(5);
    twice.times = 2;
    const Result<Receipt> receipt = rig.send(add("k1", twice));
    REQUIRE(receipt.has_value());
    CHECK(receipt->first_seq == 1);
    CHECK(receipt->last_seq == 2);
    CHECK(receipt->term == 1);
    CHECK_FALSE(receipt->replayed);
    REQUIRE(receipt->events.size() == 2);
    CHECK(receipt->events[1].revision == 2);
    CHECK(receipt->events[1].id == event_id_of("acme", "k1", 1));
    CHECK(rig.value("A") == 10);

    const std::vector<Record> records = rig.records();
    REQUIRE(records.size() == 2);
    CHECK(records[1].tenant_seq == 2);
    CHECK(records[1].command.idempotency_key == "k1");
    CHECK(records[1].command.count == 2);
    CHECK(records[1].command.actor == "key:test");
    const PartitionHealth health = rig.partition().health();
    CHECK(health.head == Head{2, receipt->hash});
    CHECK(health.commands == 1);
}

TEST_CASE("partition: a repeated command gets its first receipt, another body is refused") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    const Result<Receipt> first = rig.send(add("k1", "A", 5));
    REQUIRE(rig.send(add("k2", "A", 1)).has_value());
    for (int restart = 0; restart < 2; ++restart) {
        const Result<Receipt> again = rig.send(add("k1", "A", 5));
        REQUIRE(again.has_value());
        CHECK(again->replayed);
        CHECK(same_place(*first, *again));
        CHECK(code_of(rig.send(add("k1", "A", 6))) == Errc::idempotency_key_reused);
        CHECK(rig.value("A") == 6);
        rig.close();
        REQUIRE(rig.open().has_value());
    }
    Submission other_tenant = add("k1", "A", 7);
    other_tenant.tenant = "other";
    CHECK_FALSE(rig.send(other_tenant)->replayed);
    CHECK(rig.records().size() == 3);
}

TEST_CASE("partition: two at once of one key are one command") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    rig.hold();
    auto first = rig.start(add("k1", "A", 5));
    auto second = rig.start(add("k1", "A", 5));
    auto other = rig.start(add("k1", "A", 6));
    CHECK(second.wait_for(std::chrono::milliseconds(5)) == std::future_status::timeout);
    rig.release();
    const Result<Receipt> receipt = first.get();
    const Result<Receipt> again = second.get();
    CHECK_FALSE(receipt->replayed);
    CHECK(again->replayed);
    CHECK(same_place(*receipt, *again));
    CHECK(code_of(other.get()) == Errc::idempotency_key_reused);
    CHECK(rig.partition().health().groups == 1);
    CHECK(rig.records_by_command().at(command_id_of("acme", "k1")) == 1);
}

TEST_CASE("partition: a key is 1 to 255 printable characters, origins are short") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    CHECK(code_of(rig.send(add("", "A", 5))) == Errc::idempotency_key_missing);
    for (const std::string& key :
         {std::string(256, 'k'),
          std::string("a\nb"),
          std::string("\x7f"),
          std::string("k\xc3\xa9")})
        CHECK(code_of(rig.send(add(key, "A", 5))) == Errc::idempotency_key_invalid);
    CHECK(rig.send(add(std::string(255, 'k'), "A", 5)).has_value());
    Submission talkative = add("k", "A", 5);
    talkative.actor = std::string(256, 'a');
    CHECK(code_of(rig.send(talkative)) == Errc::malformed_request);
    Submission unknown = add("k", "A", 5);
    unknown.type = "subtract";
    CHECK(code_of(rig.send(unknown)) == Errc::not_found);
}

TEST_CASE("partition: a refusal leaves nothing, and its key may be used again") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    CHECK(code_of(rig.send(add("k1", "A", -5))) == Errc::amount_not_positive);
    AddToCounter unbalanced = addition(5);
    unbalanced.off_by = 1;
    CHECK(code_of(rig.send(add("k1", unbalanced))) == Errc::unbalanced_entry);
    CHECK(rig.value("A") == 0);
    CHECK(rig.partition().health().head.seq == 0);
    CHECK(rig.partition().health().refusals == 2);
    CHECK(rig.send(add("k1", "A", 5))->first_seq == 1);
}

TEST_CASE("partition: within a group each command sees the ones before it") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    rig.hold();
    AddToCounter limited = addition(60);
    limited.at_most = 100;
    auto first = rig.start(add("k1", limited));
    auto second = rig.start(add("k2", limited));
    auto third = rig.start(add("k3", addition(40)));
    rig.release();
    CHECK(first.get().has_value());
    CHECK(code_of(second.get()) == Errc::insufficient_funds);
    CHECK(third.get()->events.front().revision == 2);
    CHECK(rig.value("A") == 100);
}

TEST_CASE("partition: an expected revision that is not the stream's is a conflict") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    const auto at_revision = [](const std::string& key, std::uint64_t revision) {
        Submission submission = add(key, "A", 5);
        submission.expected_revision = revision;
        return submission;
    };
    CHECK(code_of(rig.send(at_revision("k1", 1))) == Errc::version_conflict);
    CHECK(rig.send(at_revision("k1", 0)).has_value());
    CHECK(code_of(rig.send(at_revision("k2", 0))) == Errc::version_conflict);
    rig.close();
    REQUIRE(rig.open().has_value());
    CHECK(rig.send(at_revision("k2", 1))->events.front().revision == 2);
}

TEST_CASE("partition: a command larger than a frame is refused, smaller ones share frames") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    AddToCounter large = addition(1);
    large.padding = 600 * 1024;
    CHECK(code_of(rig.send(add("k1", large))) == Errc::command_too_large);
    CHECK(rig.value("A") == 0);
    large.padding = 200 * 1024;
    rig.hold();
    std::vector<std::future<Result<Receipt>>> sent;
    for (int n = 0; n < 5; ++n)
        sent.push_back(rig.start(add("k" + std::to_string(n), large)));
    rig.release();
    for (auto& receipt : sent)
        CHECK(receipt.get().has_value());
    CHECK(rig.partition().health().groups == 1);
    CHECK(rig.store().log().frames_after(0, 1U << 30U)->size() == 3);
    CHECK(rig.records().size() == 5);
    large.padding = 523 * 1024; // Just below, whatever the overhead.
    const Result<Receipt> edge = rig.send(add("edge", large));
    CHECK((edge.has_value() || edge.error().code == Errc::command_too_large));
}

TEST_CASE("partition: personal data is sealed, and nowhere in the clear") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    AddToCounter personal = addition(5);
    personal.secret = "Wanjiru Kamau";
    REQUIRE(rig.send(add("k1", personal)).has_value());
    const Record record = rig.records().front();
    REQUIRE(record.sealed.has_value());
    CHECK(record.sealed->subject == "counter:A");
    CHECK(*rig.keys().open_sealed("acme", *record.sealed, record.event_id) == "Wanjiru Kamau");
    CHECK(rig.store().log().frames_after(0, 1)->front().bytes.find("Wanjiru") == std::string::npos);
}

TEST_CASE("partition: more than the queue holds is overloaded") {
    PartitionOptions options;
    options.queue_commands_max = 3;
    PartitionRig rig({}, options);
    REQUIRE(rig.open().has_value());
    rig.hold();
    std::vector<std::future<Result<Receipt>>> sent;
    for (int n = 0; n < 4; ++n)
        sent.push_back(rig.start(add("k" + std::to_string(n), "A", 1)));
    CHECK(code_of(sent.back().get()) == Errc::overloaded);
    rig.release();
    sent.pop_back();
    for (auto& receipt : sent)
        CHECK(receipt.get().has_value());
}

TEST_CASE("partition: a clock that stands behind or jumped stamps nothing") {
    PartitionOptions options;
    static std::int64_t wall = 0;
    static std::int64_t monotonic = 0;
    wall = 1'800'000'000'000'000;
    monotonic = 0;
    options.clock = [] { return Timestamp{wall}; };
    options.monotonic = [] { return std::chrono::microseconds(monotonic); };
    PartitionRig rig({}, options);
    REQUIRE(rig.open().has_value());
    const auto pass = [](std::int64_t wall_seconds, std::int64_t real_seconds) {
        wall += wall_seconds * 1'000'000;
        monotonic += real_seconds * 1'000'000;
    };
    CHECK(rig.send(add("k1", "A", 1)).has_value());
    pass(-30, 0); // A correction: the head's stamp stands.
    CHECK(rig.send(add("k2", "A", 1)).has_value());
    pass(3600, 10);
    CHECK(code_of(rig.send(add("k3", "A", 1))) == Errc::clock_skewed);
    pass(-3590, 0);
    CHECK(rig.send(add("k3", "A", 1)).has_value());
    const std::vector<Record> records = rig.records();
    CHECK(records[1].command.recorded_at == records[0].command.recorded_at);

    rig.close();
    wall -= 3600 * std::int64_t{1'000'000};
    REQUIRE(rig.open().has_value());
    CHECK(code_of(rig.send(add("k4", "A", 1))) == Errc::clock_skewed);
}

TEST_CASE("partition: an orderly stop answers what waits and leaves nothing to replay") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    for (int n = 0; n < 20; ++n)
        REQUIRE(rig.send(add("k" + std::to_string(n), "A", 1)).has_value());
    const Hash hash = rig.state_hash();
    rig.close();
    REQUIRE(rig.open().has_value());
    const PartitionHealth health = rig.partition().health();
    CHECK(health.checkpoint_seq == 20);
    CHECK(health.replayed == 0);
    CHECK(health.term == 2);
    CHECK(rig.state_hash() == hash);
    CHECK(rig.send(add("k7", "A", 1))->replayed);
    CHECK(rig.send(add("new", "A", 1))->events.front().revision == 21);
}

TEST_CASE("partition: a checkpoint is made on demand and after so many records") {
    PartitionOptions options;
    options.checkpoint_records = 10;
    PartitionRig rig({}, options);
    REQUIRE(rig.open().has_value());
    REQUIRE(rig.send(add("first", "A", 1)).has_value());
    REQUIRE(rig.partition().checkpoint().has_value());
    CHECK(rig.partition().health().checkpoint_seq == 1);
    for (int n = 0; n < 100; ++n)
        REQUIRE(rig.send(add("k" + std::to_string(n), "A", 1)).has_value());
    REQUIRE(rig.partition().checkpoint().has_value());
    CHECK(rig.partition().health().checkpoint_seq == 101);
    for (int n = 0; n < 100; ++n)
        CHECK(rig.send(add("k" + std::to_string(n), "A", 1))->replayed);
    CHECK(rig.value("A") == 101);
}

TEST_CASE("partition: a checkpoint holds rows whose keys begin alike, in whatever order they came"
) {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    std::vector<std::string> names;
    for (const std::size_t length : {40U, 11U, 1U, 12U, 10U, 2U, 9U, 25U})
        for (const char last : {'z', 'a', 'm'})
            names.push_back(std::string(length - 1, 'm') + last);
    for (std::size_t i = 0; i < names.size(); ++i)
        REQUIRE(rig.send(add("k" + std::to_string(i), names[i], 1)).has_value());
    REQUIRE(rig.partition().checkpoint().has_value());
    const Hash hash = rig.state_hash();
    rig.close();
    REQUIRE(rig.open().has_value());
    CHECK(rig.partition().health().replayed == 0);
    CHECK(rig.state_hash() == hash);
    for (const std::string& name : names)
        CHECK(rig.value(name) == 1);
}
