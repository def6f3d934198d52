#pragma once

#include "ledger/position.hpp"
#include "projections/sql_session.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tollbook {

// How far the live tables of a projection are: rows and checkpoint commit together.
struct ProjectionCheckpoint {
    std::string projection;
    std::uint32_t version{};
    std::uint32_t partition{};
    ReaderState state;
    std::uint64_t
        generation{}; // Rises when a rebuild swaps the tables, or parked keys are resumed.
};

// What a checkpoint is moved to; recorded_at is of the record state.seq.
struct Advance {
    ReaderState state;
    Timestamp recorded_at;
};

Result<std::vector<ProjectionCheckpoint>> read_checkpoints(SqlSession& db, std::uint32_t partition);

// Makes it unless it is there.
Status make_checkpoint(SqlSession& db, const ProjectionCheckpoint& checkpoint);

// Moves all of them, or refuses and says what is wrong:
//   store_locked          another projector has moved them on
//   store_foreign         the database was restored to an older state, or follows another log
//   database_unavailable  the rows were replaced: read the checkpoints again and go on
// Inside the caller's transaction, before any row is read or written: it locks the checkpoints.
Status compare_and_set(
    SqlSession& db, std::span<const ProjectionCheckpoint* const> from, const Advance& advance
);

// Why a checkpoint is not the one that we left there; null: it is gone.
Error why_moved(const ProjectionCheckpoint& ours, const ProjectionCheckpoint* stored);

} // namespace tollbook
