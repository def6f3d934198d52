// All or none: what an atomic batch promises, given to the writer beside other commands.
#include "ledger/partition.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

using namespace tollbook;

namespace {

using Receipts = Result<std::vector<Receipt>>;

AddToCounter limited(std::int64_t amount, std::int64_t at_most) {
    AddToCounter command;
    command.counter = "A";
    command.amount = amount;
    command.at_most = at_most;
    return command;
}

Error error_of(const Receipts& receipts) {
    REQUIRE(receipts.has_error());
    return receipts.error();
}

std::size_t frames_of(PartitionRig& rig) {
    return rig.store().log().frames_after(0, std::size_t{1} << 30U)->size();
}

} // namespace

TEST_CASE("atomic batch: all stand in one frame, each decided behind the ones before it") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    const Receipts receipts = rig.send_atomic(
        {add("k1", limited(60, 100)), add("k2", limited(40, 100)), add("k3", "B", 1)}
    );
    REQUIRE(receipts.has_value());
    REQUIRE(receipts->size() == 3);
    CHECK((*receipts)[0].first_seq == 1);
    CHECK((*receipts)[2].last_seq == 3);
    CHECK((*receipts)[1].events.front().revision == 2);
    CHECK(frames_of(rig) == 1);
    CHECK(rig.value("A") == 100);
    CHECK(rig.partition().health().commands == 3);
}

TEST_CASE("atomic batch: one that is refused refuses all, and leaves nothing") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    REQUIRE(rig.send(add("before", "A", 10)).has_value());
    const Hash hash = rig.state_hash();
    rig.hold();
    auto single = rig.start(add("single", "B", 1));
    auto batch = rig.start_atomic(
        {add("k1", "A", 60), add("k2", "B", 5), add("k3", limited(40, 100)), add("k4", "A", 1)}
    );
    auto behind = rig.start(add("behind", limited(90, 100)));
    rig.release();
    const Error why = error_of(batch.get());
    CHECK(why.code == Errc::insufficient_funds);
    CHECK(why.detail.starts_with("item 2: "));
    CHECK(single.get().has_value());
    const Result<Receipt> after = behind.get();
    REQUIRE(after.has_value()); // It saw none of the batch.
    CHECK(after->first_seq == 3);
    CHECK(rig.value("A") == 100);
    CHECK(rig.value("B") == 1);
    CHECK(rig.records().size() == 3);
    CHECK(rig.state_hash() != hash);
    CHECK(rig.partition().health().refusals == 4);
    CHECK_FALSE(rig.send(add("k1", "B", 1))->replayed); // Its key was not used.
}

TEST_CASE("atomic batch: sent again it gets its first receipts, mixed with new ones it is refused"
) {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    const std::vector<Submission> batch{add("k1", "A", 1), add("k2", "A", 2)};
    rig.hold();
    auto first = rig.start_atomic(batch);
    auto twice = rig.start_atomic(batch);
    rig.release();
    const Receipts made = first.get();
    const Receipts again = twice.get();
    REQUIRE(made.has_value());
    REQUIRE(again.has_value());
    CHECK_FALSE(made->back().replayed);
    CHECK(again->front().replayed);
    CHECK(again->back().hash == made->back().hash);
    rig.close();
    REQUIRE(rig.open().has_value());
    CHECK(rig.send_atomic(batch)->back().replayed);
    CHECK(rig.send(batch[1])->replayed);

    const auto refused = [&](std::vector<Submission> mixed, std::string_view detail) {
        const Error why = error_of(rig.send_atomic(std::move(mixed)));
        CHECK(why.code == Errc::idempotency_key_reused);
        CHECK(why.detail.find(detail) != std::string::npos);
    };
    refused({add("k1", "A", 1), add("k3", "A", 3)}, "item 1: some keys");
    refused({add("k3", "A", 3), add("k1", "A", 1)}, "item 1: some keys");
    refused({add("k4", "A", 1), add("k4", "A", 1)}, "item 1: some keys");
    refused({add("k1", "A", 1), add("k2", "A", 3)}, "item 1: ");
    CHECK(rig.value("A") == 3);
    CHECK(rig.records().size() == 2);
}

TEST_CASE("atomic batch: exactly what a frame holds is accepted, more is refused") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    const auto batch = [](int run, std::size_t commands, std::uint32_t padding) {
        std::vector<Submission> all;
        for (std::size_t i = 0; i < commands; ++i) {
            AddToCounter command;
            command.counter = "A";
            command.amount = 1;
            command.padding = padding;
            all.push_back(add("r" + std::to_string(run) + "-" + std::to_string(i), command));
        }
        return all;
    };
    std::size_t fits = 0;
    std::size_t not_any_more = 4'000;
    for (int run = 0; fits + 1 < not_any_more; ++run) {
        const std::size_t commands = (fits + not_any_more) / 2;
        const std::size_t frames = frames_of(rig);
        const Receipts receipts = rig.send_atomic(batch(run, commands, 100));
        if (receipts) {
            fits = commands;
            CHECK(frames_of(rig) == frames + 1);
        } else {
            not_any_more = commands;
            CHECK(receipts.error().code == Errc::command_too_large);
            CHECK(frames_of(rig) == frames);
        }
    }
    const std::vector<StoredFrame> frames = *rig.store().log().frames_after(0, 1U << 30U);
    std::size_t largest = 0;
    for (const StoredFrame& frame : frames)
        largest = std::max(largest, frame.bytes.size());
    CHECK(largest <= frame_bytes_max);
    CHECK(largest > frame_bytes_max - 1'000); // One command more would not have fit.
    CHECK(
        error_of(rig.send_atomic(batch(1'000, 20'000, 0))).code == Errc::command_too_large
    ); // Before it takes up the writer.
}

