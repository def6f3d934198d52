#pragma once

#include "projections/fold.hpp"
#include "projections/parked_keys.hpp"

#include <string>

namespace tollbook {

// Folds batches into one projection while some of its keys are parked. Nothing here commits: rows
// and parked keys are the caller's transaction's. Everything outlives it.
class ParkingFold {
public:
    ParkingFold(SqlSession& db, Projection& projection, ParkedKeys& parked)
        : db_(db), projection_(projection), parked_(parked) {}

    // What does not wait, set-wise and in one go. Refuses when a record cannot be folded.
    // `before` is a reader state before the facts.
    Status fold_whole(Facts facts, const ReaderState& before);

    // The same, but halves what is refused, between savepoints, until the records that cannot be
    // folded are found; those park their keys. Slower only where there are some: each costs about
    // log2(facts) folds.
    Status fold_and_park(Facts facts, const ReaderState& before);

private:
    Facts without_waiting(Facts facts, const ReaderState& before);

    SqlSession& db_;
    Projection& projection_;
    ParkedKeys& parked_;
};

// Which keys a fact waits under: as the projection says, but all of its tenant when it cannot be
// read and the projection would have to.
Projection::Keys keys_of(const Projection& projection, const Fact& fact);

} // namespace tollbook
