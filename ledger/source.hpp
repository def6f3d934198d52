#pragma once

#include "ledger/frame.hpp"
#include "ledger/position.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace tollbook {

// Admitted records in order, and where the reader stands behind them.
struct Batch {
    std::vector<Record> records;
    std::vector<Hash> hashes; // hashes[i] belongs to records[i].
    ReaderState after;

    void add(Frame frame);
};

// The records of one partition as every reader sees them: the local log, a read-only copy of it, an
// export file, Kafka. All of them apply the one reader rule (ledger/reader_rule.hpp).
// Thread-safe: several readers may use one source, each with its own state.
class Source {
public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    virtual LogIdentity identity() const = 0;

    // The state before the first record.
    virtual ReaderState start() const = 0;

    // The state at the newest confirmed record.
    virtual Result<ReaderState> head() = 0;

    // The records after `from`, whole frames, up to about `bytes_max` (at least one frame if there
    // is one). Waits up to `wait` when there are none; an empty batch means none came. Refuses
    // with store_damaged when `from` is not a state of this log (its seq has another hash).
    virtual Result<Batch> read(
        const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
    ) = 0;
};

} // namespace tollbook
