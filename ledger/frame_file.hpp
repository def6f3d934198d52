// Many frames as one file of the log's own tree. For ledger/ alone.
#pragma once

#include "ledger/database.hpp"
#include "ledger/log.hpp"

#include <span>
#include <string>

namespace tollbook {

// Writes them once, compressed, and takes the file in whole and synced: what is put costs a
// write-ahead log, a file of the memtable and a compaction instead. They stand above all that is
// there. On failure nothing of them is in the log. `path` is the file's first place, on the same
// file system; what a crash leaves there is overwritten by the next one.
rocksdb::Status take_in_frames(
    const Database& database, const std::string& path, std::span<const StoredFrame> frames
);

} // namespace tollbook
