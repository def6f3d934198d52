#pragma once

#include "projections/comparison.hpp"
#include "projections/replay.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tollbook {

struct RebuildOptions {
    std::string projection;
    ReplayOptions replay;

    // Swaps although rows differ: the live ones are known to be wrong, or the new version means
    // something else by them.
    bool accept_differences{};
};

struct RebuildReport {
    ReaderState at; // The position at which both were compared.
    std::vector<TableComparison> tables;
    bool swapped{};
    std::vector<ParkedKey> resumed; // Were parked, and the new tables hold what waited.
    std::vector<ParkedKey> parked;  // What the new tables could not take.
};

// Builds the projection's tables anew beside the live ones (schema "<name>_next"), while the live
// ones go on; at the end holds the live checkpoint for a moment, catches up to it exactly, compares
// row by row and swaps. Not swapped when rows differ, unless that was accepted: the new tables stay
// in "<name>_next" to be looked at. The old tables stay in "<name>_previous" until the next
// rebuild. A runner that is at work notices the swap and goes on with the new tables.
//
// Parked keys: what waits is left out of the comparison and folded into the new tables after it; a
// record that still cannot be folded keeps its keys parked there.
//
// Refuses with not_found for a name that is not known, with store_locked while another rebuild of
// it runs, and with store_foreign when the log is not the one that the live rows came from.
Result<RebuildReport> rebuild(SqlSession& db, Source& source, const RebuildOptions& options);

// Puts the tables back that the last rebuild replaced, with their checkpoint; the runner catches
// up from there. Refuses with not_found when there are none, and with store_locked while a rebuild
// of it runs.
Status undo_rebuild(SqlSession& db, const std::string& projection);

} // namespace tollbook
