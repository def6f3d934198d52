#pragma once

#include "projections/comparison.hpp"
#include "projections/replay.hpp"

#include <string>
#include <vector>

namespace tollbook {

struct DiffReport {
    ReaderState at;
    std::vector<TableComparison> tables;
    std::vector<ParkedKey> parked; // Live, and what a replay could not fold either.

    // Nothing differs and nothing waits.
    bool equal() const { return parked.empty() && all_equal(tables); }
};

// Replays the projection into a schema that only this transaction sees, up to the position of the
// live tables in the same snapshot, and compares every row of every table. Replays once more when
// rows differ, to name the events that they contradict. What waits for parked keys is left out of
// the replay as it is of the live tables. Changes nothing. Refuses with not_found for
// a name that is not known, with store_locked while the projection is rebuilt, and with
// store_foreign when the log is not the one that the live rows came from.
Result<DiffReport> diff_projection(
    SqlSession& db, Source& source, const std::string& projection, const ReplayOptions& options
);

} // namespace tollbook
