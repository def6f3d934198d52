#pragma once

#include "ledger/error.hpp"
#include "ledger/record.hpp"

#include <rocksdb/env.h>

#include <string>

namespace tollbook {

// Whose data a directory holds, and in which format.
struct StoreIdentity {
    Uuid cluster{};
    Uuid incarnation{};

    friend bool operator==(const StoreIdentity&, const StoreIdentity&) = default;
};

// A new one, of random numbers.
StoreIdentity fresh_identity();

// The file's text ends with a checksum; it appears whole or not at all.
//
//   tollbook-store 1
//   cluster <32 hex digits>
//   incarnation <32 hex digits>
//   partitions 1
//   xxh3 <16 hex digits, of the lines before>
Status write_identity(
    rocksdb::Env& env, const std::string& directory, const StoreIdentity& identity
);

// Refuses with not_found, store_newer or store_damaged.
Result<StoreIdentity> read_identity(rocksdb::Env& env, const std::string& directory);

} // namespace tollbook
