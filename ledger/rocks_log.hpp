#pragma once

#include "ledger/database.hpp"
#include "ledger/guarded.hpp"
#include "ledger/head_signal.hpp"
#include "ledger/log.hpp"
#include "ledger/mark.hpp"
#include "ledger/rocks_frames.hpp"
#include "ledger/store.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace tollbook {

// With less than this on the disk nothing is appended any more: what is being flushed and compacted
// needs room too.
inline constexpr std::uint64_t disk_free_bytes_min = 64U << 20U;

// Remembers whether a sync failed (then bytes of a failed write may still be there), and whether
// anything did of the write-ahead log, which RocksDB syncs from threads of its own as well.
class SyncWatch final : public rocksdb::EventListener {
public:
    bool ShouldBeNotifiedOnFileIO() override { return true; }

    void OnIOError(const rocksdb::IOErrorInfo& info) override;

    bool sync_failed() const { return sync_failed_; }

    bool wal_failed() const { return wal_failed_; }

private:
    std::atomic<bool> sync_failed_{};
    std::atomic<bool> wal_failed_{};
};

struct RocksLogParts {
    LogIdentity identity;
    Uuid incarnation{};
    Tail tail;
    std::unique_ptr<MarkFile> mark;
    std::shared_ptr<SyncWatch> watch;
    std::string directory; // Where the room is asked for.
    bool sync_lazily{};
    std::size_t frame_file_bytes_min{};
    Sabotage sabotage{};
};

// The frames of one partition in RocksDB, for the one process that writes them.
class RocksLog final : public Log {
public:
    // `database` and `env` outlive it.
    RocksLog(const Database& database, rocksdb::Env& env, RocksLogParts parts);
    ~RocksLog() override; // Syncs the mark.

    LogIdentity identity() const override { return parts_.identity; }

    Uuid incarnation() const override { return parts_.incarnation; }

    Status take_claim(const ControlMessage& claim) override;
    Leadership leadership() const override;
    Status append(std::span<const StoredFrame> frames, const Head& head) override;

    Head head() const override { return head_.get(); }

    Result<std::vector<StoredFrame>> frames_after(std::uint64_t seq, std::size_t bytes_max)
        const override;
    Result<std::vector<StoredFrame>> messages_after(const LogCursor& cursor, std::size_t bytes_max)
        const override;
    Result<Head> wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const override;
    Status room_for(std::size_t bytes) const override;
    Status sync_mark() override;

private:
    Status put(std::span<const StoredFrame> frames, std::size_t bytes, const Head& head);
    Status take_in(std::span<const StoredFrame> frames, std::size_t bytes, const Head& head);
    Status commit(rocksdb::WriteBatch& batch, const Head& head);
    Status write(rocksdb::WriteBatch& batch);
    Status move_mark(const Head& head);
    Status sync_in_turn(const Head& head);
    Status stop(Error why);

    const Database& database_;
    rocksdb::Env& env_;
    RocksLogParts parts_;
    HeadSignal head_;
    Guarded<Leadership> leadership_;
    std::optional<Error> stopped_;
    std::optional<Head> unsynced_; // Written, and neither synced nor marked yet.
    std::chrono::steady_clock::time_point mark_synced_;
};

} // namespace tollbook
