// The rows of the Book that tell of dunning; a part of commands/rows.hpp.
#pragma once

#include "ledger/events/dunning.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// The newest version of a policy: it is the one that counts.
struct DunningPolicyRow {
    std::uint32_t version{};
    std::vector<DunningStep> steps;
    std::optional<DunningCalendar> calendar{};
    SuspendedTime suspended_time{};
    CatchUp catch_up{};
};
BOOST_DESCRIBE_STRUCT(DunningPolicyRow, (), (version, steps, calendar, suspended_time, catch_up))

struct LateFee {
    std::string charge; // The id that its charge has.
    std::int64_t minor{};
    std::string step{};

    friend bool operator==(const LateFee&, const LateFee&) = default;
};
BOOST_DESCRIBE_STRUCT(LateFee, (), (charge, minor, step))

// How far dunning is with a service. There is a row from its first step on, until what is due is
// paid, and as long as a fee is owed.
struct DunningRow {
    Date due_since;
    std::vector<std::string> steps; // That were taken for this due date.
    std::vector<LateFee> fees;      // To be paid with its next period.
};
BOOST_DESCRIBE_STRUCT(DunningRow, (), (due_since, steps, fees))

} // namespace tollbook
