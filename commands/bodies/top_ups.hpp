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

} // namespace tollbook
