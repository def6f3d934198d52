#include "bench/limits/hash_pieces.hpp"

#include "bench/figure.hpp"
#include "ledger/bytes.hpp"
#include "ledger/ensure.hpp"

#include <nettle/sha2.h>

namespace tollbook::bench {

namespace {

// What an id is made of, as docs/formats.md has it.
std::string id_piece(std::string_view name, const CommandHeader& command) {
    std::string piece(name);
    put_short(piece, command.tenant);
    put_short(piece, command.idempotency_key);
    return piece;
}

std::string payload_piece(const Record& record) {
    std::string part;
    if (record.sealed) {
        put_short(part, record.sealed->subject);
        put_fixed(part, record.sealed->key_id);
        part += view_of(record.sealed->nonce);
        put_long(part, record.sealed->ciphertext);
    }
    std::string piece;
    put_long(piece, record.payload);
    put_long(piece, part);
    return piece;
}

} // namespace

void HashPieces::add_piece(std::string_view piece) {
    bytes_ += piece;
    sizes_.push_back(static_cast<std::uint32_t>(piece.size()));
}

// The pieces hash to what the record says: they are those that a verification hashes.
void HashPieces::add_record(const Record& record, const LogIdentity& log, const Hash& previous) {
    std::string header = "tollbook/record/1";
    header += '\0';
    header += header_bytes(record, log, previous);
    ensure(sha256(header) == record_hash(record, log, previous));
    const std::string payload = payload_piece(record);
    ensure(sha256(payload) == payload_hash(record));
    add_piece(header);
    add_piece(payload);
    std::string event = id_piece("tollbook/event/1", record.command);
    put_fixed(event, record.index);
    add_piece(event);
    if (record.index == 0) add_piece(id_piece("tollbook/command/1", record.command));
    ++records_;
}

void HashPieces::add(const Batch& batch, const LogIdentity& log) {
    if (records_ == 0) last_ = genesis_hash(log.cluster, log.partition);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
        add_record(batch.records[i], log, last_);
        last_ = batch.hashes[i];
    }
}

double HashPieces::seconds() const {
    sha256_ctx context;
    sha256_init(&context);
    Hash hash{};
    return bench::seconds([&] {
        const auto* piece = reinterpret_cast<const std::uint8_t*>(bytes_.data());
        for (const std::uint32_t size : sizes_) {
            sha256_update(&context, size, piece);
            sha256_digest(&context, hash.size(), hash.data());
            piece += size;
        }
    });
}

} // namespace tollbook::bench
