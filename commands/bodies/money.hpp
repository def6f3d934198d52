#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct WalletAmount {
    std::string customer;
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(WalletAmount, (), (customer, minor))

struct ChannelAmount {
    std::string channel;
    std::int64_t minor{};
    std::optional<Currency> currency{}; // The tenant's.
};
BOOST_DESCRIBE_STRUCT(ChannelAmount, (), (channel, minor, currency))

// In as many parts as it takes; each wallet and channel opens once, and nothing opens after the
// part that says `complete`.
struct PostOpeningBalances {
    static constexpr std::string_view type = "post_opening_balances";
    Date booked_on;
    std::vector<WalletAmount> wallets;
    std::vector<ChannelAmount> cash;
    bool complete{};
};
BOOST_DESCRIBE_STRUCT(PostOpeningBalances, (), (booked_on, wallets, cash, complete))

// What a cashier types: `channel` is "till:<name>" or "mpesa:<shortcode>"; the customer is named
// by id or by a payment reference.
struct RecordPayment {
    static constexpr std::string_view type = "record_payment";
    std::string channel;
    std::string receipt;
    std::optional<std::string> customer;
    std::optional<std::string> reference;
    std::int64_t minor{};
    std::optional<Timestamp> occurred_at; // now
    std::string user;
    std::optional<bool> again{};        // Posts once more a receipt that was reversed by mistake.
    std::optional<Currency> currency{}; // The customer's; any other is refused.
};
BOOST_DESCRIBE_STRUCT(
    RecordPayment,
    (),
    (channel, receipt, customer, reference, minor, occurred_at, user, again, currency)
)

// A webhook delivery, its bytes untouched.
struct RecordCallback {
    static constexpr std::string_view type = "record_callback";
    std::string arrival;
    std::string provider; // mpesa
    std::string source;
    std::string raw_base64;
};
BOOST_DESCRIBE_STRUCT(RecordCallback, (), (arrival, provider, source, raw_base64))

struct AssignSuspense {
    static constexpr std::string_view type = "assign_suspense";
    std::string payment;
    std::vector<WalletAmount> parts; // One: assign. Several: split. The rest stays in suspense.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(AssignSuspense, (), (payment, parts, reason))

struct ReversePayment {
    static constexpr std::string_view type = "reverse_payment";
    std::string payment;
    std::optional<std::int64_t> minor; // All that stands.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReversePayment, (), (payment, minor, reason))

struct MovePayment {
    static constexpr std::string_view type = "move_payment";
    std::string payment;
    std::string from;
    std::string to;
    std::optional<std::int64_t> minor; // All that stands with `from`.
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(MovePayment, (), (payment, from, to, minor, reason))

struct ChargeWallet {
    static constexpr std::string_view type = "charge_wallet";
    std::string customer;
    std::string charge; // The caller's own number of it, unique for ever.
    std::optional<std::string> service;
    std::vector<ChargeLine> lines; // With a plan: its revenue; without: fee.
};
BOOST_DESCRIBE_STRUCT(ChargeWallet, (), (customer, charge, service, lines))

} // namespace tollbook
