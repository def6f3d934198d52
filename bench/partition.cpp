// How many commands one partition takes, everything on, against a bare RocksDB put + sync of the
// same frames: bench_partition [prior keys] [commands] [group sizes...]
#include "ledger/database.hpp"
#include "ledger/derived_store.hpp"
#include "ledger/store_handles.hpp"
#include "tests/support/partition_rig.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

using namespace tollbook;

namespace {

constexpr std::size_t keys_per_checkpoint = 250'000;
constexpr int counters = 100'000;
constexpr std::size_t producers = 1;

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Random keys in the command index, as if they had come before; the log stays empty.
void put_prior_keys(const std::string& directory, std::uint64_t count) {
    auto store = *Store::open(directory);
    DerivedStore derived(*store->handles().database, directory);
    std::mt19937_64 random(1);
    for (std::uint64_t done = 0; done < count; done += keys_per_checkpoint) {
        Checkpoint checkpoint;
        checkpoint.mark.decider_version = 1;
        checkpoint.mark.cluster = hex(store->identity().cluster);
        checkpoint.mark.hash = hex(store->log().head().hash);
        checkpoint.commands.resize(keys_per_checkpoint);
        for (IndexEntry& entry : checkpoint.commands) {
            for (std::uint8_t& byte : entry.command_id)
                byte = static_cast<std::uint8_t>(random());
            entry.place = {random() % 1'000'000'000, 1};
        }
        ensure(derived.write(checkpoint).has_value());
    }
}

Submission submission(std::uint64_t number) {
    AddToCounter command;
    command.counter = fmt::format("ACC{:06}", (number * 7919) % counters);
    command.amount = 25'000;
    Submission made = add(fmt::format("charge:{}:2026-11-21", number), command);
    made.correlation = fmt::format("req-{:016x}", number);
    return made;
}

double cpu_seconds(clockid_t clock) {
    timespec spent{};
    ensure(::clock_gettime(clock, &spent) == 0);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

struct Load {
    std::uint64_t first{};
    std::uint64_t count{};
};

struct Spent {
    double seconds{};     // Until the last answer.
    double submit_cpu{};  // Of the threads that submit.
    double process_cpu{}; // Of all of them.
};

// Keeps the queue full.
Spent run(Partition& partition, const Load& load) {
    std::atomic<std::uint64_t> answered{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<double> submit_cpu{0};
    const double cpu_before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::jthread> threads;
    for (std::size_t p = 0; p < producers; ++p) {
        threads.emplace_back([&, p] {
            for (std::uint64_t n = p; n < load.count; n += producers) {
                while (n > answered + 40'000)
                    std::this_thread::sleep_for(std::chrono::microseconds(200));
                partition.submit(submission(load.first + n), [&](const Result<Receipt>& receipt) {
                    if (!receipt || receipt->replayed) ++failed;
                    ++answered;
                });
            }
            submit_cpu = submit_cpu + cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
        });
    }
    threads.clear();
    while (answered < load.count)
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    const double seconds = seconds_since(start);
    if (failed > 0) fmt::print("  {} FAILED\n", failed.load());
    return {seconds, submit_cpu, cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_before};
}

// The same bytes, one put and sync for each group, in a database of their own.
double raw_seconds(const std::vector<std::vector<StoredFrame>>& groups) {
    const ScratchDirectory scratch;
    std::unique_ptr<Database> database;
    const DatabaseOptions options{rocksdb::Env::Default(), OpenMode::create, 64U << 20U, nullptr};
    ensure(open_database(scratch.path + "/raw", options, database).ok());
    rocksdb::WriteOptions synced;
    synced.sync = true;
    const auto start = std::chrono::steady_clock::now();
    for (const auto& frames : groups) {
        rocksdb::WriteBatch batch;
        for (const StoredFrame& frame : frames)
            batch.Put(database->frames, fmt::format("{:016x}", frame.last_seq), frame.bytes)
                .PermitUncheckedError();
        ensure(database->db->Write(synced, &batch).ok());
    }
    return seconds_since(start);
}

// The frames above `seq`, grouped as they were synced: up to `group` records each.
std::vector<std::vector<StoredFrame>> frames_above(
    const Log& log, std::uint64_t seq, std::uint64_t group
) {
    std::vector<std::vector<StoredFrame>> groups;
    std::uint64_t group_end = 0;
    while (seq < log.head().seq) {
        for (StoredFrame& frame : *log.frames_after(seq, 64U << 20U)) {
            if (groups.empty() || frame.last_seq > group_end) {
                group_end = seq + group;
                groups.emplace_back();
            }
            seq = frame.last_seq;
            groups.back().push_back(std::move(frame));
        }
    }
    return groups;
}

void measure(PartitionRig& rig, const Load& load, std::size_t group) {
    rig.options.group_commands_max = group;
    ensure(rig.open().has_value());
    const std::uint64_t before = rig.partition().health().head.seq;
    const Spent spent = run(rig.partition(), load);
    const PartitionHealth health = rig.partition().health();
    const auto groups = frames_above(rig.store().log(), before, group);
    std::size_t bytes = 0;
    for (const auto& frames : groups)
        for (const StoredFrame& frame : frames)
            bytes += frame.bytes.size();
    rig.close();
    const double raw = raw_seconds(groups);
    const auto count = static_cast<double>(load.count);
    fmt::print(
        "group {:5}: {:8.0f} commands/s, {} syncs, {:.0f} bytes/event; raw put+sync of the same "
        "frames {:8.0f}/s in {} syncs; ratio {:.2f}; checkpoint at {}; CPU us per command: submit "
        "{:.2f}, all {:.2f}\n",
        group,
        count / spent.seconds,
        health.groups,
        static_cast<double>(bytes) / count,
        count / raw,
        groups.size(),
        raw / spent.seconds,
        health.checkpoint_seq,
        spent.submit_cpu * 1e6 / count,
        spent.process_cpu * 1e6 / count
    );
}

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t prior = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const std::uint64_t commands = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 500'000;
    PartitionRig rig;
    const auto start = std::chrono::steady_clock::now();
    put_prior_keys(rig.directory(), prior);
    fmt::print("{} prior keys in {:.1f} s\n", prior, seconds_since(start));
    std::vector<std::size_t> groups;
    for (int i = 3; i < argc; ++i)
        groups.push_back(std::strtoull(argv[i], nullptr, 10));
    if (groups.empty()) groups = {8192, 64, 1};
    Load load{1, commands};
    for (const std::size_t group : groups) {
        std::fflush(stdout);
        load.count = group == 1 ? commands / 20 : commands;
        measure(rig, load, group);
        load.first += load.count;
    }
    return 0;
}
