#include "bench/limits/rocksdb_put.hpp"

#include "bench/figure.hpp"
#include "ledger/ensure.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <filesystem>
#include <memory>
#include <random>

namespace tollbook::bench {

namespace {

// Bytes that do not compress better than frames do: random, repeated every 4 KiB.
std::string filler(std::size_t bytes) {
    std::mt19937_64 random(7);
    std::string text(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i)
        text[i] = i < 4096 ? static_cast<char>(random()) : text[i - 4096];
    return text;
}

std::string big_endian(std::uint64_t value) {
    std::string key(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        key[i] = static_cast<char>(value >> (56 - 8 * i));
    return key;
}

} // namespace

double rocksdb_put_rate(const std::string& directory, std::size_t bytes, std::size_t groups) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = std::size_t{256} << 20;
    options.compression = rocksdb::kLZ4Compression;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    rocksdb::DB* raw = nullptr;
    ensure(rocksdb::DB::Open(options, directory, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    const std::string value = filler(bytes);
    rocksdb::WriteOptions write;
    write.sync = true;
    const double took = seconds([&] {
        for (std::size_t i = 1; i <= groups; ++i)
            ensure(db->Put(write, big_endian(i), value).ok());
    });
    ensure(db->Close().ok());
    std::filesystem::remove_all(directory);
    return static_cast<double>(groups) / took;
}

} // namespace tollbook::bench
