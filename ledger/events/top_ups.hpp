// Wallets that are filled up by a rule: with credit that nobody paid for, or by asking the payer.
#pragma once

#include "ledger/events/tenancy.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// What a rule waits for: that less is available in the wallet than it says, or days that come.
enum class TopUpTrigger { threshold, interval };
BOOST_DESCRIBE_ENUM(TopUpTrigger, threshold, interval)

// What is done then: credit is granted, or its payer is asked for the money.
enum class TopUpAction { grant, request };
BOOST_DESCRIBE_ENUM(TopUpAction, grant, request)

struct TopUpTerms {
    TopUpTrigger trigger{};
    std::optional<std::int64_t> below_minor{}; // Of a threshold: less than this is available.
    std::optional<BillingPeriod> every{};      // Of an interval: from the day `from` on,
    std::optional<Date> from{};                // once in each of these.
    TopUpAction action{};
    std::optional<std::int64_t> amount_minor{};        // One of them: so much,
    std::optional<std::int64_t> target_minor{};        // or what is lacking to it.
    std::uint32_t at_most{};                           // So many times in a civil month: 1 to 31.
    std::optional<std::uint32_t> priority{};           // Of what is granted: 1 to 50; 50.
    std::optional<std::uint32_t> expires_after_days{}; // Of what is granted: never.

    friend bool operator==(const TopUpTerms&, const TopUpTerms&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TopUpTerms,
    (),
    (trigger,
     below_minor,
     every,
     from,
     action,
     amount_minor,
     target_minor,
     at_most,
     priority,
     expires_after_days)
)

// From now on, in place of what that rule of the wallet said before.
struct TopUpRuleSet {
    static constexpr std::string_view type = "top_up_rule_set";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    std::string rule;
    TopUpTerms terms;
    std::optional<Date> next_on; // Of an interval: its next due day.

    friend bool operator==(const TopUpRuleSet&, const TopUpRuleSet&) = default;
};
BOOST_DESCRIBE_STRUCT(TopUpRuleSet, (), (customer, rule, terms, next_on))

struct TopUpRuleEnded {
    static constexpr std::string_view type = "top_up_rule_ended";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    std::string rule;

    friend bool operator==(const TopUpRuleEnded&, const TopUpRuleEnded&) = default;
};
BOOST_DESCRIBE_STRUCT(TopUpRuleEnded, (), (customer, rule))

// The credit stands in the credit_granted behind it, as `grant`.
struct TopUpGranted {
    static constexpr std::string_view type = "top_up_granted";
    static constexpr std::uint16_t schema_version = 1;
    std::string top_up; // "<customer>~1", "~2" ...
    std::string customer;
    std::string rule;
    std::int64_t minor{};
    std::int64_t available_minor{}; // Before it.
    std::string grant;
    Date on;
    std::optional<Date> due_on;  // Of an interval: the day that it is for,
    std::optional<Date> next_on; // and the one after it.

    friend bool operator==(const TopUpGranted&, const TopUpGranted&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TopUpGranted, (), (top_up, customer, rule, minor, available_minor, grant, on, due_on, next_on)
)

// So much is to be asked from the payer. It is open until a payment reaches the wallet.
struct TopUpRequested {
    static constexpr std::string_view type = "top_up_requested";
    static constexpr std::uint16_t schema_version = 1;
    std::string top_up; // "<customer>~1", "~2" ...
    std::string customer;
    std::string rule;
    std::int64_t minor{};
    std::int64_t available_minor{};
    Date on;
    std::optional<Date> due_on;  // Of an interval: the day that it is for,
    std::optional<Date> next_on; // and the one after it.

    friend bool operator==(const TopUpRequested&, const TopUpRequested&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TopUpRequested, (), (top_up, customer, rule, minor, available_minor, on, due_on, next_on)
)

// Why a due day passes without a top-up: nothing lacks to the target, what was asked for is not
// paid yet, or it was taken as often as it may be in this month.
enum class TopUpPassing { full, open, limit };
BOOST_DESCRIBE_ENUM(TopUpPassing, full, open, limit)

struct TopUpPassed {
    static constexpr std::string_view type = "top_up_passed";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    std::string rule;
    TopUpPassing why{};
    Date due_on;
    Date next_on;

    friend bool operator==(const TopUpPassed&, const TopUpPassed&) = default;
};
BOOST_DESCRIBE_STRUCT(TopUpPassed, (), (customer, rule, why, due_on, next_on))

enum class TopUpOutcome { paid, cancelled, rule_ended };
BOOST_DESCRIBE_ENUM(TopUpOutcome, paid, cancelled, rule_ended)

// Nobody is asked for it any more.
struct TopUpRequestEnded {
    static constexpr std::string_view type = "top_up_request_ended";
    static constexpr std::uint16_t schema_version = 1;
    std::string top_up;
    std::string customer;
    std::string rule;
    std::int64_t minor{}; // That was asked for.
    TopUpOutcome outcome{};
    std::optional<std::string> payment; // That came, of whatever sum.
    std::string reason;

    friend bool operator==(const TopUpRequestEnded&, const TopUpRequestEnded&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TopUpRequestEnded, (), (top_up, customer, rule, minor, outcome, payment, reason)
)

} // namespace tollbook
