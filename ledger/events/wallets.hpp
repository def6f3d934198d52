#pragma once

#include "ledger/events/taxes.hpp"
#include "ledger/posting.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// What a debit took from one lot of the wallet.
struct LotTaken {
    std::string lot;
    std::int64_t minor{};

    friend bool operator==(const LotTaken&, const LotTaken&) = default;
};
BOOST_DESCRIBE_STRUCT(LotTaken, (), (lot, minor))

// What a charge had consumed of a payment that is taken away again.
struct Unwound {
    std::string charge;
    std::int64_t minor{};

    friend bool operator==(const Unwound&, const Unwound&) = default;
};
BOOST_DESCRIBE_STRUCT(Unwound, (), (charge, minor))

// A debit that may take the wallet below zero: lots first, the rest is `overdrawn`.
struct WalletDebit {
    std::string customer;
    std::int64_t minor{};
    std::vector<LotTaken> lots;
    std::int64_t overdrawn{};
    std::vector<Unwound> unwound;

    friend bool operator==(const WalletDebit&, const WalletDebit&) = default;
};
BOOST_DESCRIBE_STRUCT(WalletDebit, (), (customer, minor, lots, overdrawn, unwound))

struct OpeningWallet {
    std::string customer;
    std::int64_t minor{};
    std::string lot;

    friend bool operator==(const OpeningWallet&, const OpeningWallet&) = default;
};
BOOST_DESCRIBE_STRUCT(OpeningWallet, (), (customer, minor, lot))

struct OpeningCash {
    std::string channel; // "mpesa:600901", "till:main"
    std::int64_t minor{};
    std::optional<Currency> currency{}; // The tenant's.

    friend bool operator==(const OpeningCash&, const OpeningCash&) = default;
};
BOOST_DESCRIBE_STRUCT(OpeningCash, (), (channel, minor, currency))

// What stood in the books before ours, against `opening`. Each account opens once.
struct OpeningBalancesPosted {
    static constexpr std::string_view type = "opening_balances_posted";
    static constexpr std::uint16_t schema_version = 2; // 1: in the tenant's currency alone.
    std::vector<OpeningWallet> wallets;
    std::vector<OpeningCash> cash;
    bool complete{};   // Nothing more opens after this.
    Currency currency; // The tenant's; each wallet is in its customer's.
    Postings postings;

    friend bool operator==(const OpeningBalancesPosted&, const OpeningBalancesPosted&) = default;
};
BOOST_DESCRIBE_STRUCT(OpeningBalancesPosted, (), (wallets, cash, complete, currency, postings))

struct ChargeLine {
    std::string component; // period | ...
    std::optional<std::string> plan;
    std::optional<std::uint32_t> plan_version;
    std::int64_t net{};
    std::optional<std::string> tax_code;
    std::int64_t tax{};
    std::optional<Date> service_from;
    std::optional<Date> service_to; // Half-open.
    // By a dated tax: its rates, none of one that is exempt. `tax` is their sum, and `tax_code` the
    // code of the only one. Absent: the one tax that `tax_code` names, by the plan's percentage.
    std::optional<std::vector<LineTax>> taxes{};

    friend bool operator==(const ChargeLine&, const ChargeLine&) = default;
};
BOOST_DESCRIBE_STRUCT(
    ChargeLine,
    (),
    (component, plan, plan_version, net, tax_code, tax, service_from, service_to, taxes)
)

struct WalletCharged {
    static constexpr std::string_view type = "wallet_charged";
    static constexpr std::uint16_t schema_version = 2; // 1: never below zero.
    std::string charge; // Natural key: service + component + service_from + correction number.
    std::string customer;
    std::optional<std::string> service;
    std::int64_t minor{};
    std::vector<ChargeLine> lines;
    std::vector<LotTaken> lots;
    Postings postings;
    std::optional<std::int64_t> overdrawn{}; // Beyond the lots, within the overdraft limit.

    friend bool operator==(const WalletCharged&, const WalletCharged&) = default;
};
BOOST_DESCRIBE_STRUCT(
    WalletCharged, (), (charge, customer, service, minor, lines, lots, postings, overdrawn)
)

} // namespace tollbook
