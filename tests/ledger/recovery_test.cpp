#include "ledger/recovery.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/store_handles.hpp"
#include "tests/support/fault_fs.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <semaphore>

using namespace tollbook;

namespace {

// A rig on a disk whose faults we choose.
struct FaultyRig {
    std::shared_ptr<FaultFs> fs{std::make_shared<FaultFs>()};
    std::unique_ptr<rocksdb::Env> env{rocksdb::NewCompositeEnv(fs)};
    PartitionRig rig{StoreOptions{false, env.get()}};
};

void send_some(PartitionRig& rig, int first, int count) {
    for (int n = first; n < first + count; ++n)
        REQUIRE(
            rig.send(add(fmt::format("k{}", n), std::string(1, "ABC"[n % 3]), n + 1)).has_value()
        );
}

void check_all_known(PartitionRig& rig, int count) {
    for (int n = 0; n < count; ++n) {
        const std::string counter(1, "ABC"[n % 3]);
        CHECK(rig.send(add(fmt::format("k{}", n), counter, n + 1))->replayed);
        CHECK(
            code_of(rig.send(add(fmt::format("k{}", n), counter, n + 2))) ==
            Errc::idempotency_key_reused
        );
    }
    for (const auto& [command, records] : rig.records_by_command())
        CHECK(records == 1);
}

template <class F>
void with_derived(PartitionRig& rig, F&& change) {
    const auto store = Store::open(rig.directory(), rig.store_options);
    REQUIRE(store.has_value());
    DerivedStore derived(*(*store)->handles().database, rig.directory());
    change(derived, **store);
}

std::counting_semaphore<> appended{0};
FaultFs* cut_fs = nullptr;

// The power goes in the middle of a checkpoint, once the writer is as far ahead as it may be.
void cut_behind_five_groups(std::string_view point) {
    if (point == "writer.appended") appended.release();
    if (point != "checkpoint.file_written") return;
    for (int group = 0; group < 5; ++group)
        appended.acquire();
    cut_fs->cut();
}

CheckpointMark mark_of(const DerivedStore& derived) { return **derived.mark(); }

} // namespace

TEST_CASE("recovery: without its checkpoint the partition is replayed from the start") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open().has_value());
    send_some(rig, 0, 30);
    const Hash hash = rig.state_hash();
    rig.close();
    with_derived(rig, [](DerivedStore& derived, Store&) { REQUIRE(derived.clear().has_value()); });
    REQUIRE(rig.open().has_value());
    CHECK(rig.partition().health().replayed == 30);
    CHECK(rig.state_hash() == hash);
    check_all_known(rig, 30);
}

TEST_CASE("recovery: a checkpoint behind the head is restored and the tail replayed") {
    const auto calm = rocksdb::NewCompositeEnv(std::make_shared<FaultFs>());
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open().has_value());
    send_some(rig, 0, 20);
    REQUIRE(rig.partition().checkpoint().has_value());
    send_some(rig, 20, 10);
    const Hash hash = rig.state_hash();
    faulty.fs->cut(); // No orderly stop: nothing more is written.
    rig.close();
    faulty.fs->lose(Loss::drop, 1);

    rig.store_options.env = calm.get();
    REQUIRE(rig.open().has_value());
    const PartitionHealth health = rig.partition().health();
    CHECK(health.replayed == 10);
    CHECK(health.term == 2);
    CHECK(rig.state_hash() == hash);
    check_all_known(rig, 30);
}

TEST_CASE("recovery: a checkpoint of another version is replayed from the start") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open(1).has_value());
    send_some(rig, 0, 20);
    const Hash hash = rig.state_hash();
    rig.close();
    REQUIRE(rig.open(2).has_value());
    CHECK(rig.partition().health().replayed == 20);
    CHECK(rig.state_hash() == hash);
    rig.close();
    REQUIRE(rig.open(2).has_value());
    CHECK(rig.partition().health().replayed == 0);
    check_all_known(rig, 20);
}

TEST_CASE("recovery: a checkpoint ahead of the log, or of another history, is not used") {
    for (const bool ahead : {true, false}) {
        FaultyRig faulty;
        PartitionRig& rig = faulty.rig;
        REQUIRE(rig.open().has_value());
        send_some(rig, 0, 20);
        const Hash hash = rig.state_hash();
        rig.close();
        with_derived(rig, [&](DerivedStore& derived, Store&) {
            Checkpoint foreign;
            foreign.mark = mark_of(derived);
            if (ahead)
                foreign.mark.seq += 5;
            else
                foreign.mark.hash = std::string(64, 'a');
            foreign.decider_rows.push_back({"Cacme/A", R"({"value":1000000,"additions":7})"});
            foreign.commands.push_back({command_id_of("acme", "never"), {3, 1}});
            REQUIRE(derived.write(foreign).has_value());
        });
        REQUIRE(rig.open().has_value());
        CHECK(rig.partition().health().replayed == 20);
        CHECK(rig.state_hash() == hash);
        CHECK_FALSE(rig.send(add("never", "A", 1))->replayed);
        check_all_known(rig, 20);
    }
}

TEST_CASE("recovery: a long replay makes checkpoints on its way") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open().has_value());
    send_some(rig, 0, 60);
    const Hash hash = rig.state_hash();
    rig.close();
    with_derived(rig, [&](DerivedStore& derived, Store& store) {
        REQUIRE(derived.clear().has_value());
        WriterState state(std::make_unique<CounterDecider>(), derived, store.identity().cluster);
        const Result<Recovery> recovery = recover(state, derived, store.log(), 10);
        REQUIRE(recovery.has_value());
        CHECK(recovery->replayed == 60);
        CHECK(mark_of(derived).seq >= 50);
        CHECK(state.decider().state_hash() == hash);
    });
    REQUIRE(rig.open().has_value());
    CHECK(rig.state_hash() == hash);
    check_all_known(rig, 60);
}

