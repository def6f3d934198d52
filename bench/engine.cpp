// How many wallet charges one partition takes with everything on (chain, double entry, idempotency
// with prior random keys in the index, sync), beside one packed RocksDB put + sync of the same
// bytes.
//   bench_engine [PRIOR_KEYS] [REPEATS] [GROUP]
#include "bench/figure.hpp"
#include "bench/limits/rocksdb_put.hpp"
#include "commands/book_decider.hpp"
#include "ledger/database.hpp"
#include "ledger/derived_store.hpp"
#include "ledger/ensure.hpp"
#include "ledger/partition.hpp"
#include "ledger/store.hpp"
#include "ledger/store_handles.hpp"
#include "tests/support/scratch_directory.hpp"

#include <atomic>
#include <cstdlib>
#include <latch>
#include <random>
#include <semaphore>

using namespace tollbook;

namespace {

constexpr std::size_t customers = 100'000;
constexpr std::size_t openings_of_one_command = 1'000;
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

struct Engine {
    explicit Engine(std::size_t group_commands_max) {
        store = *Store::open(directory());
        keys = *KeyStore::open(directory(), false);
        PartitionOptions options;
        options.group_commands_max = group_commands_max;
        auto decider =
            std::make_unique<BookDecider>([this](std::string_view tenant, std::string_view text) {
                return keys->private_hash(tenant, text);
            });
        partition = *Partition::open(*store, *keys, std::move(decider), options);
    }

    static const std::string& directory() {
        static const ScratchDirectory scratch;
        static const std::string path = scratch.path + "/data";
        return path;
    }

    std::unique_ptr<Store> store;
    std::unique_ptr<KeyStore> keys;
    std::unique_ptr<Partition> partition;
};

Submission submission(std::string key, std::string type, std::string body) {
    Submission made;
    made.tenant = "bench";
    made.key = std::move(key);
    made.type = std::move(type);
    made.body = std::move(body);
    made.actor = "key:bench";
    return made;
}

// Sends commands in order, many on their way at once; a refusal ends the bench.
class Sender {
public:
    explicit Sender(Partition& partition) : partition_(partition) {}

    ~Sender() {
        for (std::ptrdiff_t i = 0; i < waiting_max; ++i)
            room_.acquire();
    }

    void operator()(Submission command) {
        room_.acquire();
        partition_.submit(std::move(command), [this](const Result<Receipt>& receipt) {
            ensure(receipt.has_value());
            room_.release();
        });
    }

private:
    static constexpr std::ptrdiff_t waiting_max = 10'000;

    Partition& partition_;
    std::counting_semaphore<> room_{waiting_max};
};

std::string customer(std::size_t number) { return fmt::format("ACC{:06}", number % customers); }

void open_book(Partition& partition) {
    Sender send(partition);
    send(submission("open", "open_tenant", R"({"name":"Bench","timezone":"UTC","currency":"KES"})")
    );
    std::string openings;
    for (std::size_t i = 0; i < customers; ++i) {
        const std::string id = customer(i);
        send(submission(
            "c" + id,
            "register_customer",
            fmt::format(R"({{"customer":"{0}","name":"N","phone":"1","references":["{0}"]}})", id)
        ));
        openings += fmt::format(
            R"({}{{"customer":"{}","minor":1000000000000}})", openings.empty() ? "" : ",", id
        );
        if ((i + 1) % openings_of_one_command != 0) continue;
        send(submission(
            "o" + id,
            "post_opening_balances",
            fmt::format(
                R"({{"booked_on":"2026-01-01","wallets":[{}],"cash":[],"complete":false}})",
                openings
            )
        ));
        openings.clear();
    }
}

Submission charge(std::uint64_t number) {
    return submission(
        fmt::format("charge:{}:2026-11-21", number),
        "charge_wallet",
        fmt::format(
            R"({{"customer":"{}","charge":"{}","lines":[{{"component":"period","net":215517,)"
            R"("tax_code":"vat16","tax":34483,"service_from":"2026-11-20","service_to":"2026-12-20"}}]}})",
            customer(number * 7919),
            number
        )
    );
}

// Keeps `waiting` commands on their way until `count` are answered; returns the seconds.
double run(Partition& partition, std::uint64_t first, std::size_t count, std::size_t waiting) {
    std::counting_semaphore<> room(static_cast<std::ptrdiff_t>(waiting));
    std::latch answered(static_cast<std::ptrdiff_t>(count));
    return bench::seconds([&] {
        for (std::size_t i = 0; i < count; ++i) {
            room.acquire();
            partition.submit(charge(first + i), [&](const Result<Receipt>& receipt) {
                ensure(receipt.has_value() && !receipt->replayed);
                room.release();
                answered.count_down();
            });
        }
        answered.wait();
    });
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
    std::vector<double> values;
    std::vector<double> limits;
    std::vector<double> ratios;
    Engine engine(shape.group);
    const std::size_t waiting = shape.group == 1 ? 1 : shape.group * 2;
    run(*engine.partition, number, shape.warm_up, waiting);
    number += shape.warm_up;
    const Stored stored = stored_bytes(*engine.store);
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        const std::uint64_t before = engine.store->log().head().seq;
        const double took = run(*engine.partition, number, shape.count, waiting);
        number += shape.count;
        const double limit = bench::rocksdb_put_seconds(
            Engine::directory() + "-limit", groups_above(engine.store->log(), before, shape.group)
        );
        const auto count = static_cast<double>(shape.count);
        values.push_back(count / took);
        limits.push_back(count / limit);
        ratios.push_back(limit / took);
    }
    bench::print(
        {fmt::format("engine_group_{}", shape.group),
         bench::median(values),
         bench::median(limits),
         bench::median(ratios),
         shape.at_least,
         "wallet charges/s",
         fmt::format(
             "limit: one packed RocksDB put + sync of the same bytes; {} prior keys, {} customers, "
             "{} charges after a warm-up of {}, median of {}",
             prior_keys,
             customers,
             shape.count,
             shape.warm_up,
             repeats
         )}
    );
    const auto charges = static_cast<double>(shape.count * repeats);
    print_stored(shape, stored, stored_bytes(*engine.store), charges);
}

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t prior_keys = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
    const std::size_t repeats = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5;
    ensure(Store::create(Engine::directory()).has_value());
    put_prior_keys(Engine::directory(), prior_keys);
    {
        Engine engine(8'192);
        open_book(*engine.partition);
    }
    const std::size_t only = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
    for (const Shape& shape : shapes)
        if (only == 0 || only == shape.group) measure(shape, prior_keys, repeats);
    return 0;
}
