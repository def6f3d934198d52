// A record: one event with everything that is hashed about it. docs/formats.md gives the grammar
// of its header and a worked example in hex.
#pragma once

#include "ledger/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tollbook {

using Hash = std::array<std::uint8_t, 32>; // SHA-256
using Uuid = std::array<std::uint8_t, 16>;
using LeaderId = std::array<std::uint8_t, 24>; // Node id (8, big-endian) + 128 random bits.

std::string hex(std::span<const std::uint8_t> bytes);

// Fills `out` from exactly so many lower-case hex digits; false when they are not that.
bool unhex(std::string_view text, std::span<std::uint8_t> out);

// SHA-256 of the bytes.
Hash sha256(std::string_view bytes);

// The previous hash of record 1: SHA-256("tollbook/genesis/1" || cluster || partition (u32 BE)).
Hash genesis_hash(const Uuid& cluster, std::uint32_t partition);

// UUIDv8 of SHA-256("tollbook/event/1" || tenant || idempotency key || index), each string with its
// length: the same over retries and terms.
Uuid event_id_of(std::string_view tenant, std::string_view key, std::uint32_t index);

// UUIDv8 of SHA-256("tollbook/command/1" || tenant || idempotency key), each with its length.
Uuid command_id_of(std::string_view tenant, std::string_view key);

// Canonical text of an id: 8-4-4-4-12 hex.
std::string to_string(const Uuid& id);

// Which log a record stands in: what is the same for all of them.
struct LogIdentity {
    Uuid cluster{};
    std::uint32_t partition{};

    friend bool operator==(const LogIdentity&, const LogIdentity&) = default;
};

// What all records of one command share.
struct CommandHeader {
    std::string tenant;
    std::string idempotency_key; // Scoped to the tenant, 1 to 255 bytes.
    Uuid command_id{};           // command_id_of(tenant, idempotency_key).
    Hash fingerprint{};          // Keyed BLAKE2b of the canonical command.
    std::uint32_t count{};       // Records of the command.
    std::uint64_t term{};        // Of the leader that decided it.
    LeaderId leader{};
    Timestamp recorded_at;
    std::string actor;       // "key:<id>", "system:<part>"
    std::string correlation; // Request id, or empty.
    std::string causation;   // What caused it: an event id, the stream of a run; or empty.

    friend bool operator==(const CommandHeader&, const CommandHeader&) = default;
};

// Personal data, encrypted under its subject's own key (XChaCha20-Poly1305, the event id as
// associated data). The hashes cover the ciphertext, so a key can be destroyed and every proof
// still holds.
struct Sealed {
    std::string subject;
    std::uint32_t key_id{};
    std::array<std::uint8_t, 24> nonce{};
    std::string ciphertext;

    friend bool operator==(const Sealed&, const Sealed&) = default;
};

struct Record {
    CommandHeader command;
    std::uint32_t index{}; // Within the command, from 0.
    std::uint64_t seq{};
    std::uint64_t tenant_seq{}; // Dense per tenant, from 1.
    std::string stream;
    std::uint64_t revision{}; // Within the stream, from 1.
    Uuid event_id{};
    std::string type;
    std::uint16_t schema_version{};
    Timestamp effective_at;
    Date booked_on;
    std::string payload; // Clear JSON.
    std::optional<Sealed> sealed;

    friend bool operator==(const Record&, const Record&) = default;
};

// SHA-256 over payload and sealed part, each length-prefixed.
Hash payload_hash(const Record& record);

// The header as it is hashed: rebuilt, never stored.
std::string header_bytes(const Record& record, const LogIdentity& log, const Hash& previous);

// SHA-256("tollbook/record/1" || 0x00 || header).
Hash record_hash(const Record& record, const LogIdentity& log, const Hash& previous);

} // namespace tollbook
