#pragma once

#include "projections/parked_keys.hpp"
#include "projections/replay.hpp"

#include <string>
#include <vector>

namespace tollbook {

struct ResumeOptions {
    std::string projection;
    std::string tenant; // Empty: of all.
    std::string key;    // Empty: every one.
    ReplayOptions replay;
};

struct ResumeReport {
    std::vector<ParkedKey> resumed; // Nothing waits for them any more.
    std::vector<ParkedKey> parked;  // Of those asked for: an event still cannot be folded.
};

// Folds what waits for parked keys from the log, in order, into the live tables, up to their
// checkpoint; all in one transaction, in which the live projector waits. Keys that share events
// are resumed together. Again is harmless. A runner that is at work notices and goes on.
//
// Refuses with not_found for a projection that is not known, with version_conflict when its tables
// are of another version (rebuild it), with store_locked while it is rebuilt, and with
// store_foreign when the log is not the one that the live rows came from.
Result<ResumeReport> resume_parked(SqlSession& db, Source& source, const ResumeOptions& options);

// Every parked key of the database's live tables, by projection.
struct ParkedOf {
    std::string projection;
    std::vector<ParkedKey> keys;
};

Result<std::vector<ParkedOf>> read_parked(SqlSession& db, std::uint32_t partition);

} // namespace tollbook
