// The row of the Book that tells of a run of renewals; a part of commands/rows.hpp.
#pragma once

#include "ledger/events/billing_runs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tollbook {

// What a command of a run did to a service.
enum class RunOutcome { renewed, cut, ended, dunned };
BOOST_DESCRIBE_ENUM(RunOutcome, renewed, cut, ended, dunned)

struct ServiceOutcome {
    std::string stream; // The service's.
    RunOutcome outcome{};
};
BOOST_DESCRIBE_STRUCT(ServiceOutcome, (), (stream, outcome))

// A run that began and has not ended: what its records did so far.
struct OpenRunRow {
    BillingRunStarted started;
    RunCounts done;               // Of what leaves records.
    std::int64_t charged_minor{}; // In the tenant's currency.
    std::int64_t invoiced_minor{};
    std::vector<RunSums> others{};        // By currency.
    std::vector<ServiceOutcome> newest{}; // Of its newest command.
};
BOOST_DESCRIBE_STRUCT(
    OpenRunRow, (), (started, done, charged_minor, invoiced_minor, others, newest)
)

} // namespace tollbook
