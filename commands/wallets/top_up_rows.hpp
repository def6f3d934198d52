// The rows of the Book that tell of top-ups; a part of commands/rows.hpp.
#pragma once

#include "ledger/events/top_ups.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

struct OpenTopUp {
    std::string top_up;
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(OpenTopUp, (), (top_up, minor))

struct TopUpRule {
    std::string rule;
    TopUpTerms terms;
    std::optional<Date> next_on{};  // Of an interval: the next due day, and
    std::optional<Date> dealt_on{}; // the newest that was dealt with.
    bool armed{};                   // Of a threshold: not taken since the wallet stood above it.
    Date month{};                   // The first day of the month in which it was taken last, and
    std::uint32_t in_month{};       // how often.
    std::optional<OpenTopUp> open{};
};
BOOST_DESCRIBE_STRUCT(TopUpRule, (), (rule, terms, next_on, dealt_on, armed, month, in_month, open))

// Of a wallet that had a rule once.
struct TopUpRow {
    std::uint64_t changes{}; // Counts what happened to its rules: names top-ups.
    std::vector<TopUpRule> rules;
};
BOOST_DESCRIBE_STRUCT(TopUpRow, (), (changes, rules))

} // namespace tollbook
