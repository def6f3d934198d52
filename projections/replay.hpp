#pragma once

#include "projections/checkpoints.hpp"
#include "projections/fold.hpp"

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
};

// Folds one projection from the first record into tables of its own schema. Rows that later events
// change are held in memory and written with one COPY; keys and indexes are made after that. When
// too many are held (`rows_held_max`) it makes them earlier and goes on like a live projector.
class Replay {
public:
    static constexpr std::size_t rows_held_max = 2'000'000;

    // The schema exists and is empty. Everything happens in the caller's transactions.
    Replay(SqlSession& db, Source& source, const ReplayOptions& options)
        : db_(db), source_(source), options_(options), cursor_(source.start()) {}

    // Makes the bare tables.
    Status open(std::unique_ptr<Projection> projection, const std::string& schema);

    // Folds up to exactly the record target.seq. Refuses with store_foreign when that record has
    // another hash here than in the target, or does not exist.
    Status fold_until(const ReaderState& target);

    // Writes what is held, and makes keys and indexes.
    Status finish();

    Projection& projection() { return *projection_; }

private:
    Status fold_batch(const ReaderState& target);
    std::size_t rows_in_memory();

    SqlSession& db_;
    Source& source_;
    const ReplayOptions& options_;
    std::unique_ptr<Projection> projection_;
    std::string schema_;
    ReaderState cursor_; // Where the source is read on: at or before folded_seq_.
    std::uint64_t folded_seq_{};
    bool finished_{};
};

} // namespace tollbook
