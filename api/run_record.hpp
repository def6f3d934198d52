#pragma once

#include "api/renewals.hpp"
#include "ledger/events/billing_runs.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

// The records [first, last] of a command.
struct SeqRange {
    std::uint64_t first{};
    std::uint64_t last{};
};

// A run while it is under way.
struct RunTally {
    RenewalReport report;
    ReaderState before; // Where the log stood when it began.
    Timestamp started_at;
    std::string found;          // What was due, a line each: with the counts it names the run.
    std::vector<SeqRange> made; // By its own commands.
    std::vector<ParkedService> parked; // At most parked_named_max.
};

// Begins one: the tenant exists.
Result<RunTally> begin_run(Partition& partition, const RunOrder& order);

// A service that was due, in the state that names its attempt.
void note_due(RunTally& tally, std::string_view service, Date due_on, std::uint64_t changes);

// Something is wrong with a service, and a person should look; `reason` is a slug.
void note_parked(RunTally& tally, const std::string& service, std::string_view reason);

// The answer to a renewal of that service.
void count(RunTally& tally, const std::string& service, const Result<Receipt>& answer);

// Takes the top-ups that are due, each due day in its turn.
Status take_top_ups(Partition& partition, const RunOrder& order, RunTally& tally);

// Adds up what it charged and, if something was due, records it as billing_run_finished. A run that
// finds what another found, and comes to the same, is that run: it is recorded once.
Status record_run(Partition& partition, const RunOrder& order, RunTally& tally);

} // namespace tollbook::api
