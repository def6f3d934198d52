// How the bytes of a frame are laid out: for the writer (frame.cpp) and the reader
// (frame_decode.cpp) of frames alone. docs/formats.md is the grammar for everybody else.
//
//   message  = envelope | body | xxh3-64 of all bytes before it (u64)
//   envelope = magic "TB" | format version u8 | kind u8 (0: frame, else Control) | length u32
//            | cluster [16] | incarnation [16] | partition u32 | fencing term u64 | leader [24]
//            | first seq u64 | last seq u64 | hash [32] (frame: of the record before its first;
//              control: of the head)
//   body     = command+, until last seq; a control message has none
//   command  = flags u8 | tenant word | idempotency key text | [command id [16]]
//            | fingerprint [32] | count varint | [term varint | leader [24]]
//            | recorded at, zigzag varint, less that of the command before
//            | tenant seq of its first record, zigzag varint, less the one expected
//            | actor word | correlation text | causation text | record{count}
//   record   = flags u8 | type word | schema version varint | stream text | revision varint
//            | effective at, zigzag varint, less recorded at
//            | booked on, zigzag varint, less the UTC day of effective at | [event id [16]]
//            | payload text | [subject text | key id varint | nonce [24] | ciphertext text]
//            | first 4 bytes of the record's hash
//   text     = length varint, bytes
//   word     = n varint: the n-th word of this frame (from 1), or 0 and a new one as text; the
//              first 64 are numbered
//
// There is exactly one encoding of a frame: what could be said shorter is malformed.
#pragma once

#include "ledger/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tollbook::frame_layout {

inline constexpr std::string_view magic = "TB";
inline constexpr std::size_t kind_offset = 3;
inline constexpr std::size_t length_offset = 4;
inline constexpr std::size_t incarnation_offset = 24;
inline constexpr std::size_t envelope_bytes = 124;
inline constexpr std::size_t checksum_bytes = 8;
inline constexpr std::size_t control_bytes = envelope_bytes + checksum_bytes;
inline constexpr std::size_t check_bytes = 4;
inline constexpr std::size_t words_max = 64;
inline constexpr std::size_t short_bytes_max = 65'535;

// Stored: never renumber.
inline constexpr std::uint8_t kind_frame = 0;
inline constexpr std::uint8_t command_has_id = 1;      // It is not command_id_of its key.
inline constexpr std::uint8_t command_has_decider = 2; // Another term or leader than before.
inline constexpr std::uint8_t record_has_id = 1;       // It is not event_id_of its key and index.
inline constexpr std::uint8_t record_is_sealed = 2;

// The envelope and the hash behind it.
struct Opening {
    std::uint8_t kind{};
    Envelope envelope;
    Hash hash{};
};

std::uint64_t checksum(std::string_view bytes);

// The civil day in UTC.
std::int64_t utc_day(Timestamp at);

// Differences wrap around, so any two values have one.
constexpr std::int64_t minus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

constexpr std::int64_t plus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

} // namespace tollbook::frame_layout
