#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

struct ServiceView {
    std::string tenant;
    std::string service;
    std::string customer;
    std::string plan;
    std::uint32_t plan_version{};
    std::string site;
    Date renews_on; // The first day that is not paid for.
    std::int32_t anchor_day{};
    std::vector<std::string> blocks;
    std::string status; // active | suspended | ended
    Timestamp status_since;
    std::optional<Timestamp> cut_at;      // While `unpaid` holds: when the book cut it ...
    std::optional<std::uint64_t> cut_seq; // ... and the event. None: it came in blocked.
    std::optional<std::string> scheduled; // With its next period: plan_change | end
    std::optional<std::string> next_plan;
    std::optional<std::uint32_t> next_plan_version;
    std::optional<Date> next_plan_not_before; // Periods that begin before are on `plan`.
    std::optional<Date> promised_until;       // Not cut for `unpaid` before.
    std::optional<std::uint32_t> days_left;   // While it is paused.
    std::optional<Date> ended_on;
    Timestamp added_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    ServiceView,
    (),
    (tenant,
     service,
     customer,
     plan,
     plan_version,
     site,
     renews_on,
     anchor_day,
     blocks,
     status,
     status_since,
     cut_at,
     cut_seq,
     scheduled,
     next_plan,
     next_plan_version,
     next_plan_not_before,
     promised_until,
     days_left,
     ended_on,
     added_at,
     seq)
)

struct HistoryView { // How the service stood after each of its events.
    std::string tenant;
    std::uint64_t seq{};
    std::string service;
    // added | suspended | reinstated | renewed | plan_change_scheduled | plan_change_cancelled |
    // plan_changed | paused | resumed | end_scheduled | end_cancelled | ended | extended | promised
    // | dunned | periods_forgiven | backlog_billed
    std::string kind;
    std::optional<std::string> reason;
    std::string status;
    std::vector<std::string> blocks;
    Date renews_on;
    std::string plan;
    std::uint32_t plan_version{};
    std::optional<std::string> charge;
    std::optional<std::string> payment;
    Timestamp effective_at;
    Timestamp recorded_at;
};
BOOST_DESCRIBE_STRUCT(
    HistoryView,
    (),
    (tenant,
     seq,
     service,
     kind,
     reason,
     status,
     blocks,
     renews_on,
     plan,
     plan_version,
     charge,
     payment,
     effective_at,
     recorded_at)
)

struct CutView { // A reason began to hold.
    std::string tenant;
    std::uint64_t seq{};
    std::string service;
    std::string customer;
    std::string reason;
    Timestamp cut_at;
    Date booked_on;
};
BOOST_DESCRIBE_STRUCT(CutView, (), (tenant, seq, service, customer, reason, cut_at, booked_on))

// A reason held no more. paid_before_cut_minutes: the payment that reconnected it had happened
// strictly before the cut; the whole minutes for which it was off all the same.
struct ReconnectionView {
    std::string tenant;
    std::uint64_t seq{};
    std::string service;
    std::string customer;
    std::string reason;
    bool running{};
    Timestamp reconnected_at;
    std::optional<std::string> payment;
    std::optional<Timestamp> paid_at;
    std::optional<Timestamp> cut_at;
    std::optional<std::uint64_t> cut_seq;
    std::optional<std::int64_t> minutes_cut;
    std::optional<std::int64_t> paid_before_cut_minutes;
};
BOOST_DESCRIBE_STRUCT(
    ReconnectionView,
    (),
    (tenant,
     seq,
     service,
     customer,
     reason,
     running,
     reconnected_at,
     payment,
     paid_at,
     cut_at,
     cut_seq,
     minutes_cut,
     paid_before_cut_minutes)
)

} // namespace tollbook
