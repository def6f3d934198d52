#include "ledger/rocks_frames.hpp"

#include "ledger/bytes.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <string_view>

namespace tollbook {

namespace {

constexpr std::size_t frame_key_bytes = 8;
constexpr std::size_t control_key_bytes = 16;

using Iterator = std::unique_ptr<rocksdb::Iterator>;

Iterator iterate(const Database& database) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    return Iterator(database.db->NewIterator(options, database.frames));
}

std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

struct Key {
    std::uint64_t seq{};
    std::uint64_t term{};
    bool control{};
};

Result<Key> key_of(const rocksdb::Iterator& at) {
    const std::string_view bytes = view(at.key());
    ByteReader reader(bytes);
    Key key{reader.fixed<std::uint64_t>(), 0, bytes.size() == control_key_bytes};
    if (key.control) key.term = reader.fixed<std::uint64_t>();
    if (!key.control && bytes.size() != frame_key_bytes)
        return Error{Errc::store_damaged, fmt::format("a key behind seq {} is none", key.seq)};
    return key;
}

Error damaged_at(std::uint64_t seq, std::string_view why) {
    return {Errc::store_damaged, fmt::format("behind seq {}: {}", seq, why)};
}

// The frame that the iterator stands at, whole.
Result<Frame> frame_at(const rocksdb::Iterator& at, const LogIdentity& log) {
    Result<Key> key = key_of(at);
    if (!key) return key.error();
    Result<Frame> frame = decode_frame(view(at.value()));
    if (!frame) return frame.error();
    if (frame->envelope.last_seq != key->seq)
        return damaged_at(key->seq, "its key holds another frame");
    if (frame->envelope.cluster != log.cluster || frame->envelope.partition != log.partition)
        return Error{Errc::store_foreign, fmt::format("the frame at seq {}", key->seq)};
    return frame;
}

// Goes back to a frame, if there is one before; the newest claim that is passed leads.
Status step_back_to_frame(rocksdb::Iterator& at, Leadership& newest) {
    for (; at.Valid(); at.Prev()) {
        const Result<Key> key = key_of(at);
        if (!key) return key.error();
        if (!key->control) return Done{};
        if (key->term == 0 || newest.term != 0) continue;
        const Result<ControlMessage> claim = decode_control(view(at.value()));
        if (!claim) return claim.error();
        newest = {claim->envelope.fencing_term, claim->envelope.leader};
    }
    if (!at.status().ok())
        return Error{Errc::store_damaged, "the log's tail: " + at.status().ToString()};
    return Done{};
}

// The link of the newest frame to what stands before it.
Status check_link(rocksdb::Iterator& at, const LogIdentity& log, const Frame& newest) {
    Hash before = genesis_hash(log.cluster, log.partition);
    std::uint64_t seq = 0;
    at.Prev();
    Leadership passed;
    if (const Status stepped = step_back_to_frame(at, passed); !stepped) return stepped.error();
    if (at.Valid()) {
        const Result<Frame> frame = frame_at(at, log);
        if (!frame) return frame.error();
        before = frame->last_hash();
        seq = frame->envelope.last_seq;
    }
    if (newest.envelope.first_seq != seq + 1) return damaged_at(seq, "frames are missing");
    if (newest.previous != before) return damaged_at(seq, "the chain is broken");
    return Done{};
}

// The newest frame and claim that stand at the iterator or before it.
Result<Tail> tail_before(rocksdb::Iterator& at, const LogIdentity& log) {
    Tail tail;
    tail.head = {0, genesis_hash(log.cluster, log.partition)};
    if (const Status stepped = step_back_to_frame(at, tail.leadership); !stepped)
        return stepped.error();
    if (!at.Valid()) return tail;
    const Result<Frame> frame = frame_at(at, log);
    if (!frame) return frame.error();
    tail.head = {frame->envelope.last_seq, frame->last_hash()};
    if (tail.leadership.term == 0)
        tail.leadership = {frame->envelope.fencing_term, frame->envelope.leader};
    if (const Status linked = check_link(at, log, *frame); !linked) return linked.error();
    return tail;
}

bool wanted(const Key& key, const Reading& reading) {
    if (!key.control || reading.claims == Claims::all) return true;
    return reading.claims == Claims::settled && key.seq < reading.upto_seq;
}

// Whether the message may follow what was read up to `seq`.
Status check_next(const StoredFrame& message, const Key& key, std::uint64_t seq, bool first) {
    const Result<Envelope> envelope = decode_envelope(message.bytes);
    if (!envelope) return envelope.error();
    if (key.control && envelope->last_seq <= key.seq) return Done{};
    if (envelope->last_seq != key.seq) return damaged_at(seq, "a key holds another frame");
    const bool runs_on = first ? envelope->first_seq <= seq + 1 : envelope->first_seq == seq + 1;
    if (!runs_on) return damaged_at(seq, "frames are missing");
    return Done{};
}

} // namespace

