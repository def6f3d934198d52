#pragma once

#include "projections/checkpoints.hpp"
#include "projections/parking_fold.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tollbook {

struct ReplayProgress {
    std::uint64_t seq{};
    std::uint64_t target_seq{};
};

// What a replay needs of its surroundings.
struct ReplayOptions {
    OpenPersonal open_personal;
    std::function<void(const ReplayProgress&)> progress;
    std::size_t bytes_max{8U << 20U};
    std::size_t rows_held_max{2'000'000};
};

// Folds one projection from the first record into tables of its own schema. Rows that later events
// change are held in memory and written with one COPY; keys and indexes are made after that. When
// too many are held (`rows_held_max`) it makes them earlier and goes on like a live projector.
// Records that cannot be folded park their keys, here and not in the live tables.
class Replay {
public:
    // Everything happens in the caller's transactions. Records that wait in `except`, which
    // outlives this, are left out.
    Replay(SqlSession& db, Source& source, const ReplayOptions& options, const ParkedKeys& except)
        : db_(db), source_(source), options_(options), except_(except) {}

    // Makes the tables in a schema that exists and is empty, and folds up to exactly the record
    // target.seq. Refuses with store_foreign when that record has another hash here than in the
    // target, or does not exist.
    Status build(
        std::unique_ptr<Projection> projection, const std::string& schema, const ReaderState& target
    );

    // Goes on to a later record.
    Status fold_until(const ReaderState& target);

    Projection& projection() { return *projection_; }

    // What could not be folded.
    ParkedKeys& parked() { return parked_; }

private:
    // held: rows in memory, indexes last. settled: indexes first, batch by batch.
    enum class Way { held, settled };

    Status attempt(Way way, const ReaderState& target);
    Status fold_batch(const ReaderState& target);
    Facts news_of(const std::vector<Fact>& facts, const ReaderState& target) const;
    Status finish();
    std::size_t rows_in_memory();

    SqlSession& db_;
    Source& source_;
    const ReplayOptions& options_;
    const ParkedKeys& except_;
    std::unique_ptr<Projection> projection_;
    std::string schema_;
    ParkedKeys parked_;
    ReaderState cursor_; // Where the source is read on: at or before folded_seq_.
    std::uint64_t folded_seq_{};
    bool finished_{};
};

// Folds the records that wait in `waiting` up to `until`, in the order of the log, and parks those
// that still cannot be folded in `parked`. Inside the caller's transaction.
struct Resumption {
    SqlSession& db;
    Source& source;
    Projection& projection;
    const ParkedKeys& waiting;
    ParkedKeys& parked;
    const ReaderState& until;
};

Status fold_waiting(const Resumption& resumption, const ReplayOptions& options);

} // namespace tollbook
