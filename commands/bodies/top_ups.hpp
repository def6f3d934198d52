#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Sets a rule by which a wallet is filled up, or another one in its place.
struct SetTopUpRule {
    static constexpr std::string_view type = "set_top_up_rule";
    std::string customer;
    std::string rule; // The caller's own name of it, unique in the wallet.
    TopUpTerms terms;
};
BOOST_DESCRIBE_STRUCT(SetTopUpRule, (), (customer, rule, terms))

struct EndTopUpRule {
    static constexpr std::string_view type = "end_top_up_rule";
    std::string customer;
    std::string rule;
};
BOOST_DESCRIBE_STRUCT(EndTopUpRule, (), (customer, rule))

// Does what the rule says, if it is due. Runs ask for it.
struct TakeTopUp {
    static constexpr std::string_view type = "take_top_up";
    std::string customer;
    std::string rule;
};
BOOST_DESCRIBE_STRUCT(TakeTopUp, (), (customer, rule))

// The payer of the rule's open request is not to be asked any more.
struct CancelTopUp {
    static constexpr std::string_view type = "cancel_top_up";
    std::string customer;
    std::string rule;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(CancelTopUp, (), (customer, rule, reason))

// A run says what it came to; it was due to something.
struct FinishBillingRun {
    static constexpr std::string_view type = "finish_billing_run";
    std::string run;
    RunTrigger trigger{};
    std::string by;
    std::optional<std::string> preview; // None was confirmed.
    Timestamp started_at;
    RunCounts counts;
    std::int64_t charged_minor{};
    std::int64_t invoiced_minor{};
    std::vector<ParkedService> parked;
};
BOOST_DESCRIBE_STRUCT(
    FinishBillingRun,
    (),
    (run, trigger, by, preview, started_at, counts, charged_minor, invoiced_minor, parked)
)

} // namespace tollbook
