// What happens, step by step, to a service that is due and not paid: the rules, and what was done.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

enum class DunningAction { remind, late_fee, suspend, terminate };
BOOST_DESCRIBE_ENUM(DunningAction, remind, late_fee, suspend, terminate)

// What a step comes to for customers of another currency than the tenant's.
struct DunningAmounts {
    Currency currency;
    std::optional<std::int64_t> fee_minor{};
    std::optional<std::int64_t> min_owed_minor{};

    friend bool operator==(const DunningAmounts&, const DunningAmounts&) = default;
};
BOOST_DESCRIBE_STRUCT(DunningAmounts, (), (currency, fee_minor, min_owed_minor))

// Taken `after_days` days after the service fell due, or later, once for each due date.
struct DunningStep {
    std::string step;
    std::uint32_t after_days{};
    DunningAction action{};
    std::optional<std::int64_t> fee_minor{};      // Of a late fee; no tax is in it.
    std::optional<std::int64_t> min_owed_minor{}; // Not taken while less is owed.
    // A late fee is not taken from customers of a currency that is not among these.
    std::optional<std::vector<DunningAmounts>> others{};

    friend bool operator==(const DunningStep&, const DunningStep&) = default;
};
BOOST_DESCRIBE_STRUCT(
    DunningStep, (), (step, after_days, action, fee_minor, min_owed_minor, others)
)

enum class Weekday { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
BOOST_DESCRIBE_ENUM(Weekday, monday, tuesday, wednesday, thursday, friday, saturday, sunday)

// When the actions in `holds` are not taken; in the tenant's zone.
struct DunningCalendar {
    std::vector<DunningAction> holds;
    std::vector<Weekday> weekdays; // Not on these,
    std::vector<Date> holidays;    // nor on these,
    std::uint32_t from_hour{};     // nor before this hour,
    std::uint32_t to_hour{};       // nor from this one on; 24: until midnight.

    friend bool operator==(const DunningCalendar&, const DunningCalendar&) = default;
};
BOOST_DESCRIBE_STRUCT(DunningCalendar, (), (holds, weekdays, holidays, from_hour, to_hour))

// free: the days for which it was cut are not charged.
enum class SuspendedTime { free, charged };
BOOST_DESCRIBE_ENUM(SuspendedTime, free, charged)

// Of whole periods that passed unpaid: each is charged, none is, or a person says which.
enum class CatchUp { bill, forgive, ask };
BOOST_DESCRIBE_ENUM(CatchUp, bill, forgive, ask)

// From now on; steps that were taken before are not taken again.
struct DunningDefined {
    static constexpr std::string_view type = "dunning_defined";
    static constexpr std::uint16_t schema_version = 2; // 1: in the tenant's currency alone.
    std::string policy;
    std::uint32_t version{};
    std::vector<DunningStep> steps;
    std::optional<DunningCalendar> calendar{}; // None: at any time.
    SuspendedTime suspended_time{};
    CatchUp catch_up{};

    friend bool operator==(const DunningDefined&, const DunningDefined&) = default;
};
BOOST_DESCRIBE_STRUCT(
    DunningDefined, (), (policy, version, steps, calendar, suspended_time, catch_up)
)

// Whom a policy is for; without group and plan, everybody. Without a policy: none any more.
struct DunningAssigned {
    static constexpr std::string_view type = "dunning_assigned";
    static constexpr std::uint16_t schema_version = 1;
    std::optional<std::string> policy;
    std::optional<std::string> group;
    std::optional<std::string> plan;

    friend bool operator==(const DunningAssigned&, const DunningAssigned&) = default;
};
BOOST_DESCRIBE_STRUCT(DunningAssigned, (), (policy, group, plan))

struct CustomerGrouped {
    static constexpr std::string_view type = "customer_grouped";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    std::optional<std::string> group; // None: of no group any more.

    friend bool operator==(const CustomerGrouped&, const CustomerGrouped&) = default;
};
BOOST_DESCRIBE_STRUCT(CustomerGrouped, (), (customer, group))

// A step for a due date, for ever once. remind: whoever sends messages reads it here. What suspends
// or ends the service stands in the events behind it.
struct DunningStepTaken {
    static constexpr std::string_view type = "dunning_step_taken";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string policy;
    std::uint32_t policy_version{};
    std::string step;
    DunningAction action{};
    Date due_since;
    Date on;
    std::int64_t owed_minor{}; // Before it.
    std::optional<std::int64_t> fee_minor{};
    std::optional<std::string> charge{}; // The id of the fee's charge, when it is paid.

    friend bool operator==(const DunningStepTaken&, const DunningStepTaken&) = default;
};
BOOST_DESCRIBE_STRUCT(
    DunningStepTaken,
    (),
    (service,
     customer,
     policy,
     policy_version,
     step,
     action,
     due_since,
     on,
     owed_minor,
     fee_minor,
     charge)
)

// A late fee that was owed and not charged yet is owed no more. Its step stays taken: for that due
// date it never comes back.
struct LateFeeWaived {
    static constexpr std::string_view type = "late_fee_waived";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string step;
    std::string fee; // The id that its charge would have had.
    std::int64_t minor{};
    std::string reason;

    friend bool operator==(const LateFeeWaived&, const LateFeeWaived&) = default;
};
BOOST_DESCRIBE_STRUCT(LateFeeWaived, (), (service, customer, step, fee, minor, reason))

// What a step that reminds asks for was sent to the customer.
struct NoticeSent {
    static constexpr std::string_view type = "notice_sent";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string step;
    Date due_since;
    std::string channel;                // sms, mail ...
    std::optional<std::string> message; // Its number there.

    friend bool operator==(const NoticeSent&, const NoticeSent&) = default;
};
BOOST_DESCRIBE_STRUCT(NoticeSent, (), (service, customer, step, due_since, channel, message))

enum class ForgivenTime { suspended, backlog };
BOOST_DESCRIBE_ENUM(ForgivenTime, suspended, backlog)

// The days [from, to) are never charged; the service is due since `to`.
struct PeriodsForgiven {
    static constexpr std::string_view type = "periods_forgiven";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    Date from;
    Date to;
    std::uint32_t count{}; // Whole periods in them.
    ForgivenTime reason{};
    std::int32_t anchor_day{};

    friend bool operator==(const PeriodsForgiven&, const PeriodsForgiven&) = default;
};
BOOST_DESCRIBE_STRUCT(PeriodsForgiven, (), (service, customer, from, to, count, reason, anchor_day))

// Somebody decided that the periods in [from, to) are charged, one after the other.
struct BacklogBilled {
    static constexpr std::string_view type = "backlog_billed";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    Date from;
    Date to;
    std::uint32_t count{};

    friend bool operator==(const BacklogBilled&, const BacklogBilled&) = default;
};
BOOST_DESCRIBE_STRUCT(BacklogBilled, (), (service, customer, from, to, count))

} // namespace tollbook
