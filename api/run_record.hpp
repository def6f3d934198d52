#pragma once

#include "api/live_runs.hpp"
#include "api/renewals.hpp"
#include "ledger/events/billing_runs.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

// A run while it is under way.
struct RunTally {
    RunOrder order; // Whose `run` is the one that the book knows, once it does something.
    RenewalReport report;
    Timestamp started_at;
    std::string found;                 // What was due, a line each: names a run that did nothing.
    std::vector<ParkedService> parked; // At most parked_named_max.
    std::unique_ptr<LiveRun> live{};   // Since it was recorded to have begun.
};

// Begins one: the tenant exists. Runs of the tenant that died are recorded first.
Result<RunTally> begin_run(Partition& partition, const RunOrder& order);

// Before a run does something for the first time it is recorded to have begun, with `due` services:
// what its commands do from then on is counted in the book, whatever becomes of the run.
Status start_run(Partition& partition, RunTally& tally, std::uint64_t due);

// A service that was due, in the state that names its attempt.
void note_due(RunTally& tally, std::string_view service, Date due_on, std::uint64_t changes);

// Something is wrong with a service, and a person should look; `reason` is a slug.
void note_parked(RunTally& tally, const std::string& service, std::string_view reason);

// The answer to a renewal of that service.
void count(RunTally& tally, const std::string& service, const Result<Receipt>& answer);

// Takes the top-ups that are due, each due day in its turn.
Status take_top_ups(Partition& partition, RunTally& tally);

// Records what it came to: what its records did as the book has it, and its own counts of the rest.
// A run that did nothing is recorded if something was due, and once: the next that finds the same,
// and comes to the same, is that run.
Status record_run(Partition& partition, RunTally& tally);

// A run that fails on its way is recorded as far as it came, if that still goes.
void give_up_run(Partition& partition, RunTally& tally);

// Records the runs that began and are not under way any more, as billing_run_interrupted: of one
// tenant, or of all when none is named. What cannot be recorded now waits for the next time.
void record_dead_runs(Partition& partition, std::string_view tenant = {});

} // namespace tollbook::api
