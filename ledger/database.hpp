// The RocksDB of one data directory and what is set in it. For ledger/ alone.
#pragma once

#include "ledger/error.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <cstddef>
#include <memory>
#include <string>

namespace tollbook {

struct Database {
    std::unique_ptr<rocksdb::DB> db;
    rocksdb::ColumnFamilyHandle* frames{};  // log-0
    rocksdb::ColumnFamilyHandle* derived{}; // derived-0

    Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();
};

enum class OpenMode {
    create,        // A new one.
    write,         // A damaged write-ahead log fails the opening with Corruption.
    point_in_time, // On a copy: what stands before the damage.
    read_only,     // Writes nothing, not even its own log.
};

struct DatabaseOptions {
    rocksdb::Env* env{};
    OpenMode mode{};
    std::size_t write_buffer_bytes{};
    std::shared_ptr<rocksdb::EventListener> listener;
};

rocksdb::Status open_database(
    const std::string& path, const DatabaseOptions& options, std::unique_ptr<Database>& database
);

} // namespace tollbook
