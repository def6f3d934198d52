#include "ledger/rocks_log.hpp"

#include "ledger/append_check.hpp"
#include "ledger/crash_point.hpp"
#include "ledger/ensure.hpp"
#include "ledger/frame_file.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <utility>

namespace tollbook {

namespace {

constexpr std::chrono::seconds mark_sync_every{1};
constexpr std::size_t put_overhead_bytes = 64;   // Of a frame in a batch, and more.
constexpr std::uint64_t room_per_batch_byte = 4; // WAL, memtable's file, its compaction, slack.

} // namespace

void SyncWatch::OnIOError(const rocksdb::IOErrorInfo& info) {
    using Operation = rocksdb::FileOperationType;
    if (info.operation == Operation::kSync || info.operation == Operation::kFsync ||
        info.operation == Operation::kRangeSync)
        sync_failed_ = true;
    if (info.file_path.ends_with(".log")) wal_failed_ = true;
}

RocksLog::RocksLog(const Database& database, rocksdb::Env& env, RocksLogParts parts)
    : database_(database)
    , env_(env)
    , parts_(std::move(parts))
    , head_(parts_.tail.head)
    , leadership_(parts_.tail.leadership)
    , mark_synced_(std::chrono::steady_clock::now()) {}

RocksLog::~RocksLog() {
    (void)sync_mark(); // Unsynced it is a lower bound all the same.
}

Leadership RocksLog::leadership() const {
    return leadership_.with([](const Leadership& now) { return now; });
}

Status RocksLog::take_claim(const ControlMessage& claim) {
    const Head head = head_.get();
    const std::uint64_t term = claim.envelope.fencing_term;
    ensure(term == leadership().term + 1);
    rocksdb::WriteBatch batch;
    batch.Put(database_.frames, control_key(head.seq, term), encode_control(claim))
        .PermitUncheckedError(); // Nothing limits the batch: it cannot fail.
    if (const Status committed = commit(batch, head); !committed) return committed;
    leadership_.with([&](Leadership& now) { now = {term, claim.envelope.leader}; });
    return Done{};
}

Status RocksLog::append(std::span<const StoredFrame> frames, const Head& head) {
    ensure(extends(frames, head_.get(), head, leadership()));
    std::size_t bytes = 0;
    for (const StoredFrame& frame : frames)
        bytes += frame.bytes.size() + put_overhead_bytes;
    const bool many = bytes >= parts_.frame_file_bytes_min && parts_.sabotage == Sabotage::none;
    const Status held = many ? take_in(frames, bytes, head) : put(frames, bytes, head);
    if (!held) return held;
    head_.set(head);
    return Done{};
}

Status RocksLog::put(std::span<const StoredFrame> frames, std::size_t bytes, const Head& head) {
    rocksdb::WriteBatch batch(bytes);
    for (const StoredFrame& frame : frames)
        batch.Put(database_.frames, frame_key(frame.last_seq), frame.bytes).PermitUncheckedError();
    return commit(batch, head);
}

// The file is synced when it is taken in: what stands before it must be as well.
Status RocksLog::take_in(std::span<const StoredFrame> frames, std::size_t bytes, const Head& head) {
    if (stopped_) return *stopped_;
    if (const Status room = room_for(bytes); !room) return room;
    if (unsynced_)
        if (const Status synced = sync_mark(); !synced) return synced;
    crash_point("log.before_write");
    const rocksdb::Status taken =
        take_in_frames(database_, parts_.directory + "/frames.sst", frames);
    if (!taken.ok())
        return stop(
            {taken.IsNoSpace() ? Errc::read_only : Errc::store_unavailable, taken.ToString()}
        );
    crash_point("log.written");
    if (const Status moved = move_mark(head); !moved) return moved;
    crash_point("log.marked");
    return Done{};
}

Status RocksLog::commit(rocksdb::WriteBatch& batch, const Head& head) {
    if (stopped_) return *stopped_;
    if (const Status room = room_for(batch.GetDataSize()); !room) return room;
    if (parts_.sabotage == Sabotage::mark_before_sync) {
        if (const Status moved = move_mark(head); !moved) return moved;
        crash_point("log.marked");
        return write(batch);
    }
    crash_point("log.before_write");
    if (const Status written = write(batch); !written) return written;
    crash_point("log.written");
    if (const Status moved = parts_.sync_lazily ? sync_in_turn(head) : move_mark(head); !moved)
        return moved;
    crash_point("log.marked");
    return Done{};
}

// The mark must not be ahead of what is synced.
Status RocksLog::sync_in_turn(const Head& head) {
    unsynced_ = head;
    if (std::chrono::steady_clock::now() - mark_synced_ < mark_sync_every) return Done{};
    return sync_mark();
}

Status RocksLog::room_for(std::size_t bytes) const {
    std::uint64_t room = 0;
    if (!env_.GetFreeSpace(parts_.directory, &room).ok()) return Done{}; // Nobody can tell.
    if (room >= disk_free_bytes_min + bytes * room_per_batch_byte) return Done{};
    return Error{Errc::read_only, fmt::format("the disk has {} bytes left", room)};
}

Status RocksLog::write(rocksdb::WriteBatch& batch) {
    rocksdb::WriteOptions options;
    options.sync = !parts_.sync_lazily && parts_.sabotage != Sabotage::append_without_sync;
    const rocksdb::Status status = database_.db->Write(options, &batch);
    if (status.ok()) return Done{};
    // A batch whose append failed is not whole, so the next open drops it. One that was appended
    // and whose sync failed may be there.
    if (status.IsNoSpace() && !parts_.watch->sync_failed())
        return stop({Errc::read_only, status.ToString()});
    return stop({Errc::store_unavailable, status.ToString()});
}

Status RocksLog::move_mark(const Head& head) {
    if (head == parts_.mark->head()) return Done{};
    if (const Status written = parts_.mark->write(head); !written) return stop(written.error());
    if (std::chrono::steady_clock::now() - mark_synced_ < mark_sync_every) return Done{};
    return sync_mark();
}

Status RocksLog::sync_mark() {
    if (stopped_) return *stopped_;
    mark_synced_ = std::chrono::steady_clock::now();
    if (const auto head = std::exchange(unsynced_, std::nullopt)) {
        if (parts_.watch->wal_failed()) // RocksDB 7.8 aborts when such a file is synced again.
            return stop({Errc::store_unavailable, "the write-ahead log could not be written"});
        const rocksdb::Status synced = database_.db->SyncWAL();
        if (!synced.ok()) return stop({Errc::store_unavailable, synced.ToString()});
        if (const Status written = parts_.mark->write(*head); !written)
            return stop(written.error());
    }
    if (const Status synced = parts_.mark->sync(); !synced) return stop(synced.error());
    return Done{};
}

Status RocksLog::stop(Error why) {
    stopped_ = why;
    return why;
}

Result<std::vector<StoredFrame>> RocksLog::frames_after(std::uint64_t seq, std::size_t bytes_max)
    const {
    return read_messages(database_, {{seq, 0}, head_.get().seq, bytes_max, Claims::none});
}

Result<std::vector<StoredFrame>> RocksLog::messages_after(
    const LogCursor& cursor, std::size_t bytes_max
) const {
    return read_messages(database_, {cursor, head_.get().seq, bytes_max, Claims::all});
}

Result<Head> RocksLog::wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const {
    return head_.wait_above(seq, wait);
}

} // namespace tollbook
