#pragma once

#include "ledger/json.hpp"
#include "ledger/partition.hpp"

#include <cstdint>
#include <string>

namespace tollbook::api {

// What a renewal run came to. `cut`: suspended for `unpaid`. `settled`: found renewed or blocked
// by the time its turn came.
struct RenewalReport {
    std::uint64_t due{};
    std::uint64_t renewed{};
    std::uint64_t cut{};
    std::uint64_t settled{};
    std::uint64_t failed{};
    std::uint64_t position{}; // Seq of the last record it made; 0: none.
};
BOOST_DESCRIBE_STRUCT(RenewalReport, (), (due, renewed, cut, settled, failed, position))

// Who asked for a run.
struct RenewalOrder {
    std::string tenant;
    std::string actor;
    std::string correlation;
};

// Renews what is due for a tenant now, each service by its own command, in the order in which one
// wallet pays for several. Any number of runs may come at any time, also at once: a command's key
// names the service's state, so it happens once. Blocks until all are answered.
Result<RenewalReport> run_renewals(Partition& partition, const RenewalOrder& order);

} // namespace tollbook::api
