#pragma once

#include "ledger/log.hpp"
#include "ledger/store.hpp"
#include "tests/support/fault_fs.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tollbook {

// One life of a partition whose power goes, and what is found afterwards.
struct CrashPlan {
    std::uint64_t seed{};
    Loss loss{};
    std::string point; // A crash point, at its `nth` hit; empty: a step of the file system.
    std::uint64_t nth{1};
    bool fails_once{};   // That step of the file system fails; the power goes at the end.
    Sabotage sabotage{}; // Mutations: a run that is sabotaged must be noticed.
    bool answer_before_append{};
    bool checkpoint_lost{}; // The derived column family is emptied before the next start.

    // How a topic that no power cut reaches carries the log; nothing: there is none. At
    // `replicated` the disk is synced lazily.
    std::optional<Acknowledgement> level;
};

struct CrashOutcome {
    bool crashed{};                            // The planned point was reached.
    std::optional<FileStep> failed;            // The step that failed.
    std::uint64_t answered{};                  // Receipts that a client held when the power went.
    std::uint64_t unanswered{};                // Commands that must be tried again.
    std::uint64_t recovered{};                 // Of those, found in the log.
    std::string complaint;                     // Empty: every promise was kept.
    std::map<std::string, std::uint64_t> hits; // Of crash points.
};

// Random commands until the power goes; then a new start, and every key is tried again: what was
// answered has the same receipt, nothing stands twice, the counters are the sum of what stands, and
// a topic holds the messages of the disk.
CrashOutcome run_until_crash(const CrashPlan& plan);

// The steps that such a run takes when nothing happens.
std::uint64_t steps_of_run(CrashPlan plan);

} // namespace tollbook
