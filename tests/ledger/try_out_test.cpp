// Commands that are tried out: what they would come to, and that nothing of it stays.
#include "ledger/partition.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace tollbook;

namespace {

Submission limited(const std::string& key, std::int64_t amount, std::int64_t at_most) {
    AddToCounter command;
    command.counter = "A";
    command.amount = amount;
    command.at_most = at_most;
    return add(key, command);
}

// "accepted", "replayed", or the slug of the refusal.
std::string told(const Result<Tried>& outcome) {
    if (!outcome) return std::string(info(outcome.error().code).slug);
    return *outcome == Tried::replayed ? "replayed" : "accepted";
}

std::string told(const Result<Receipt>& outcome) {
    if (!outcome) return std::string(info(outcome.error().code).slug);
    return outcome->replayed ? "replayed" : "accepted";
}

std::vector<std::string> tried(PartitionRig& rig, const std::vector<Submission>& commands) {
    const auto outcomes = rig.partition().try_out(commands);
    REQUIRE(outcomes.has_value());
    std::vector<std::string> all;
    for (const Result<Tried>& outcome : *outcomes)
        all.push_back(told(outcome));
    return all;
}

std::vector<std::string> sent(PartitionRig& rig, const std::vector<Submission>& commands) {
    std::vector<std::string> all;
    for (const Submission& command : commands)
        all.push_back(told(rig.send(command)));
    return all;
}

} // namespace

TEST_CASE("try out: each is decided behind those before it, and nothing stays") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    REQUIRE(rig.send(add("first", "A", 10)).has_value());
    const Hash hash = rig.state_hash();
    Submission unreadable = add("k5", "A", 1);
    unreadable.body = "{";
    const std::vector<Submission> commands{
        limited("k1", 60, 100),
        limited("k2", 40, 100), // 110: too much, behind the one before.
        limited("k3", 30, 100),
        limited("k1", 60, 100), // The same again.
        limited("k1", 61, 100), // Its key, for something else.
        add("first", "A", 10),  // Stood before.
        add("first", "A", 11),
        unreadable};
    const std::vector<std::string> expected{
        "accepted",
        "insufficient-funds",
        "accepted",
        "replayed",
        "idempotency-key-reused",
        "replayed",
        "idempotency-key-reused",
        "malformed-json"};
    CHECK(tried(rig, commands) == expected);
    CHECK(tried(rig, commands) == expected); // Nothing of the first time is known.
    CHECK(rig.state_hash() == hash);
    CHECK(rig.value("A") == 10);
    CHECK(rig.records().size() == 1);
    CHECK(rig.partition().health().head.seq == 1);
    CHECK(sent(rig, commands) == expected);
    CHECK(rig.value("A") == 100);
    rig.close();
    REQUIRE(rig.open().has_value());
    CHECK(rig.value("A") == 100);
}

TEST_CASE("try out: whatever the commands, they come to just that when they are sent") {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
        CAPTURE(seed);
        std::mt19937_64 dice(seed);
        PartitionRig rig;
        rig.options.checkpoint_records = 50; // Some keys are known from a checkpoint alone.
        REQUIRE(rig.open().has_value());
        for (int round = 0; round < 12; ++round) {
            std::vector<Submission> commands;
            for (int i = 0; i < 40; ++i)
                commands.push_back(limited(
                    "k" + std::to_string(dice() % 300), static_cast<std::int64_t>(dice() % 9), 700
                ));
            const Hash hash = rig.state_hash();
            const std::vector<std::string> outcomes = tried(rig, commands);
            CHECK(rig.state_hash() == hash);
            CHECK(sent(rig, commands) == outcomes);
        }
    }
}

TEST_CASE("try out: nothing to try is no trouble") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    CHECK(tried(rig, {}).empty());
}
