#include "tests/support/crash_run.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/derived_store.hpp"
#include "ledger/guarded.hpp"
#include "ledger/store_handles.hpp"
#include "tests/support/memory_topic.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/topic_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <thread>

namespace tollbook {

namespace {

constexpr int bursts = 12;
constexpr std::size_t small_buffer = 64U << 10U;

// What the hook, a plain function, works on.
struct Armed {
    std::string point;
    std::uint64_t nth{};
    FaultFs* fs{};
    bool crashed{};
    std::map<std::string, std::uint64_t> hits;
};

Guarded<Armed>& armed() {
    static Guarded<Armed> state;
    return state;
}

void on_crash_point(std::string_view point) {
    armed().with([&](Armed& now) {
        const std::uint64_t hits = ++now.hits[std::string(point)];
        if (now.fs == nullptr || point != now.point || hits != now.nth) return;
        now.fs->cut();
        now.crashed = true;
    });
}

// A client outside of the fault domain: what it sent, and what it was told before the power went.
struct Sent {
    Submission submission;
    AddToCounter command;
    std::future<Result<Receipt>> outcome;
    std::optional<Receipt> receipt;
    std::size_t batch{}; // Sent in this atomic batch; 0: alone.
};

struct Life {
    std::shared_ptr<FaultFs> fs{std::make_shared<FaultFs>()};
    std::unique_ptr<rocksdb::Env> env{rocksdb::NewCompositeEnv(fs)};
    MemoryTopic topic;
    std::vector<Sent> sent;
    std::size_t batches{};
    CrashOutcome outcome;
};

AddToCounter random_command(std::mt19937_64& random) {
    AddToCounter command;
    command.counter = std::string(1, static_cast<char>('A' + random() % 5));
    command.amount = static_cast<std::int64_t>(random() % 1000 + 1);
    if (random() % 4 == 0) command.times = 2 + static_cast<std::uint32_t>(random() % 3);
    if (random() % 4 == 0) command.secret = "Wanjiru Kamau";
    if (random() % 8 == 0) command.padding = static_cast<std::uint32_t>(random() % 20'000);
    return command;
}

// Answers that come once the power is gone reach nobody.
std::future<Result<Receipt>> send(Life& life, PartitionRig& rig, const Submission& submission) {
    const auto told = std::make_shared<std::promise<Result<Receipt>>>();
    std::future<Result<Receipt>> outcome = told->get_future();
    rig.partition().submit(submission, [told, fs = life.fs](Result<Receipt> receipt) {
        if (fs->is_cut()) receipt = Error{Errc::outcome_unknown, "nobody heard it"};
        told->set_value(std::move(receipt));
    });
    return outcome;
}

void send_batch(Life& life, PartitionRig& rig, std::mt19937_64& random) {
    std::vector<Submission> batch;
    std::vector<std::promise<Result<Receipt>>> told(2 + random() % 3);
    ++life.batches;
    for (auto& promise : told) {
        const AddToCounter command = random_command(random);
        batch.push_back(add(fmt::format("key-{}", life.sent.size()), command));
        life.sent.push_back({batch.back(), command, promise.get_future(), {}, life.batches});
    }
    const auto all = std::make_shared<decltype(told)>(std::move(told));
    rig.partition().submit_atomic(
        std::move(batch),
        [all, fs = life.fs](Result<std::vector<Receipt>> receipts) {
            if (fs->is_cut()) receipts = Error{Errc::outcome_unknown, "nobody heard it"};
            for (std::size_t i = 0; i < all->size(); ++i)
                (*all)[i].set_value(
                    receipts ? Result<Receipt>((*receipts)[i]) : Result<Receipt>(receipts.error())
                );
        }
    );
}

void send_burst(Life& life, PartitionRig& rig, std::mt19937_64& random) {
    const std::size_t first = life.sent.size();
    for (std::uint64_t n = 1 + random() % 12; n > 0; --n) {
        if (random() % 5 == 0) send_batch(life, rig, random);
        const AddToCounter command = random_command(random);
        const Submission submission = add(fmt::format("key-{}", life.sent.size()), command);
        life.sent.push_back({submission, command, send(life, rig, submission), {}, 0});
        if (random() % 10 == 0) (void)send(life, rig, submission); // Twice at once.
    }
    for (std::size_t i = first; i < life.sent.size(); ++i) {
        Result<Receipt> told = life.sent[i].outcome.get();
        if (told) life.sent[i].receipt = std::move(*told);
    }
}

void live(Life& life, PartitionRig& rig, const CrashPlan& plan, std::uint64_t cut_step) {
    std::mt19937_64 random(plan.seed);
    rig.store_options = {false, life.env.get(), small_buffer, plan.sabotage};
    rig.store_options.sync_lazily = plan.level == Acknowledgement::replicated;
    rig.store_options.frame_file_bytes_min = 20'000; // Some of its groups.
    if (plan.level) {
        rig.topic = &life.topic;
        rig.level = *plan.level;
    }
    rig.options.checkpoint_records = 25;
    rig.options.answer_before_append = plan.answer_before_append;
    armed().with([&](Armed& now) { now = {plan.point, plan.nth, life.fs.get(), false, {}}; });
    if (plan.fails_once)
        life.fs->fail_at(cut_step);
    else if (plan.point.empty())
        life.fs->cut_at(cut_step);
    if (rig.open()) {
        for (int burst = 0; burst < bursts && !life.fs->is_cut(); ++burst)
            send_burst(life, rig, random);
        rig.close();
    }
    life.outcome.failed = life.fs->failed();
    life.outcome.crashed = life.fs->is_cut() || life.outcome.failed;
    armed().with([&](Armed& now) {
        life.outcome.hits = now.hits;
        now.fs = nullptr;
    });
    life.fs->lose(plan.loss, plan.seed);
}

bool same_place(const Receipt& a, const Receipt& b) {
    return a.first_seq == b.first_seq && a.last_seq == b.last_seq && a.hash == b.hash &&
           a.term == b.term && a.events == b.events;
}

// Tries a command again that stands, or comes to stand, in the log once.
std::string retry(Life& life, PartitionRig& rig, Sent& sent) {
    const std::string& key = sent.submission.key;
    const Result<Receipt> again = rig.send(sent.submission);
    if (!again)
        return fmt::format(
            "{}: refused: {} {}", key, info(again.error().code).slug, again.error().detail
        );
    if (sent.receipt) {
        ++life.outcome.answered;
        if (!again->replayed || !same_place(*sent.receipt, *again))
            return key + ": was answered, and is lost";
    } else {
        ++life.outcome.unanswered;
        life.outcome.recovered += again->replayed ? 1U : 0U;
    }
    AddToCounter other = sent.command;
    other.amount += 1;
    const Result<Receipt> reused = rig.send(add(key, other));
    if (reused || reused.error().code != Errc::idempotency_key_reused)
        return key + ": another body under the key is not refused";
    return {};
}

// Of an atomic batch all stand in the log, or none.
std::string check_batches(const Life& life, PartitionRig& rig) {
    const std::map<Uuid, std::uint32_t> counts = rig.records_by_command();
    std::map<std::size_t, std::vector<bool>> batches;
    for (const Sent& sent : life.sent)
        if (sent.batch != 0)
            batches[sent.batch].push_back(counts.contains(command_id_of("acme", sent.submission.key)
            ));
    for (const auto& [batch, stand] : batches)
        if (std::ranges::count(stand, stand.front()) != std::ssize(stand))
            return fmt::format("a part of atomic batch {} stands in the log", batch);
    return {};
}

std::string check_log(Life& life, PartitionRig& rig) {
    const std::map<Uuid, std::uint32_t> counts = rig.records_by_command();
    if (counts.size() != life.sent.size()) return "the log has other commands than were sent";
    std::map<std::string, std::int64_t> sums;
    for (const Sent& sent : life.sent) {
        const std::uint32_t times = sent.command.times.value_or(1);
        if (counts.at(command_id_of("acme", sent.submission.key)) != times)
            return sent.submission.key + ": stands another number of times";
        sums[sent.command.counter] += sent.command.amount * times;
    }
    for (const auto& [counter, sum] : sums)
        if (rig.value(counter) != sum)
            return "counter " + counter + " is not the sum of its records";
    for (const Record& record : rig.records()) {
        if (!record.sealed) continue;
        const auto plain = rig.keys().open_sealed("acme", *record.sealed, record.event_id);
        if (!plain || *plain != "Wanjiru Kamau") return "a sealed part does not open";
    }
    return {};
}

// What stands on the disk comes to stand in the topic, byte for byte.
std::string check_topic(Life& life, PartitionRig& rig) {
    if (rig.topic == nullptr) return {};
    const std::vector<std::string> wanted = rig.messages();
    const auto until = std::chrono::steady_clock::now() + rig.options.answer_within;
    for (;;) {
        const TopicRead read =
            read_all_of(life.topic, rig.store().identity(), rig.store().incarnation());
        if (read.taken == wanted) return {};
        const bool late = std::chrono::steady_clock::now() > until;
        if (read.taken.size() >= wanted.size() || late)
            return "the topic has other messages than the disk";
        std::this_thread::yield(); // A copy is behind what it follows.
    }
}

void lose_checkpoint(PartitionRig& rig) {
    auto store = Store::open(rig.directory(), rig.store_options);
    if (!store) return;
    DerivedStore derived(*(*store)->handles().database, rig.directory());
    ensure(derived.clear().has_value());
}

// The next life, on a disk that holds.
std::string examine(Life& life, PartitionRig& rig, bool checkpoint_lost) {
    const auto calm = rocksdb::NewCompositeEnv(std::make_shared<FaultFs>());
    rig.store_options = {false, calm.get(), small_buffer, Sabotage::none};
    rig.store_options.sync_lazily = rig.level == Acknowledgement::replicated;
    rig.options.answer_before_append = false;
    if (checkpoint_lost) lose_checkpoint(rig);
    std::string complaint;
    if (const Status opened = rig.open(); !opened)
        return fmt::format("it does not open: {}", opened.error().detail);
    complaint = check_batches(life, rig);
    for (Sent& sent : life.sent)
        if (complaint.empty()) complaint = retry(life, rig, sent);
    if (complaint.empty()) complaint = check_log(life, rig);
    if (complaint.empty()) complaint = check_topic(life, rig);
    const Hash hash = rig.state_hash();
    rig.close();
    lose_checkpoint(rig);
    if (complaint.empty() && (!rig.open() || rig.state_hash() != hash))
        complaint = "a replay from the start ends in another state";
    rig.close();
    return complaint;
}

} // namespace

CrashOutcome run_until_crash(const CrashPlan& plan) {
    crash_point_hook = &on_crash_point;
    Life life;
    const auto calm = rocksdb::NewCompositeEnv(std::make_shared<FaultFs>());
    PartitionRig rig({false, calm.get(), small_buffer, Sabotage::none});
    live(life, rig, plan, plan.nth);
    life.outcome.complaint = examine(life, rig, plan.checkpoint_lost);
    crash_point_hook = nullptr;
    return std::move(life.outcome);
}

std::uint64_t steps_of_run(CrashPlan plan) {
    Life life;
    const auto calm = rocksdb::NewCompositeEnv(std::make_shared<FaultFs>());
    PartitionRig rig({false, calm.get(), small_buffer, Sabotage::none});
    plan.point.clear();
    live(life, rig, plan, ~std::uint64_t{0} >> 1U);
    return life.fs->steps();
}

} // namespace tollbook
