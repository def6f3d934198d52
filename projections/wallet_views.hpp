#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

struct WalletView {
    std::string tenant;
    std::string customer;
    std::string entity;
    std::string currency;
    std::int64_t balance_minor{};
    std::int64_t overdrawn_minor{};
    std::int64_t overdraft_limit_minor{}; // So far a charge may take it below zero.
    std::int64_t held_minor{};            // Kept back by holds.
    std::optional<Timestamp> moved_at;    // Of the newest movement; none: it never moved.
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    WalletView,
    (),
    (tenant,
     customer,
     entity,
     currency,
     balance_minor,
     overdrawn_minor,
     overdraft_limit_minor,
     held_minor,
     moved_at,
     seq)
)

struct LotView {
    std::string tenant;
    std::string customer;
    std::string entity;
    std::string currency;
    std::string lot;
    std::string source; // paid | opening | granted | transferred | credited
    std::optional<std::string> payment;
    std::int64_t opened_minor{};
    std::int64_t remaining_minor{};
    std::uint32_t priority{}; // The lower, the sooner consumed.
    std::optional<Date> expires_on;
    Timestamp opened_at;
    std::uint64_t opened_seq{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    LotView,
    (),
    (tenant,
     customer,
     entity,
     currency,
     lot,
     source,
     payment,
     opened_minor,
     remaining_minor,
     priority,
     expires_on,
     opened_at,
     opened_seq,
     seq)
)

struct StatementView {
    std::string tenant;
    std::uint64_t seq{};
    std::int32_t line{}; // One event may move several wallets.
    std::string customer;
    std::string entity;
    std::string currency;
    // opening | payment | suspense | charge | credit | reversal | moved_out | moved_in | grant |
    // expiry | transfer_out | transfer_in | refund | invoice | invoice_released | invoice_credit
    std::string kind;
    std::int64_t minor{};
    std::int64_t balance_minor{}; // After it, in the order of the log.
    Timestamp effective_at;
    Timestamp recorded_at;
    Date booked_on;
    std::optional<std::string> payment;
    std::optional<std::string> charge;
    std::optional<std::string> service;
    std::optional<std::string> reason;
    std::optional<JsonText> lines; // Of a charge or credit; of a reversal: what it unwound.
};
BOOST_DESCRIBE_STRUCT(
    StatementView,
    (),
    (tenant,
     seq,
     line,
     customer,
     entity,
     currency,
     kind,
     minor,
     balance_minor,
     effective_at,
     recorded_at,
     booked_on,
     payment,
     charge,
     service,
     reason,
     lines)
)

struct HoldView {
    std::string tenant;
    std::string hold;
    std::string customer;
    std::int64_t minor{};
    std::int64_t remaining_minor{};
    std::string status; // held | captured | released | expired
    std::string reason;
    std::optional<Timestamp> expires_at;
    Timestamp held_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    HoldView,
    (),
    (tenant, hold, customer, minor, remaining_minor, status, reason, expires_at, held_at, seq)
)

struct RefundView {
    std::string tenant;
    std::string refund;
    std::string customer;
    std::int64_t minor{};
    std::string status; // requested | approved | rejected | paid
    std::string reason;
    std::string requested_by;
    std::optional<std::string> decided_by;
    std::optional<std::string> rejection;
    std::optional<std::string> channel;
    std::optional<std::string> receipt;
    Timestamp requested_at;
    std::optional<Timestamp> paid_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    RefundView,
    (),
    (tenant,
     refund,
     customer,
     minor,
     status,
     reason,
     requested_by,
     decided_by,
     rejection,
     channel,
     receipt,
     requested_at,
     paid_at,
     seq)
)

} // namespace tollbook
