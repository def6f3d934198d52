#include "commands/wallet.hpp"

#include "ledger/ensure.hpp"

#include <algorithm>
#include <limits>

namespace tollbook {

namespace {

// Neither is below zero.
std::int64_t capped_sum(std::int64_t a, std::int64_t b) {
    const Result<std::int64_t> sum = add(a, b);
    return sum ? *sum : std::numeric_limits<std::int64_t>::max();
}

} // namespace

std::int64_t balance(const WalletRow& wallet) {
    std::int64_t held = 0;
    for (const LotTaken& lot : wallet.lots)
        held = capped_sum(held, lot.minor);
    return held - wallet.overdrawn;
}

std::int64_t credit(WalletRow& wallet, const std::string& lot, std::int64_t minor) {
    const std::int64_t repaid = std::min(wallet.overdrawn, minor);
    wallet.overdrawn -= repaid;
    if (minor > repaid) wallet.lots.push_back({lot, minor - repaid});
    return repaid;
}

namespace {

// Takes up to `wanted` from one lot, notes it, and returns what was taken.
std::int64_t take_from(LotTaken& lot, std::int64_t wanted, std::vector<LotTaken>& taken) {
    const std::int64_t part = std::min(lot.minor, wanted);
    if (part == 0) return 0;
    lot.minor -= part;
    taken.push_back({lot.lot, part});
    return part;
}

void drop_empty(WalletRow& wallet) {
    const auto empty = [](const LotTaken& lot) { return lot.minor == 0; };
    wallet.lots.erase(std::ranges::remove_if(wallet.lots, empty).begin(), wallet.lots.end());
}

} // namespace

std::optional<std::vector<LotTaken>> take(WalletRow& wallet, std::int64_t minor) {
    if (balance(wallet) < minor) return std::nullopt;
    std::vector<LotTaken> taken;
    for (LotTaken& lot : wallet.lots)
        minor -= take_from(lot, minor, taken);
    drop_empty(wallet);
    return taken;
}

WalletDebit force_take(
    WalletRow& wallet, std::string_view customer, std::string_view lot, std::int64_t minor
) {
    WalletDebit debit{std::string(customer), minor, {}, 0, {}};
    for (LotTaken& own : wallet.lots)
        if (own.lot == lot) minor -= take_from(own, minor, debit.lots);
    for (LotTaken& other : wallet.lots)
        minor -= take_from(other, minor, debit.lots);
    drop_empty(wallet);
    debit.overdrawn = minor;
    wallet.overdrawn = capped_sum(wallet.overdrawn, minor);
    return debit;
}

void apply_taken(WalletRow& wallet, const std::vector<LotTaken>& lots, std::int64_t overdrawn) {
    for (const LotTaken& taken : lots) {
        const auto lot = std::ranges::find(wallet.lots, taken.lot, &LotTaken::lot);
        ensure(lot != wallet.lots.end() && lot->minor >= taken.minor);
        lot->minor -= taken.minor;
    }
    drop_empty(wallet);
    wallet.overdrawn = capped_sum(wallet.overdrawn, overdrawn);
}

} // namespace tollbook
