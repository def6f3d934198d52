#pragma once

#include "projections/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

struct PaymentView { // payer_*: NULL at the desk, and once the payer is forgotten.
    std::string tenant;
    std::string payment;
    std::string channel;
    std::string receipt;
    std::string currency;
    std::int64_t received_minor{};
    std::int64_t reversed_minor{};
    std::int64_t suspended_minor{};      // Still in suspense.
    std::optional<std::string> customer; // The first credit's; none: it came into suspense.
    std::optional<std::string> suspense_reason;
    std::string reference_hash;
    Timestamp occurred_at;
    Timestamp recorded_at;
    Date booked_on;
    std::string reported_by; // callback | desk
    bool confirmed{};
    std::optional<std::string> confirmed_by; // The arrival.
    std::optional<std::string> payer_number;
    std::optional<std::string> payer_name;
    std::optional<std::string> payer_reference;
    std::uint64_t received_seq{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    PaymentView,
    (),
    (tenant,
     payment,
     channel,
     receipt,
     currency,
     received_minor,
     reversed_minor,
     suspended_minor,
     customer,
     suspense_reason,
     reference_hash,
     occurred_at,
     recorded_at,
     booked_on,
     reported_by,
     confirmed,
     confirmed_by,
     payer_number,
     payer_name,
     payer_reference,
     received_seq,
     seq)
)

struct AllocationView { // What of a payment stands in which wallet.
    std::string tenant;
    std::string payment;
    std::string customer;
    std::int64_t minor{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(AllocationView, (), (tenant, payment, customer, minor, seq))

struct SuspenseView {
    std::string tenant;
    std::string payment;
    std::string account;
    std::string channel;
    std::string currency;
    std::string reason;
    std::int64_t opened_minor{};
    std::int64_t remaining_minor{};
    Timestamp opened_at;
    Date booked_on;
    std::optional<Timestamp> emptied_at;
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    SuspenseView,
    (),
    (tenant,
     payment,
     account,
     channel,
     currency,
     reason,
     opened_minor,
     remaining_minor,
     opened_at,
     booked_on,
     emptied_at,
     seq)
)

} // namespace tollbook
