#include "bench/limits/rocksdb_put.hpp"

#include "bench/figure.hpp"
#include "ledger/ensure.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>

namespace tollbook::bench {

namespace {

std::string big_endian(std::uint64_t value) {
    std::string key(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        key[i] = static_cast<char>(value >> (56 - 8 * i));
    return key;
}

// Packed before the clock starts.
std::vector<std::string> packed(const std::vector<std::vector<StoredFrame>>& groups) {
    std::vector<std::string> values;
    for (const auto& group : groups) {
        std::string& value = values.emplace_back();
        for (const StoredFrame& frame : group)
            value += frame.bytes;
    }
    return values;
}

void each(std::size_t count, const std::function<void(std::size_t)>& work) {
    for (std::size_t i = 0; i < count; ++i)
        work(i);
}

void each_handed_over(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::binary_semaphore asked{0};
    std::binary_semaphore answered{0};
    const std::jthread other([&] {
        each(count, [&](std::size_t i) {
            asked.acquire();
            work(i);
            answered.release();
        });
    });
    each(count, [&](std::size_t) {
        asked.release();
        answered.acquire();
    });
}

} // namespace

double rocksdb_put_seconds(
    const std::string& directory, const std::vector<std::vector<StoredFrame>>& groups, PutOn thread
) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = std::size_t{256} << 20;
    options.compression = rocksdb::kLZ4Compression;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    rocksdb::DB* raw = nullptr;
    ensure(rocksdb::DB::Open(options, directory, &raw).ok());
    std::unique_ptr<rocksdb::DB> db(raw);
    rocksdb::WriteOptions write;
    write.sync = true;
    const std::vector<std::string> values = packed(groups);
    const auto put = [&](std::size_t i) { ensure(db->Put(write, big_endian(i), values[i]).ok()); };
    const double took = seconds([&] {
        if (thread == PutOn::own_thread)
            each_handed_over(values.size(), put);
        else
            each(values.size(), put);
    });
    ensure(db->Close().ok());
    db.reset();
    std::filesystem::remove_all(directory);
    return took;
}

} // namespace tollbook::bench
