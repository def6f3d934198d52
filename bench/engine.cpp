// How many wallet charges one partition takes with everything on (chain, double entry, idempotency
// with prior random keys in the index, sync), beside one packed RocksDB put + sync of the same
// bytes.
//   bench_engine [PRIOR_KEYS] [REPEATS] [GROUP]
#include "bench/charge_engine.hpp"
#include "bench/figure.hpp"
#include "bench/limits/rocksdb_put.hpp"
#include "bench/required_work.hpp"
#include "commands/book_decider.hpp"
#include "ledger/database.hpp"
#include "ledger/derived_store.hpp"
#include "ledger/ensure.hpp"
#include "ledger/store.hpp"
#include "ledger/store_handles.hpp"
#include "tests/support/scratch_directory.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>

using namespace tollbook;

namespace {

constexpr std::size_t keys_per_checkpoint = 250'000;

// Random keys in the command index, as if they had come before; the log stays empty.
void put_prior_keys(const std::string& directory, std::uint64_t count) {
    auto store = *Store::open(directory);
    DerivedStore derived(*store->handles().database, directory);
    std::mt19937_64 random(1);
    for (std::uint64_t done = 0; done < count; done += keys_per_checkpoint) {
        Checkpoint checkpoint;
        checkpoint.mark.decider_version = book_version;
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

const std::string& data_directory() {
    static const ScratchDirectory scratch;
    static const std::string path = scratch.path + "/data";
    return path;
}

// The frames above `seq`, as they were synced: up to `group` records each.
std::vector<std::vector<StoredFrame>> groups_above(
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

// Bytes in the files of the log, and of all that is derived from it, once memory is written out.
struct Stored {
    double log{};
    double derived{};
};

Stored stored_bytes(Store& store) {
    const Database& database = *store.handles().database;
    const auto bytes_of = [&](rocksdb::ColumnFamilyHandle* family) {
        std::uint64_t bytes = 0;
        ensure(database.db->Flush({}, family).ok());
        ensure(
            database.db->GetIntProperty(family, rocksdb::DB::Properties::kLiveSstFilesSize, &bytes)
        );
        return static_cast<double>(bytes);
    };
    return {bytes_of(database.frames), bytes_of(database.derived)};
}

struct Shape {
    std::size_t group{};
    std::size_t warm_up{};
    std::size_t count{};
    double at_least{};
};

constexpr Shape shapes[] = {
    {8'192, 100'000, 200'000, 0.35}, {64, 50'000, 50'000, 0.6}, {1, 1'000, 3'000, 0.8}};

constexpr double stored_bytes_max = 350;

void print_stored(const Shape& shape, const Stored& before, const Stored& after, double count) {
    const double bytes = (after.log - before.log) / count;
    bench::print(
        {fmt::format("stored_bytes_group_{}", shape.group),
         bytes,
         stored_bytes_max,
         stored_bytes_max / bytes,
         1,
         "bytes/wallet charge",
         fmt::format(
             "the log's files after the run, memory written out; indexes and checkpoints beside it "
             "grew by {:.0f}",
             (after.derived - before.derived) / count
         )}
    );
}

void measure(const Shape& shape, std::uint64_t prior_keys, std::size_t repeats) {
    static std::uint64_t number = 1;
    bench::Series series;
    bench::Series handed_over;
    bench::Series at_most;
    std::vector<double> processor_us;
    bench::Engine engine(data_directory(), shape.group);
    const std::size_t waiting = shape.group == 1 ? 1 : shape.group * 2;
    bench::charge(*engine.partition, {number, shape.warm_up, waiting});
    number += shape.warm_up;
    const Stored stored = stored_bytes(*engine.store);
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        const std::uint64_t before = engine.store->log().head().seq;
        const double processor = bench::processor_seconds();
        const double took = bench::charge(*engine.partition, {number, shape.count, waiting});
        processor_us.push_back(
            (bench::processor_seconds() - processor) * 1e6 / static_cast<double>(shape.count)
        );
        number += shape.count;
        const auto groups = groups_above(engine.store->log(), before, shape.group);
        const std::string directory = data_directory() + "-limit";
        const double limit = bench::rocksdb_put_seconds(directory, groups);
        series.add_work(shape.count, took, limit);
        // Both cores at once, the put on one of them.
        const double required =
            (bench::required_seconds(engine, number - shape.count, groups) + limit) / 2;
        at_most.add_work(shape.count, std::max(required, limit), limit);
        handed_over.add_work(
            shape.count,
            bench::rocksdb_put_seconds(directory, groups, bench::PutOn::own_thread),
            limit
        );
    }
    bench::print(series.figure(
        fmt::format("engine_group_{}", shape.group),
        shape.at_least,
        "wallet charges/s",
        fmt::format(
            "limit: one packed RocksDB put + sync of the same bytes; {} prior keys, {} customers, "
            "{} charges after a warm-up of {}, median of {}; {:.1f} us of processor time a charge, "
            "the "
            "making of its command included",
            prior_keys,
            bench::engine_customers,
            shape.count,
            shape.warm_up,
            repeats,
            bench::median(processor_us)
        )
    ));
    bench::print(handed_over.figure(
        fmt::format("put_by_another_thread_group_{}", shape.group),
        0,
        "wallet charges/s",
        "a comparison: the limit itself, by a thread that is handed each put and waited for"
    ));
    bench::print(at_most.figure(
        fmt::format("required_work_group_{}", shape.group),
        0,
        "wallet charges/s",
        "a comparison: what two cores do at most that read, fingerprint, write, hash and put, and "
        "neither decide nor look up, queue, checkpoint or answer"
    ));
    const auto charges = static_cast<double>(shape.count * repeats);
    print_stored(shape, stored, stored_bytes(*engine.store), charges);
}

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t prior_keys = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    ensure(Store::create(data_directory()).has_value());
    put_prior_keys(data_directory(), prior_keys);
    {
        const bench::Engine engine(data_directory(), 8'192);
        bench::open_book(*engine.partition);
    }
    const std::size_t only = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
    for (const Shape& shape : shapes)
        if (only == 0 || only == shape.group) measure(shape, prior_keys, repeats);
    return 0;
}
