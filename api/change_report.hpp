#pragma once

#include "ledger/json.hpp"
#include "ledger/submit.hpp"

#include <cstdint>

namespace tollbook::api {

// What became of a change of many services. `moved`: its figures were not those of the preview any
// more. `refused`: as previewed, or since.
struct ChangeReport {
    std::uint64_t services{};
    std::uint64_t changed{}; // Or scheduled.
    std::uint64_t moved{};
    std::uint64_t refused{};
    std::uint64_t failed{};
    std::uint64_t position{}; // Seq of the last record it made; 0: none.
};
BOOST_DESCRIBE_STRUCT(ChangeReport, (), (services, changed, moved, refused, failed, position))

// Counts the answer to one of its commands.
void count(ChangeReport& report, const Result<Receipt>& answer);

} // namespace tollbook::api
