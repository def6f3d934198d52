#pragma once

#include "ledger/events/wallets.hpp"
#include "ledger/money.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// The lot that an opening balance makes. A payment's first lot is named as the payment, later ones
// "<payment>#2", "#3" ...
inline constexpr std::string_view opening_lot = "opening";

// A wallet is made of lots, the oldest first. It may be overdrawn (a reversal took more than it
// held); then it has no lots, and the next credit fills the hole first.
struct WalletRow {
    boost::container::small_vector<LotTaken, 1> lots; // What is left of each; most have one.
    std::int64_t overdrawn{};
    std::uint32_t opened{}; // 1: its opening balance was posted.

    friend bool operator==(const WalletRow&, const WalletRow&) = default;
};
BOOST_DESCRIBE_STRUCT(WalletRow, (), (lots, overdrawn, opened))

// No command leaves more than this in a wallet, or less than its negative: a balance stays exact in
// every JSON reader, as each amount is.
inline constexpr std::int64_t wallet_minor_max = amount_minor_max;

// What it holds; at the ends of int64 it stays there.
std::int64_t balance(const WalletRow& wallet);

// Opens a lot; returns the part that repaid the overdraft instead.
std::int64_t credit(WalletRow& wallet, const std::string& lot, std::int64_t minor);

// Takes a price from the oldest lots; nothing (and no change) when the wallet does not cover it.
std::optional<std::vector<LotTaken>> take(WalletRow& wallet, std::int64_t minor);

// Takes an amount whatever the wallet holds: first from `lot`, then from the oldest, then below
// zero. Fills `lots` and `overdrawn` of the result.
WalletDebit force_take(
    WalletRow& wallet, std::string_view customer, std::string_view lot, std::int64_t minor
);

// Replays what an event says was taken.
void apply_taken(WalletRow& wallet, const std::vector<LotTaken>& lots, std::int64_t overdrawn);

} // namespace tollbook
