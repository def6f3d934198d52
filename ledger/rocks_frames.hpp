// How frames and claims stand in the column family of a log, and how they are read from there. For
// ledger/ alone.
//
//   frame         key = last seq u64
//   claim         key = seq of the head when it was taken u64 | term u64: right behind that frame
//   genesis       key = 0 u64 | 0 u64
#pragma once

#include "ledger/database.hpp"
#include "ledger/frame.hpp"
#include "ledger/log.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

std::string frame_key(std::uint64_t last_seq);
std::string control_key(std::uint64_t head_seq, std::uint64_t term);

struct Tail {
    Head head;
    Leadership leadership;
};

// The newest frame and claim, verified: the frame decodes, stands at its key and is chained to the
// one before it. `log` is what they must belong to.
Result<Tail> read_tail(const Database& database, const LogIdentity& log);

// The same as of the frame that ends at `seq`, without the claims behind it.
Result<Tail> read_tail_at(const Database& database, const LogIdentity& log, std::uint64_t seq);

// The genesis message; store_damaged when there is none.
Result<ControlMessage> read_genesis(const Database& database);

// Where frames are missing above `seq`, the end of a frame: behind which one. Their envelopes are
// read, not their chain.
Result<std::optional<std::uint64_t>> find_hole(const Database& database, std::uint64_t seq);

// Takes out all that stands above `seq`, key by key, and syncs that.
Status cut_above(const Database& database, std::uint64_t seq);

// The hash of the record `seq`, which must be the last of its frame (or 0: the genesis hash).
Result<Hash> hash_at(const Database& database, const LogIdentity& log, std::uint64_t seq);

enum class Claims {
    none,
    settled, // Those that a frame stands on: surely durable.
    all,
};

struct Reading {
    LogCursor from;
    std::uint64_t upto_seq{}; // Nothing above it.
    std::size_t bytes_max{};
    Claims claims{};
};

Result<std::vector<StoredFrame>> read_messages(const Database& database, const Reading& reading);

} // namespace tollbook
