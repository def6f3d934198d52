// How a service goes on: another plan, a pause, an end, more days, a promise.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// Takes effect with the next period that is charged, or with the first one that begins on or after
// a day; nothing is posted before.
struct PlanChangeScheduled {
    static constexpr std::string_view type = "plan_change_scheduled";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string plan;
    std::uint32_t plan_version{};
    Date on;                          // The first day that is not paid for yet.
    std::optional<Date> not_before{}; // Periods that begin before are on the plan of before.

    friend bool operator==(const PlanChangeScheduled&, const PlanChangeScheduled&) = default;
};
BOOST_DESCRIBE_STRUCT(
    PlanChangeScheduled, (), (service, customer, plan, plan_version, on, not_before)
)

struct PlanChangeCancelled {
    static constexpr std::string_view type = "plan_change_cancelled";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string plan; // That it does not get.
    std::uint32_t plan_version{};

    friend bool operator==(const PlanChangeCancelled&, const PlanChangeCancelled&) = default;
};
BOOST_DESCRIBE_STRUCT(PlanChangeCancelled, (), (service, customer, plan, plan_version))

// From `on`, the service is on another plan or version. What was paid for the days from then on is
// given back in the charge_credited before it, and the new price is in the wallet_charged after it.
struct PlanChanged {
    static constexpr std::string_view type = "plan_changed";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::string from_plan;
    std::uint32_t from_version{};
    std::string plan;
    std::uint32_t plan_version{};
    Date on;
    std::optional<std::int32_t> anchor_day{}; // Of a period that begins anew.

    friend bool operator==(const PlanChanged&, const PlanChanged&) = default;
};
BOOST_DESCRIBE_STRUCT(
    PlanChanged,
    (),
    (service, customer, from_plan, from_version, plan, plan_version, on, anchor_day)
)

// Off for `paused` (in the service_suspended before it); the days that were paid for wait.
struct ServicePaused {
    static constexpr std::string_view type = "service_paused";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    Date on;
    std::uint32_t days_left{};

    friend bool operator==(const ServicePaused&, const ServicePaused&) = default;
};
BOOST_DESCRIBE_STRUCT(ServicePaused, (), (service, customer, on, days_left))

// The days that waited run from `on`.
struct ServiceResumed {
    static constexpr std::string_view type = "service_resumed";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    Date on;
    Date renews_on;
    std::int32_t anchor_day{};

    friend bool operator==(const ServiceResumed&, const ServiceResumed&) = default;
};
BOOST_DESCRIBE_STRUCT(ServiceResumed, (), (service, customer, on, renews_on, anchor_day))

struct ServiceEndScheduled {
    static constexpr std::string_view type = "service_end_scheduled";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    Date on; // The first day that is not paid for yet.
    std::string reason;

    friend bool operator==(const ServiceEndScheduled&, const ServiceEndScheduled&) = default;
};
BOOST_DESCRIBE_STRUCT(ServiceEndScheduled, (), (service, customer, on, reason))

struct ServiceEndCancelled {
    static constexpr std::string_view type = "service_end_cancelled";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;

    friend bool operator==(const ServiceEndCancelled&, const ServiceEndCancelled&) = default;
};
BOOST_DESCRIBE_STRUCT(ServiceEndCancelled, (), (service, customer))

// Off for `ended` (in the service_suspended before it), for good.
struct ServiceEnded {
    static constexpr std::string_view type = "service_ended";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    Date on;
    std::string reason;

    friend bool operator==(const ServiceEnded&, const ServiceEnded&) = default;
};
BOOST_DESCRIBE_STRUCT(ServiceEnded, (), (service, customer, on, reason))

// Days that nobody pays for: goodwill, or an outage.
struct ServiceExtended {
    static constexpr std::string_view type = "service_extended";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    std::uint32_t days{};
    Date renews_on;
    std::int32_t anchor_day{};
    std::string reason;

    friend bool operator==(const ServiceExtended&, const ServiceExtended&) = default;
};
BOOST_DESCRIBE_STRUCT(ServiceExtended, (), (service, customer, days, renews_on, anchor_day, reason))

// The service is not cut for `unpaid` before `until`; what is due stays due.
struct PaymentPromised {
    static constexpr std::string_view type = "payment_promised";
    static constexpr std::uint16_t schema_version = 1;
    std::string service;
    std::string customer;
    Date until;

    friend bool operator==(const PaymentPromised&, const PaymentPromised&) = default;
};
BOOST_DESCRIBE_STRUCT(PaymentPromised, (), (service, customer, until))

} // namespace tollbook
