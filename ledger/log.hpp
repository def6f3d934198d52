#pragma once

#include "ledger/error.hpp"
#include "ledger/frame.hpp"
#include "ledger/position.hpp"
#include "ledger/record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace tollbook {

// The newest record of a log.
struct Head {
    std::uint64_t seq{}; // 0: the log is empty.
    Hash hash{};         // Then: the genesis hash.

    friend bool operator==(const Head&, const Head&) = default;
};

// Who leads, by the newest claim. Term 0: nobody has claimed yet.
struct Leadership {
    std::uint64_t term{};
    LeaderId leader{};

    friend bool operator==(const Leadership&, const Leadership&) = default;
};

struct StoredFrame {
    std::uint64_t last_seq{};
    std::string bytes;
};

using KeepWaiting = std::function<bool()>;

// Where to go on reading: behind `seq`, with the claims up to `term` known.
struct LogCursor {
    std::uint64_t seq{};
    std::uint64_t term{};
};

// The durable frames of one partition, in order of their last seq, and the claims between them.
// Two real ones: RocksDB and memory (tests, dry runs); tests/ledger/log_contract.hpp keeps both
// honest. One thread claims and appends; any thread reads.
class Log {
public:
    Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    virtual ~Log() = default;

    virtual LogIdentity identity() const = 0;
    virtual Uuid incarnation() const = 0;

    // Appends a claim of the next term at the head, durable on return. A writer claims once, before
    // its first frame. Fails as `append` does. A log that is replicated may have grown meanwhile.
    virtual Status claim(const LeaderId& leader);

    // Puts a valid claim of the next term behind the head, durable on return. The head that it
    // names may be an earlier one: then frames of the leader before it came in between.
    virtual Status take_claim(const ControlMessage& claim) = 0;

    virtual Leadership leadership() const = 0;

    // Puts the frames in one batch and syncs it, then writes the high-water mark: durable on
    // return, and only now readers see them. `head` is their last record. The frames must extend
    // the head and carry the current leadership in their envelopes (else a bug: ensure).
    // Refuses with read_only when the disk is full and nothing was written (free space is asked
    // first: then a later append may succeed). Any other failure is final (store_unavailable): the
    // caller stops, and what reached the disk is decided at the next open.
    virtual Status append(std::span<const StoredFrame> frames, const Head& head) = 0;

    // What the last append made the head; at open, what was found and checked.
    virtual Head head() const = 0;

    // The frames whose last seq is above `seq`, in order, up to about `bytes_max` (at least one if
    // there is one), without control messages. Iterator status and contiguity are checked:
    // store_damaged names the place.
    virtual Result<std::vector<StoredFrame>> frames_after(std::uint64_t seq, std::size_t bytes_max)
        const = 0;

    // The same with the claims between them, as a reader of the reader rule wants it.
    virtual Result<std::vector<StoredFrame>> messages_after(
        const LogCursor& cursor, std::size_t bytes_max
    ) const = 0;

    // The head as soon as it is above `seq`, or after `wait`. A read-only log looks for newer data.
    virtual Result<Head> wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const = 0;

    // Whether there is room for so many bytes more; else read_only, and nothing was written.
    virtual Status room_for(std::size_t bytes) const = 0;

    // What an answer that waited for `append` may say.
    virtual Acknowledgement acknowledgement() const { return Acknowledgement::local; }

    // Holds when this writer still leads, so that a refusal on its state may be answered. A log of
    // one disk has nobody to ask. Fails as `append` does.
    virtual Status barrier() { return Done{}; }

    // A log that waits for others calls this now and then from inside claim, append and barrier;
    // false gives up the wait, and what was under way fails with outcome_unknown.
    virtual void on_wait(KeepWaiting) {}

    // Syncs the high-water mark if it moved since its last sync. `append` does so about once a
    // second; a writer that falls idle calls it once more.
    virtual Status sync_mark() = 0;
};

// Node id and 128 random bits: a restarted process is another leader.
LeaderId new_leader(std::uint64_t node_id);

// The hash of the record `seq` (0: the genesis hash); not_found above the head.
Result<Hash> hash_in(const Log& log, std::uint64_t seq);

// Where a reader stands that has read all of it, and one that has read nothing.
ReaderState state_at_head(const Log& log);
ReaderState state_at_start(const Log& log);

} // namespace tollbook