std::string frame_key(std::uint64_t last_seq) {
    std::string key;
    put_fixed(key, last_seq);
    return key;
}

std::string control_key(std::uint64_t head_seq, std::uint64_t term) {
    std::string key;
    put_fixed(key, head_seq);
    put_fixed(key, term);
    return key;
}

Result<Tail> read_tail(const Database& database, const LogIdentity& log) {
    const Iterator at = iterate(database);
    at->SeekToLast();
    return tail_before(*at, log);
}

Result<Tail> read_tail_at(const Database& database, const LogIdentity& log, std::uint64_t seq) {
    const Iterator at = iterate(database);
    at->SeekForPrev(frame_key(seq));
    return tail_before(*at, log);
}

Result<std::optional<std::uint64_t>> find_hole(const Database& database, std::uint64_t seq) {
    const Iterator at = iterate(database);
    for (at->Seek(frame_key(seq + 1)); at->Valid(); at->Next()) {
        const Result<Key> key = key_of(*at);
        if (!key) return key.error();
        if (key->control) continue;
        const Result<Envelope> envelope = decode_envelope(view(at->value()));
        if (!envelope) return envelope.error();
        if (envelope->first_seq != seq + 1) return std::optional(seq);
        seq = key->seq;
    }
    if (!at->status().ok()) return damaged_at(seq, at->status().ToString());
    return std::optional<std::uint64_t>();
}

Status cut_above(const Database& database, std::uint64_t seq) {
    rocksdb::WriteBatch batch;
    const Iterator at = iterate(database);
    for (at->Seek(frame_key(seq + 1)); at->Valid(); at->Next())
        batch.Delete(database.frames, at->key()).PermitUncheckedError();
    if (!at->status().ok()) return damaged_at(seq, at->status().ToString());
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status cut = database.db->Write(options, &batch);
    if (!cut.ok()) return Error{Errc::store_unavailable, cut.ToString()};
    return Done{};
}

Result<ControlMessage> read_genesis(const Database& database) {
    std::string bytes;
    const rocksdb::Status status = database.db->Get({}, database.frames, control_key(0, 0), &bytes);
    if (!status.ok()) return Error{Errc::store_damaged, "the log's genesis: " + status.ToString()};
    return decode_control(bytes);
}

Result<Hash> hash_at(const Database& database, const LogIdentity& log, std::uint64_t seq) {
    if (seq == 0) return genesis_hash(log.cluster, log.partition);
    std::string bytes;
    const rocksdb::Status status = database.db->Get({}, database.frames, frame_key(seq), &bytes);
    if (!status.ok()) return damaged_at(seq - 1, "no frame ends at the next seq");
    const Result<Frame> frame = decode_frame(bytes);
    if (!frame) return frame.error();
    if (frame->envelope.last_seq != seq) return damaged_at(seq - 1, "a key holds another frame");
    return frame->last_hash();
}

Result<std::vector<StoredFrame>> read_messages(const Database& database, const Reading& reading) {
    std::vector<StoredFrame> found;
    std::size_t bytes = 0;
    std::uint64_t seq = reading.from.seq;
    const Iterator at = iterate(database);
    for (at->Seek(control_key(seq, reading.from.term + 1)); at->Valid(); at->Next()) {
        const Result<Key> key = key_of(*at);
        if (!key) return key.error();
        if (key->seq > reading.upto_seq) break;
        if (!wanted(*key, reading)) continue;
        StoredFrame message{key->seq, std::string(view(at->value()))};
        const bool first = seq == reading.from.seq;
        if (const Status fits = check_next(message, *key, seq, first); !fits) return fits.error();
        seq = key->seq;
        bytes += message.bytes.size();
        found.push_back(std::move(message));
        if (bytes >= reading.bytes_max) break; // The next block is not read in vain.
    }
    if (!at->status().ok()) return damaged_at(seq, at->status().ToString());
    const bool full = !found.empty() && bytes >= reading.bytes_max;
    if (!full && seq < reading.upto_seq) return damaged_at(seq, "frames are missing");
    return found;
}

} // namespace tollbook
