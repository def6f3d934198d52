#pragma once

#include "commands/decision.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// As many whole periods that passed are charged at once; a person decides about more of them.
inline constexpr std::size_t backlog_periods_max = 24;

// In the place of a group or plan: all of them. It is no id.
inline constexpr std::string_view any_dunned = "*";

// The policy that counts for a service.
struct AppliedPolicy {
    const std::string* policy{};
    const DunningPolicyRow* rules{}; // Null: there is none, and the service is cut when it is due.

    explicit operator bool() const { return rules != nullptr; }
};

// The most specific one that is assigned: of the customer's group and the plan, of the group, of
// the plan, of everybody.
AppliedPolicy dunning_policy(const Decision& decision, const ServiceRow& row);

// What becomes of periods that passed, this one among them.
CatchUp catch_up_of(const DunningPolicyRow& rules, const ServiceRow& row);

// The fees that are owed with the service, as the events so far leave them.
std::vector<LateFee> late_fees(const Decision& decision, std::string_view service);

// A reminder for a due date of a service.
struct Reminder {
    Date due_since;
    std::string step;
};

// "<tenant>/<service>/<due date>~<step>": the key of `Book::notices`.
std::string notice_key(std::string_view tenant, std::string_view service, const Reminder& reminder);

// Whether the policy's calendar keeps the action from being taken now.
bool is_held(const Decision& decision, const DunningPolicyRow& rules, DunningAction action);

// What is done now about a service that is due and not covered.
struct DunningTurn {
    std::vector<const DunningStep*> steps; // In their order.
    bool cuts_again{}; // It was suspended before, and runs: its promise is over.
    bool cuts{};       // It runs, and is blocked for `unpaid` then.
    bool ends{};

    bool empty() const { return steps.empty() && !cuts_again; }
};

// A step that the calendar holds back keeps those behind it waiting; one for which too little is
// owed does not, nor a late fee that the customer's currency has none of.
DunningTurn dunning_turn(
    const Decision& decision,
    const DunningPolicyRow& rules,
    std::string_view service,
    const ServiceRow& row,
    std::int64_t owed_minor
);

// The names of its steps.
std::vector<std::string> names_of(const DunningTurn& turn);

// Takes the turn: dunning_step_taken for each step, and what it does to the service.
void take_turn(
    Decision& decision,
    const AppliedPolicy& policy,
    const std::string& service,
    const ServiceRow& row,
    const DunningTurn& turn,
    std::int64_t owed_minor
);

// Whether a run has something to do for a service that dunning has cut: a step's day has come, or
// somebody must say what becomes of periods that passed.
bool is_dunned(const Decision& decision, std::string_view service, const ServiceRow& row);

} // namespace tollbook
