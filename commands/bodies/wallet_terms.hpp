#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Gives part of a charge back. The lines name what is taken back, as charge_wallet names it.
struct CreditCharge {
    static constexpr std::string_view type = "credit_charge";
    std::string charge; // As the charge is named in the book: "manual#<charge>" of charge_wallet.
    std::vector<ChargeLine> lines;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(CreditCharge, (), (charge, lines, reason))

struct GrantCredit {
    static constexpr std::string_view type = "grant_credit";
    std::string customer;
    std::string grant; // The caller's own number of it, unique for ever.
    std::int64_t minor{};
    std::optional<std::uint32_t> priority; // 1 to 50, the lower the sooner consumed; 50.
    std::optional<Date> expires_on;        // The first day on which it is of no use; never.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(GrantCredit, (), (customer, grant, minor, priority, expires_on, reason))

// Books that a lot has expired, or that a hold is over. Charges do it themselves before they take.
struct SettleWallet {
    static constexpr std::string_view type = "settle_wallet";
    std::string customer;
};
BOOST_DESCRIBE_STRUCT(SettleWallet, (), (customer))

struct HoldFunds {
    static constexpr std::string_view type = "hold_funds";
    std::string customer;
    std::string hold; // The caller's own number of it, unique for ever.
    std::int64_t minor{};
    std::optional<Timestamp> expires_at; // never
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(HoldFunds, (), (customer, hold, minor, expires_at, reason))

// Charges what a hold kept back, in whole or in part; the rest stays held unless it is the last.
struct CaptureHold {
    static constexpr std::string_view type = "capture_hold";
    std::string hold;
    std::string charge;
    std::vector<ChargeLine> lines;
    std::optional<bool> last; // false
};
BOOST_DESCRIBE_STRUCT(CaptureHold, (), (hold, charge, lines, last))

struct ReleaseHold {
    static constexpr std::string_view type = "release_hold";
    std::string hold;
};
BOOST_DESCRIBE_STRUCT(ReleaseHold, (), (hold))

struct SetOverdraftLimit {
    static constexpr std::string_view type = "set_overdraft_limit";
    std::string customer;
    std::int64_t minor{}; // 0: no overdraft.
};
BOOST_DESCRIBE_STRUCT(SetOverdraftLimit, (), (customer, minor))

struct TransferFunds {
    static constexpr std::string_view type = "transfer_funds";
    std::string from;
    std::string to;
    std::string transfer; // The caller's own number of it, unique for ever.
    std::int64_t minor{};
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(TransferFunds, (), (from, to, transfer, minor, reason))

struct RequestRefund {
    static constexpr std::string_view type = "request_refund";
    std::string customer;
    std::string refund; // The caller's own number of it, unique for ever.
    std::int64_t minor{};
    std::string reason;
    std::string user;
};
BOOST_DESCRIBE_STRUCT(RequestRefund, (), (customer, refund, minor, reason, user))

struct ApproveRefund {
    static constexpr std::string_view type = "approve_refund";
    std::string refund;
    std::string user; // Another than who requested it.
};
BOOST_DESCRIBE_STRUCT(ApproveRefund, (), (refund, user))

struct RejectRefund {
    static constexpr std::string_view type = "reject_refund";
    std::string refund;
    std::string reason;
    std::string user;
};
BOOST_DESCRIBE_STRUCT(RejectRefund, (), (refund, reason, user))

struct PayRefund {
    static constexpr std::string_view type = "pay_refund";
    std::string refund;
    std::string channel;
    std::string receipt;
};
BOOST_DESCRIBE_STRUCT(PayRefund, (), (refund, channel, receipt))

} // namespace tollbook
