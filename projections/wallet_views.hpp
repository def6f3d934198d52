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
    std::optional<Timestamp> moved_at; // Of the newest movement; none: it never moved.
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    WalletView,
    (),
    (tenant, customer, entity, currency, balance_minor, overdrawn_minor, moved_at, seq)
)

struct LotView {
    std::string tenant;
    std::string customer;
    std::string entity;
    std::string currency;
    std::string lot;
    std::string source; // paid | opening
    std::optional<std::string> payment;
    std::int64_t opened_minor{};
    std::int64_t remaining_minor{};
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
    std::string kind; // opening | payment | suspense | charge | reversal | moved_out | moved_in
    std::int64_t minor{};
    std::int64_t balance_minor{}; // After it, in the order of the log.
    Timestamp effective_at;
    Timestamp recorded_at;
    Date booked_on;
    std::optional<std::string> payment;
    std::optional<std::string> charge;
    std::optional<std::string> service;
    std::optional<std::string> reason;
    std::optional<JsonText> lines; // Of a charge; of a reversal: what it unwound.
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

} // namespace tollbook
