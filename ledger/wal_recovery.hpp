#pragma once

#include "ledger/error.hpp"
#include "ledger/log.hpp"

#include <rocksdb/env.h>

#include <cstddef>
#include <string>

namespace tollbook {

struct WalRecovery {
    rocksdb::Env* env{};
    std::string directory; // Of the store: `log` stands below it.
    LogIdentity identity;
    Head mark;
    std::size_t write_buffer_bytes{};
};

// A write-ahead log that RocksDB will not read is recovered on a copy, up to the damage. When the
// copy reaches the mark and has its hash there, nothing that was answered is lost: it takes the
// place of the log, which stays beside it as `log.damaged-<n>`. Else everything stays as it was,
// and store_damaged says where the copy ends.
Status recover_wal(const WalRecovery& recovery);

// Puts a checked log, which lies at `from` in the same file system, in the place of the directory's
// own, and answers the name under which that one is kept (empty: there was none).
Result<std::string> replace_log(
    rocksdb::Env& env, const std::string& directory, const std::string& from
);

// Puts a checked log in its place when it was interrupted between its two renames.
Status finish_recovery(rocksdb::Env& env, const std::string& directory);

} // namespace tollbook
