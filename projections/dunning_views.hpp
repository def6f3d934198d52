#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

struct DunningPolicyView {
    std::string tenant;
    std::string policy;
    std::uint32_t version{};
    JsonText steps;
    std::optional<JsonText> calendar;
    std::string suspended_time;
    std::string catch_up;
    Timestamp defined_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    DunningPolicyView,
    (),
    (tenant, policy, version, steps, calendar, suspended_time, catch_up, defined_at, seq)
)

struct DunningAssignmentView { // "*" as group or plan: every one.
    std::string tenant;
    std::string customer_group;
    std::string plan;
    std::optional<std::string> policy; // None any more.
    Timestamp assigned_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    DunningAssignmentView, (), (tenant, customer_group, plan, policy, assigned_at, seq)
)

struct CustomerGroupView {
    std::string tenant;
    std::string customer;
    std::optional<std::string> customer_group; // Of none any more.
    Timestamp set_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(CustomerGroupView, (), (tenant, customer, customer_group, set_at, seq))

struct DunningServiceView { // From a service's first step on.
    std::string tenant;
    std::string service;
    std::string customer;
    std::string policy;
    std::uint32_t policy_version{};
    std::string status; // open | settled | ended
    Date due_since;
    std::vector<std::string> steps; // Taken for this due date.
    std::string step;               // The newest.
    std::string action;
    Timestamp taken_at;
    std::int64_t fees_minor{}; // Late fees that are owed.
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    DunningServiceView,
    (),
    (tenant,
     service,
     customer,
     policy,
     policy_version,
     status,
     due_since,
     steps,
     step,
     action,
     taken_at,
     fees_minor,
     seq)
)

struct DunningNoticeView { // Of a step that reminds.
    std::string tenant;
    std::string service;
    Date due_since;
    std::string step;
    std::string customer;
    std::int64_t owed_minor{};
    std::string status; // pending | sent
    Timestamp asked_at;
    std::optional<Timestamp> sent_at;
    std::optional<std::string> channel;
    std::optional<std::string> message;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    DunningNoticeView,
    (),
    (tenant,
     service,
     due_since,
     step,
     customer,
     owed_minor,
     status,
     asked_at,
     sent_at,
     channel,
     message,
     seq)
)

} // namespace tollbook
