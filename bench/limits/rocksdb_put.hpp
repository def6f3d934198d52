#pragma once

#include "ledger/log.hpp"

#include <string>
#include <vector>

namespace tollbook::bench {

// Who puts: the caller, or a thread that is handed each group, and waited for before the next.
enum class PutOn { this_thread, own_thread };

// The limit of the engine: each group of frames as one packed put and one sync, and nothing else,
// into an empty RocksDB with the settings that measured fastest (256 MiB memtable, LZ4, buffered
// WAL with fdatasync). Returns the seconds it took. Leaves nothing behind.
double rocksdb_put_seconds(
    const std::string& directory,
    const std::vector<std::vector<StoredFrame>>& groups,
    PutOn thread = PutOn::this_thread
);

} // namespace tollbook::bench
