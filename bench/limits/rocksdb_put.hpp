#pragma once

#include <cstddef>
#include <string>

namespace tollbook::bench {

// The limit of the engine: one packed put of `bytes` and one sync, `groups` times, into an empty
// RocksDB with the settings that measured fastest (no compression on the hot level, 256 MiB
// memtable, WAL buffered + fdatasync). Returns groups per second. Leaves nothing behind.
double rocksdb_put_rate(const std::string& directory, std::size_t bytes, std::size_t groups);

} // namespace tollbook::bench
