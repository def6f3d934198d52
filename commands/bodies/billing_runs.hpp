// What runs of renewals tell of themselves; a part of commands/commands.hpp. The node's own runs
// send these, nobody else.
#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct StartBillingRun {
    static constexpr std::string_view type = "start_billing_run";
    std::string run;
    RunTrigger trigger{};
    std::string by;
    std::optional<std::string> preview; // None was confirmed.
    Timestamp started_at;
    std::uint64_t due{};
};
BOOST_DESCRIBE_STRUCT(StartBillingRun, (), (run, trigger, by, preview, started_at, due))

// A run says what it came to; something was due to it. What one that began did and charged, the
// book knows: its own word counts for the rest.
struct FinishBillingRun {
    static constexpr std::string_view type = "finish_billing_run";
    std::string run;
    RunTrigger trigger{};
    std::string by;
    std::optional<std::string> preview; // None was confirmed.
    Timestamp started_at;
    RunCounts counts;
    std::vector<ParkedService> parked;
};
BOOST_DESCRIBE_STRUCT(FinishBillingRun, (), (run, trigger, by, preview, started_at, counts, parked))

// A run that began will not come to its end.
struct InterruptBillingRun {
    static constexpr std::string_view type = "interrupt_billing_run";
    std::string run;
};
BOOST_DESCRIBE_STRUCT(InterruptBillingRun, (), (run))

} // namespace tollbook
