#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct CalendarTerms {
    std::optional<std::vector<DunningAction>> holds; // suspend and terminate
    std::optional<std::vector<Weekday>> weekdays;    // None.
    std::optional<std::vector<Date>> holidays;       // None.
    std::optional<std::uint32_t> from_hour;          // 0
    std::optional<std::uint32_t> to_hour;            // 24
};
BOOST_DESCRIBE_STRUCT(CalendarTerms, (), (holds, weekdays, holidays, from_hour, to_hour))

// What is done about services that are due and not paid, from now on. The steps stand in the order
// of their days; nothing follows `terminate`.
struct DefineDunning {
    static constexpr std::string_view type = "define_dunning";
    std::string policy;
    std::optional<std::uint32_t> version; // The next one; any other is refused.
    std::vector<DunningStep> steps;
    std::optional<CalendarTerms> calendar;       // Steps are taken at any time.
    std::optional<SuspendedTime> suspended_time; // free
    std::optional<CatchUp> catch_up;             // bill
};
BOOST_DESCRIBE_STRUCT(
    DefineDunning, (), (policy, version, steps, calendar, suspended_time, catch_up)
)

// The most specific one counts: of the group and the plan, of the group, of the plan, of everybody.
struct AssignDunning {
    static constexpr std::string_view type = "assign_dunning";
    std::optional<std::string> policy; // None: what was assigned there is so no more.
    std::optional<std::string> group;
    std::optional<std::string> plan;
};
BOOST_DESCRIBE_STRUCT(AssignDunning, (), (policy, group, plan))

struct SetCustomerGroup {
    static constexpr std::string_view type = "set_customer_group";
    std::string customer;
    std::optional<std::string> group; // None: of no group any more.
};
BOOST_DESCRIBE_STRUCT(SetCustomerGroup, (), (customer, group))

// Late fees of the service that are owed and not charged yet are taken away. If the wallet covers
// what is due then, it is charged at once.
struct WaiveLateFee {
    static constexpr std::string_view type = "waive_late_fee";
    std::string service;
    std::optional<std::string> step; // Of that step; all of them.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(WaiveLateFee, (), (service, step, reason))

// Whoever sends messages tells that a reminder went out.
struct RecordNoticeSent {
    static constexpr std::string_view type = "record_notice_sent";
    std::string service;
    std::string step;
    Date due_since;
    std::string channel;                // As a reason is written: sms, mail ...
    std::optional<std::string> message; // Its number there; none.
};
BOOST_DESCRIBE_STRUCT(RecordNoticeSent, (), (service, step, due_since, channel, message))

enum class BacklogChoice { bill, forgive };
BOOST_DESCRIBE_ENUM(BacklogChoice, bill, forgive)

// What becomes of the whole periods that passed unpaid. If the wallet covers what is due then, it
// is charged at once.
struct SettleBacklog {
    static constexpr std::string_view type = "settle_backlog";
    std::string service;
    BacklogChoice choice{};
};
BOOST_DESCRIBE_STRUCT(SettleBacklog, (), (service, choice))

} // namespace tollbook
