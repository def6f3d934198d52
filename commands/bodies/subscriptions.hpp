#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

enum class ChangeTime { now, period_end };
BOOST_DESCRIBE_ENUM(ChangeTime, now, period_end)

// Now: the unused days come back, and the same days are charged at the new price; a plan of
// another period begins a whole one today. At the period's end: with the next renewal.
struct ChangePlan {
    static constexpr std::string_view type = "change_plan";
    std::string service;
    std::string plan;
    std::optional<std::uint32_t> plan_version;    // The newest.
    std::optional<ChangeTime> when;               // now
    std::optional<std::int64_t> expected_minor{}; // What the wallet pays, less what comes back:
                                                  // refused with figures_moved if it is another.
    std::optional<Date> not_before{};             // With the first period that begins then or
                                                  // later. None: the next one.
};
BOOST_DESCRIBE_STRUCT(
    ChangePlan, (), (service, plan, plan_version, when, expected_minor, not_before)
)

// Of a change or an end that is scheduled: of the service, or of one of its add-ons.
struct CancelSchedule {
    static constexpr std::string_view type = "cancel_schedule";
    std::string service;
    std::optional<std::string> addon{};
};
BOOST_DESCRIBE_STRUCT(CancelSchedule, (), (service, addon))

struct PauseService {
    static constexpr std::string_view type = "pause_service";
    std::string service;
};
BOOST_DESCRIBE_STRUCT(PauseService, (), (service))

struct ResumeService {
    static constexpr std::string_view type = "resume_service";
    std::string service;
};
BOOST_DESCRIBE_STRUCT(ResumeService, (), (service))

struct EndService {
    static constexpr std::string_view type = "end_service";
    std::string service;
    std::optional<ChangeTime> when;    // period_end
    std::optional<bool> credit_unused; // false; of an end that is now.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(EndService, (), (service, when, credit_unused, reason))

// Gives days to services, all of them or none; those that were cut for `unpaid` alone come back.
struct ExtendServices {
    static constexpr std::string_view type = "extend_services";
    std::vector<std::string> services;
    std::uint32_t days{};
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(ExtendServices, (), (services, days, reason))

struct PromisePayment {
    static constexpr std::string_view type = "promise_payment";
    std::string service;
    Date until; // The first day on which it may be cut again.
};
BOOST_DESCRIBE_STRUCT(PromisePayment, (), (service, until))

} // namespace tollbook
