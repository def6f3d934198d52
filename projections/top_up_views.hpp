#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

struct TopUpRuleView {
    std::string tenant;
    std::string customer;
    std::string rule;
    std::string status; // active | ended
    std::string trigger;
    std::string action;
    JsonText terms;
    std::optional<Date> next_on; // Of an interval.
    std::uint32_t taken{};       // So often, passed due days not among them.
    Timestamp set_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    TopUpRuleView,
    (),
    (tenant, customer, rule, status, trigger, action, terms, next_on, taken, set_at, seq)
)

struct TopUpView {
    std::string tenant;
    std::string top_up;
    std::string customer;
    std::string rule;
    std::string action;
    std::string status; // granted; open, and then paid | cancelled | rule_ended
    std::int64_t minor{};
    std::int64_t available_minor{}; // Before it.
    std::optional<Date> due_on;     // Of an interval.
    std::optional<std::string> payment;
    std::string reason;
    Timestamp taken_at;
    std::optional<Timestamp> ended_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    TopUpView,
    (),
    (tenant,
     top_up,
     customer,
     rule,
     action,
     status,
     minor,
     available_minor,
     due_on,
     payment,
     reason,
     taken_at,
     ended_at,
     seq)
)

} // namespace tollbook