TEST_CASE("atomic batch: it is not split over frames, whatever stands before it") {
    PartitionRig rig;
    REQUIRE(rig.open().has_value());
    AddToCounter large;
    large.counter = "A";
    large.amount = 1;
    large.padding = 200 * 1024;
    AddToCounter personal = large;
    personal.padding = 150 * 1024;
    personal.secret = std::string(30'000, 's');
    rig.hold();
    auto before = rig.start(add("before", large));
    auto batch = rig.start_atomic({add("k1", personal), add("k2", personal)});
    auto behind = rig.start(add("behind", "A", 1));
    rig.release();
    CHECK(before.get().has_value());
    const Receipts receipts = batch.get();
    REQUIRE(receipts.has_value());
    CHECK(behind.get()->first_seq == 4);
    const std::vector<StoredFrame> frames = *rig.store().log().frames_after(0, 1U << 30U);
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].last_seq == 1);
    CHECK(frames[1].last_seq == 4);
    CHECK(rig.partition().health().groups == 1);
}

TEST_CASE("atomic batch: what cannot be one is refused before it is decided") {
    PartitionOptions options;
    options.queue_commands_max = 3;
    options.group_commands_max = 1;
    PartitionRig rig({}, options);
    REQUIRE(rig.open().has_value());
    CHECK(error_of(rig.send_atomic({})).code == Errc::missing_field);
    Submission other = add("k2", "A", 1);
    other.tenant = "other";
    const Error foreign = error_of(rig.send_atomic({add("k1", "A", 1), other}));
    CHECK(foreign.code == Errc::malformed_request);
    CHECK(foreign.detail.starts_with("item 1: "));
    CHECK(
        error_of(rig.send_atomic({add("k1", "A", 1), add("", "A", 1)})).code ==
        Errc::idempotency_key_missing
    );
    rig.hold();
    auto first = rig.start(add("s1", "A", 1));
    auto full = rig.start_atomic({add("k1", "A", 1), add("k2", "A", 1), add("k3", "A", 1)});
    CHECK(error_of(full.get()).code == Errc::overloaded);
    auto fits = rig.start_atomic({add("k1", "A", 1), add("k2", "A", 1)});
    rig.release(); // A group of one command ends behind the whole batch.
    CHECK(first.get().has_value());
    CHECK(fits.get().has_value());
    CHECK(rig.value("A") == 3);
}

// Seeded: batches and single commands in groups, some of them refused, against a model that copies
// its whole state before each batch.
TEST_CASE("atomic batch: many of them among single commands are what a naive model makes of them") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        PartitionOptions options;
        options.checkpoint_records = 40;
        PartitionRig rig({}, options);
        REQUIRE(rig.open().has_value());
        std::mt19937_64 random(seed);
        std::map<std::string, std::int64_t> model;
        std::uint64_t records = 0;
        int refused = 0;
        for (int round = 0; round < 15; ++round) {
            std::vector<std::future<Receipts>> told;
            std::vector<bool> expected;
            rig.hold();
            for (int sent = 0; sent < 6; ++sent) {
                std::vector<Submission> batch;
                auto after = model;
                bool accepted = true;
                for (std::uint64_t n = 1 + random() % 4; n > 0; --n) {
                    AddToCounter command;
                    command.counter = std::string(1, static_cast<char>('A' + random() % 3));
                    command.amount = static_cast<std::int64_t>(random() % 50 + 1);
                    command.at_most = 900;
                    after[command.counter] += command.amount;
                    accepted = accepted && after[command.counter] <= 900;
                    batch.push_back(
                        add("k" + std::to_string(round) + "-" + std::to_string(sent) + "-" +
                                std::to_string(n),
                            command)
                    );
                }
                if (accepted) {
                    model = after;
                    records += batch.size();
                }
                expected.push_back(accepted);
                told.push_back(rig.start_atomic(std::move(batch)));
            }
            rig.release();
            for (std::size_t i = 0; i < told.size(); ++i) {
                CHECK(told[i].get().has_value() == expected[i]);
                refused += expected[i] ? 0 : 1;
            }
        }
        CHECK(refused > 5);
        for (const auto& [counter, value] : model)
            CHECK(rig.value(counter) == value);
        CHECK(rig.partition().health().head.seq == records);
        const Hash hash = rig.state_hash();
        rig.close();
        REQUIRE(rig.open().has_value());
        CHECK(rig.state_hash() == hash);
    }
}
