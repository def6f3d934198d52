#pragma once

#include "ledger/events/wallet_terms.hpp"
#include "ledger/money.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// The lot that an opening balance makes. A payment's first lot is named as the payment, later ones
// "<payment>#2", "#3" ...
inline constexpr std::string_view opening_lot = "opening";

// Lots that nobody paid for are named "grant#<grant>".
inline constexpr std::string_view granted_lots = "grant#";

// Lots without terms of their own have it.
inline constexpr std::uint32_t priority_plain = 50;

struct LotTerms {
    std::string lot;
    std::uint32_t priority{};
    std::optional<Date> expires_on;

    friend bool operator==(const LotTerms&, const LotTerms&) = default;
};
BOOST_DESCRIBE_STRUCT(LotTerms, (), (lot, priority, expires_on))

struct Hold {
    std::string hold;
    std::int64_t minor{};
    std::optional<Timestamp> expires_at;

    friend bool operator==(const Hold&, const Hold&) = default;
};
BOOST_DESCRIBE_STRUCT(Hold, (), (hold, minor, expires_at))

// What few wallets have.
struct WalletTerms {
    std::int64_t overdraft_limit{};
    std::vector<LotTerms> lots; // Of every granted lot, also when nothing is left of it.
    std::vector<Hold> holds;

    friend bool operator==(const WalletTerms&, const WalletTerms&) = default;
};
BOOST_DESCRIBE_STRUCT(WalletTerms, (), (overdraft_limit, lots, holds))

// A wallet is made of lots, the one to be consumed next first: by priority, by expiry, then the
// oldest. It may be overdrawn (a reversal took more than it held, or a charge made use of the
// limit); then it has no lots, and the next credit fills the hole first.
struct WalletRow {
    boost::container::small_vector<LotTaken, 1> lots; // What is left of each; most have one.
    std::int64_t overdrawn{};
    std::uint32_t opened{}; // 1: its opening balance was posted.
    std::optional<WalletTerms> terms{};

    friend bool operator==(const WalletRow&, const WalletRow&) = default;
};
BOOST_DESCRIBE_STRUCT(WalletRow, (), (lots, overdrawn, opened, terms))

// No command leaves more than this in a wallet, or less than its negative: a balance stays exact in
// every JSON reader, as each amount is.
inline constexpr std::int64_t wallet_minor_max = amount_minor_max;

// What it holds; at the ends of int64 it stays there.
std::int64_t balance(const WalletRow& wallet);

// What holds keep back.
std::int64_t held(const WalletRow& wallet);

// The balance less what is held.
std::int64_t available(const WalletRow& wallet);

// What a charge may take: what is available, and the overdraft limit.
std::int64_t spendable(const WalletRow& wallet);

// Opens a lot; returns the part that repaid the overdraft instead.
std::int64_t credit(WalletRow& wallet, const std::string& lot, std::int64_t minor);

// The same for a granted lot: it stands where its terms put it.
std::int64_t grant(WalletRow& wallet, const LotTerms& terms, std::int64_t minor);

// Puts money back into lots, in this order; returns the part, of the first ones, that repaid the
// overdraft instead. A lot that was used up stands before all that are consumed after it.
std::int64_t give_back(WalletRow& wallet, std::span<const LotTaken> parts);

// Takes an amount that is available, lot by lot; nothing (and no change) when it is not.
std::optional<std::vector<LotTaken>> take(WalletRow& wallet, std::int64_t minor);

// The same from lots that somebody paid for.
std::optional<std::vector<LotTaken>> take_paid(WalletRow& wallet, std::int64_t minor);

struct Taken {
    std::vector<LotTaken> lots;
    std::optional<std::int64_t> overdrawn; // Beyond them; none, rather than zero.
};

// Takes a price, also below zero within the limit; nothing when that does not cover it.
std::optional<Taken> take_price(WalletRow& wallet, std::int64_t minor);

// Takes what a hold kept back: whatever else happened, it is covered.
Taken take_held(WalletRow& wallet, std::int64_t minor);

// Takes an amount whatever the wallet holds: first from `lot`, then from the others, then below
// zero. Fills `lots` and `overdrawn` of the result.
WalletDebit force_take(
    WalletRow& wallet, std::string_view customer, std::string_view lot, std::int64_t minor
);

// Replays what an event says was taken.
void apply_taken(WalletRow& wallet, const std::vector<LotTaken>& lots, std::int64_t overdrawn);

// The wallet's terms, made when there are none.
WalletTerms& terms_of(WalletRow& wallet);

// Null: there is no such hold.
const Hold* find_hold(const WalletRow& wallet, std::string_view hold);

// What is left of a hold; at zero it is gone.
void set_hold(WalletRow& wallet, std::string_view hold, std::int64_t minor);

} // namespace tollbook
