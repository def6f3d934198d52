#include "ledger/record.hpp"

#include "ledger/bytes.hpp"
#include "ledger/sha256.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// Of the hashed header: never renumber.
constexpr std::uint8_t header_version = 1;

constexpr std::string_view digits = "0123456789abcdef";

Uuid uuid_v8(const Hash& hash) {
    Uuid id{};
    std::copy_n(hash.begin(), id.size(), id.begin());
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0FU) | 0x80U);
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3FU) | 0x80U);
    return id;
}

// What is to be hashed, in memory that is used again and again: one at a time.
ByteBuffer& scratch() {
    thread_local ByteBuffer reused;
    reused.clear();
    return reused;
}

// The hashes that a header holds.
struct HashedBefore {
    const Hash& payload;
    const Hash& previous;
};

void put_micros(ByteBuffer& out, Timestamp at) {
    put_fixed(out, static_cast<std::uint64_t>(at.micros));
}

void put_decided(ByteBuffer& out, const CommandHeader& command) {
    put_short(out, command.idempotency_key);
    out += view_of(command.fingerprint);
    put_fixed(out, command.term);
    out += view_of(command.leader);
    put_micros(out, command.recorded_at);
}

//   header = version u8 (1) | cluster [16] | partition u32 | seq u64 | tenant short
//          | tenant seq u64 | stream short | revision u64 | event id [16] | type short
//          | schema version u16 | command id [16] | index u32 | count u32
//          | idempotency key short | fingerprint [32] | term u64 | leader [24]
//          | recorded at i64 | effective at i64 | booked on i32 | actor short
//          | correlation short | causation short | payload hash [32] | previous hash [32]
//   short  = length u16, bytes; integers are big-endian, signed ones in two's complement
void put_header(
    ByteBuffer& out, const Record& record, const LogIdentity& log, const HashedBefore& hashes
) {
    const CommandHeader& command = record.command;
    put_fixed(out, header_version);
    out += view_of(log.cluster);
    put_fixed(out, log.partition);
    put_fixed(out, record.seq);
    put_short(out, command.tenant);
    put_fixed(out, record.tenant_seq);
    put_short(out, record.stream);
    put_fixed(out, record.revision);
    out += view_of(record.event_id);
    put_short(out, record.type);
    put_fixed(out, record.schema_version);
    out += view_of(command.command_id);
    put_fixed(out, record.index);
    put_fixed(out, command.count);
    put_decided(out, command);
    put_micros(out, record.effective_at);
    put_fixed(out, static_cast<std::uint32_t>(record.booked_on.days));
    put_short(out, command.actor);
    put_short(out, command.correlation);
    put_short(out, command.causation);
    out += view_of(hashes.payload);
    out += view_of(hashes.previous);
}

} // namespace

std::string hex(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 0x0FU];
    }
    return text;
}

bool unhex(std::string_view text, std::span<std::uint8_t> out) {
    if (text.size() != out.size() * 2) return false;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t high = digits.find(text[2 * i]);
        const std::size_t low = digits.find(text[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return false;
        out[i] = static_cast<std::uint8_t>(high << 4U | low);
    }
    return true;
}

Hash sha256(std::string_view bytes) { return Sha256().add(bytes).finish(); }

Hash genesis_hash(const Uuid& cluster, std::uint32_t partition) {
    std::string bytes = "tollbook/genesis/1";
    bytes += view_of(cluster);
    put_fixed(bytes, partition);
    return sha256(bytes);
}

Uuid event_id_of(std::string_view tenant, std::string_view key, std::uint32_t index) {
    ByteBuffer& bytes = scratch();
    bytes += "tollbook/event/1";
    put_short(bytes, tenant);
    put_short(bytes, key);
    put_fixed(bytes, index);
    return uuid_v8(sha256(bytes.view()));
}

Uuid command_id_of(std::string_view tenant, std::string_view key) {
    ByteBuffer& bytes = scratch();
    bytes += "tollbook/command/1";
    put_short(bytes, tenant);
    put_short(bytes, key);
    return uuid_v8(sha256(bytes.view()));
}

std::string to_string(const Uuid& id) {
    std::string text = hex(id);
    for (const std::size_t place : {20U, 16U, 12U, 8U})
        text.insert(place, 1, '-');
    return text;
}

//   hashed = payload long | sealed part long (length 0: none)
//   sealed = subject short | key id u32 | nonce [24] | ciphertext long
//   long   = length u32, bytes
Hash payload_hash(const Record& record) {
    ByteBuffer& bytes = scratch();
    put_long(bytes, record.payload);
    if (!record.sealed) {
        put_fixed(bytes, std::uint32_t{0});
        return sha256(bytes.view());
    }
    std::string part;
    put_short(part, record.sealed->subject);
    put_fixed(part, record.sealed->key_id);
    part += view_of(record.sealed->nonce);
    put_long(part, record.sealed->ciphertext);
    put_long(bytes, part);
    return sha256(bytes.view());
}

std::string header_bytes(const Record& record, const LogIdentity& log, const Hash& previous) {
    const Hash payload = payload_hash(record);
    ByteBuffer& bytes = scratch();
    put_header(bytes, record, log, {payload, previous});
    return std::string(bytes.view());
}

Hash record_hash(const Record& record, const LogIdentity& log, const Hash& previous) {
    const Hash payload = payload_hash(record);
    ByteBuffer& bytes = scratch();
    bytes += "tollbook/record/1";
    bytes += std::string_view("", 1);
    put_header(bytes, record, log, {payload, previous});
    return sha256(bytes.view());
}

} // namespace tollbook