TEST_CASE("recovery: an index that misplaces a command is noticed, not believed") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open().has_value());
    send_some(rig, 0, 5);
    rig.close();
    with_derived(rig, [](DerivedStore& derived, Store&) {
        Checkpoint wrong;
        wrong.mark = mark_of(derived);
        wrong.commands = {
            {command_id_of("acme", "k1"), {4, 1}}, {command_id_of("acme", "k2"), {5, 9}}};
        REQUIRE(derived.write(wrong).has_value());
    });
    REQUIRE(rig.open().has_value());
    CHECK(code_of(rig.send(add("k1", "B", 2))) == Errc::store_damaged);
    CHECK(code_of(rig.send(add("k2", "C", 3))) == Errc::store_damaged);
}

TEST_CASE("partition: one failed sync stops the writer for good and takes its group back") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open().has_value());
    send_some(rig, 0, 3);
    const Head before = rig.partition().health().head;
    rig.hold();
    auto accepted = rig.start(add("new", "A", 100));
    auto duplicate = rig.start(add("new", "A", 100));
    AddToCounter limited;
    limited.counter = "A";
    limited.amount = 50;
    limited.at_most = 120; // Refused only because of the 100 that is not durable.
    auto refused = rig.start(add("limited", limited));
    auto known = rig.start(add("k1", "B", 2));
    faulty.fs->fail_next(FileStep::sync, ".log", rocksdb::IOStatus::IOError("the sync failed"));
    rig.release();
    CHECK(code_of(accepted.get()) == Errc::outcome_unknown);
    CHECK(code_of(duplicate.get()) == Errc::outcome_unknown);
    CHECK(code_of(refused.get()) == Errc::store_unavailable);
    CHECK(known.get()->replayed);

    CHECK(code_of(rig.send(add("later", "A", 1))) == Errc::store_unavailable);
    const Status looked = rig.partition().read([](const Decider&, const Head&) {});
    CHECK(looked.error().code == Errc::store_unavailable);
    CHECK(rig.partition().checkpoint().has_error());
    const PartitionHealth health = rig.partition().health();
    CHECK_FALSE(health.serving);
    CHECK(health.stopped.detail.find("the sync failed") != std::string::npos);
    CHECK(health.head == before);
    rig.close();
    REQUIRE(rig.open().has_value());
    CHECK(rig.send(add("new", "A", 100)).has_value());
    CHECK(rig.records_by_command().at(command_id_of("acme", "new")) == 1);
}

TEST_CASE("partition: a full disk refuses commands, leaves nothing half-written and still reads") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open().has_value());
    send_some(rig, 0, 6);
    const Hash hash = rig.state_hash();
    const Head head = rig.partition().health().head;
    faulty.fs->set_free_space(1U << 20U);
    AddToCounter personal;
    personal.counter = "A";
    personal.amount = 7;
    personal.secret = "Wanjiru Kamau";
    for (int n = 0; n < 3; ++n)
        CHECK(code_of(rig.send(add("full", personal))) == Errc::read_only);
    CHECK(rig.state_hash() == hash);
    CHECK(rig.partition().health().head == head);
    CHECK(rig.partition().health().serving);
    CHECK(rig.send(add("k1", "B", 2))->replayed);
    CHECK(rig.records().size() == 6);

    faulty.fs->set_free_space(1U << 30U);
    CHECK(rig.send(add("full", personal))->first_seq == 7);
    CHECK(rig.records_by_command().at(command_id_of("acme", "full")) == 1);
}

TEST_CASE("partition: a checkpoint that cannot be taken in stops the writer") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open().has_value());
    send_some(rig, 0, 6);
    faulty.fs->fail_next(
        FileStep::append, "checkpoint.sst", rocksdb::IOStatus::IOError("a bad sector")
    );
    CHECK(rig.partition().checkpoint().error().code == Errc::store_unavailable);
    CHECK_FALSE(rig.partition().health().serving);
    rig.close();
    REQUIRE(rig.open().has_value());
    check_all_known(rig, 6);
}

TEST_CASE("partition: a checkpoint that fails while the writer waits for it stops the writer") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    rig.options.checkpoint_records = 1;
    REQUIRE(rig.open().has_value());
    cut_fs = faulty.fs.get();
    crash_point_hook = &cut_behind_five_groups;
    send_some(rig, 0, 5);
    CHECK(rig.partition().checkpoint().error().code == Errc::store_unavailable);
    CHECK_FALSE(rig.partition().health().serving);
    rig.close();
    crash_point_hook = nullptr;
    faulty.fs->lose(Loss::drop, 1);
    const auto calm = rocksdb::NewCompositeEnv(std::make_shared<FaultFs>());
    rig.store_options.env = calm.get();
    REQUIRE(rig.open().has_value());
    check_all_known(rig, 5);
    rig.close();
}

TEST_CASE("partition: a checkpoint for which there is no room is tried again") {
    FaultyRig faulty;
    PartitionRig& rig = faulty.rig;
    REQUIRE(rig.open().has_value());
    send_some(rig, 0, 6);
    faulty.fs->fail_next(FileStep::append, "checkpoint.sst", rocksdb::IOStatus::NoSpace("full"));
    auto made = std::async(std::launch::async, [&] { return rig.partition().checkpoint(); });
    send_some(rig, 6, 3);
    CHECK(made.get().has_value());
    CHECK(rig.partition().health().checkpoint_seq >= 6);
    check_all_known(rig, 9);
}
