#pragma once

#include "ledger/database.hpp"
#include "ledger/identity_file.hpp"
#include "ledger/log.hpp"
#include "ledger/store.hpp"

#include <rocksdb/env.h>

#include <cstdint>
#include <memory>
#include <string>

namespace tollbook {

// What a store is made of, for ledger/ alone. The column family `derived` is the partition
// writer's: checkpoint rows and key index, written without WAL. It is null in a store that was
// opened read-only.
struct Store::Handles {
    Handles() = default;
    Handles(const Handles&) = delete;
    Handles& operator=(const Handles&) = delete;
    ~Handles();

    rocksdb::DB* db{};
    rocksdb::ColumnFamilyHandle* derived{};

    std::string directory;
    rocksdb::Env* env{};
    StoreIdentity identity;
    std::uint64_t recoveries{};

    rocksdb::FileLock* lock{};          // Held by the one that writes.
    std::unique_ptr<Database> database; // Null when opened read-only.
    std::unique_ptr<Log> log;           // Goes before the database.
};

} // namespace tollbook
