// What a wallet holds back, may owe, was given, and passes on.
#pragma once

#include "ledger/events/wallets.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Part of a charge comes back to the wallet: into the lots that it had consumed, the last first;
// what cannot be traced opens a lot named as the credit. The first `debt_repaid` of it repays the
// overdraft instead. `lines` tell what is taken back, as amounts above zero.
struct ChargeCredited {
    static constexpr std::string_view type = "charge_credited";
    static constexpr std::uint16_t schema_version = 1;
    std::string charge;
    std::string credit; // "<charge>~1", "~2" ...
    std::string customer;
    std::optional<std::string> service;
    std::int64_t minor{};
    std::vector<ChargeLine> lines;
    std::vector<LotTaken> lots;
    std::int64_t debt_repaid{};
    std::string reason;
    Postings postings;

    friend bool operator==(const ChargeCredited&, const ChargeCredited&) = default;
};
BOOST_DESCRIBE_STRUCT(
    ChargeCredited,
    (),
    (charge, credit, customer, service, minor, lines, lots, debt_repaid, reason, postings)
)

// Money that nobody paid, against `granted`. Lots of a lower priority are consumed first (plain
// ones have 50), then those that expire first.
struct CreditGranted {
    static constexpr std::string_view type = "credit_granted";
    static constexpr std::uint16_t schema_version = 1;
    std::string grant;
    std::string customer;
    std::int64_t minor{};
    std::string lot; // "grant#<grant>"
    std::uint32_t priority{};
    std::optional<Date> expires_on; // The first day on which it is of no use.
    std::int64_t debt_repaid{};
    std::string reason;
    Postings postings;

    friend bool operator==(const CreditGranted&, const CreditGranted&) = default;
};
BOOST_DESCRIBE_STRUCT(
    CreditGranted,
    (),
    (grant, customer, minor, lot, priority, expires_on, debt_repaid, reason, postings)
)

// What was left of a granted lot goes back to `granted`: never to revenue.
struct LotExpired {
    static constexpr std::string_view type = "lot_expired";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    std::string lot;
    std::int64_t minor{};
    Date expires_on;
    Postings postings;

    friend bool operator==(const LotExpired&, const LotExpired&) = default;
};
BOOST_DESCRIBE_STRUCT(LotExpired, (), (customer, lot, minor, expires_on, postings))

// Kept back for something that will be charged later. It moves no posting.
struct FundsHeld {
    static constexpr std::string_view type = "funds_held";
    static constexpr std::uint16_t schema_version = 1;
    std::string hold;
    std::string customer;
    std::int64_t minor{};
    std::optional<Timestamp> expires_at; // From then on it holds nothing.
    std::string reason;

    friend bool operator==(const FundsHeld&, const FundsHeld&) = default;
};
BOOST_DESCRIBE_STRUCT(FundsHeld, (), (hold, customer, minor, expires_at, reason))

// Charged, in the wallet_charged just before it. Nothing left: the hold is over.
struct HoldCaptured {
    static constexpr std::string_view type = "hold_captured";
    static constexpr std::uint16_t schema_version = 1;
    std::string hold;
    std::string customer;
    std::string charge;
    std::int64_t minor{};
    std::int64_t remaining{};

    friend bool operator==(const HoldCaptured&, const HoldCaptured&) = default;
};
BOOST_DESCRIBE_STRUCT(HoldCaptured, (), (hold, customer, charge, minor, remaining))

struct HoldReleased {
    static constexpr std::string_view type = "hold_released";
    static constexpr std::uint16_t schema_version = 1;
    std::string hold;
    std::string customer;
    std::int64_t minor{};
    std::string reason; // released | expired

    friend bool operator==(const HoldReleased&, const HoldReleased&) = default;
};
BOOST_DESCRIBE_STRUCT(HoldReleased, (), (hold, customer, minor, reason))

// A charge may take the wallet so far below zero.
struct OverdraftLimitSet {
    static constexpr std::string_view type = "overdraft_limit_set";
    static constexpr std::uint16_t schema_version = 1;
    std::string customer;
    std::int64_t minor{};

    friend bool operator==(const OverdraftLimitSet&, const OverdraftLimitSet&) = default;
};
BOOST_DESCRIBE_STRUCT(OverdraftLimitSet, (), (customer, minor))

// From one wallet to another: money that was paid in, never what was granted. It opens the lot
// `lot` there, less the overdraft that it repays.
struct FundsTransferred {
    static constexpr std::string_view type = "funds_transferred";
    static constexpr std::uint16_t schema_version = 1;
    std::string transfer;
    std::string from;
    std::string to;
    std::int64_t minor{};
    std::vector<LotTaken> lots; // Of `from`.
    std::string lot;            // "transfer#<transfer>"
    std::int64_t debt_repaid{};
    std::string reason;
    Postings postings;

    friend bool operator==(const FundsTransferred&, const FundsTransferred&) = default;
};
BOOST_DESCRIBE_STRUCT(
    FundsTransferred, (), (transfer, from, to, minor, lots, lot, debt_repaid, reason, postings)
)

// A customer wants money back. It is kept back until a second person approves or rejects it.
struct RefundRequested {
    static constexpr std::string_view type = "refund_requested";
    static constexpr std::uint16_t schema_version = 1;
    std::string refund;
    std::string customer;
    std::int64_t minor{};
    std::string reason;
    std::string requested_by;

    friend bool operator==(const RefundRequested&, const RefundRequested&) = default;
};
BOOST_DESCRIBE_STRUCT(RefundRequested, (), (refund, customer, minor, reason, requested_by))

// Out of the wallet, into `refund_payable:<customer>`.
struct RefundApproved {
    static constexpr std::string_view type = "refund_approved";
    static constexpr std::uint16_t schema_version = 1;
    std::string refund;
    std::string customer;
    std::int64_t minor{};
    std::vector<LotTaken> lots;
    std::string approved_by;
    Postings postings;

    friend bool operator==(const RefundApproved&, const RefundApproved&) = default;
};
BOOST_DESCRIBE_STRUCT(RefundApproved, (), (refund, customer, minor, lots, approved_by, postings))

struct RefundRejected {
    static constexpr std::string_view type = "refund_rejected";
    static constexpr std::uint16_t schema_version = 1;
    std::string refund;
    std::string customer;
    std::int64_t minor{};
    std::string reason;
    std::string rejected_by;

    friend bool operator==(const RefundRejected&, const RefundRejected&) = default;
};
BOOST_DESCRIBE_STRUCT(RefundRejected, (), (refund, customer, minor, reason, rejected_by))

// Paid out of a cash channel, under the provider's or the till's own number.
struct RefundPaid {
    static constexpr std::string_view type = "refund_paid";
    static constexpr std::uint16_t schema_version = 1;
    std::string refund;
    std::string customer;
    std::int64_t minor{};
    std::string channel;
    std::string receipt;
    Postings postings;

    friend bool operator==(const RefundPaid&, const RefundPaid&) = default;
};
BOOST_DESCRIBE_STRUCT(RefundPaid, (), (refund, customer, minor, channel, receipt, postings))

} // namespace tollbook
