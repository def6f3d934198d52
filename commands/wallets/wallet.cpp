#include "commands/wallets/wallet.hpp"

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

std::int64_t held(const WalletRow& wallet) {
    std::int64_t sum = 0;
    if (wallet.terms)
        for (const Hold& hold : wallet.terms->holds)
            sum = capped_sum(sum, hold.minor);
    return sum;
}

std::int64_t available(const WalletRow& wallet) {
    return wallet.terms ? balance(wallet) - held(wallet) : balance(wallet);
}

std::int64_t spendable(const WalletRow& wallet) {
    if (!wallet.terms) return balance(wallet);
    return available(wallet) + wallet.terms->overdraft_limit;
}

namespace {

std::int64_t repay(WalletRow& wallet, std::int64_t minor) {
    const std::int64_t repaid = std::min(wallet.overdrawn, minor);
    wallet.overdrawn -= repaid;
    return repaid;
}

bool is_granted(std::string_view lot) { return lot.starts_with(granted_lots); }

// Lots of the same rank are consumed in the order in which they came.
std::pair<std::uint32_t, Date> rank_of(const WalletRow& wallet, std::string_view lot) {
    constexpr Date never{std::numeric_limits<std::int32_t>::max()};
    if (wallet.terms && is_granted(lot)) {
        const auto terms = std::ranges::find(wallet.terms->lots, lot, &LotTerms::lot);
        if (terms != wallet.terms->lots.end())
            return {terms->priority, terms->expires_on.value_or(never)};
    }
    return {priority_plain, never};
}

// `first`: before the lots of its rank, else behind them.
void put_lot(WalletRow& wallet, const LotTaken& lot, bool first) {
    const auto rank = rank_of(wallet, lot.lot);
    const auto place = std::ranges::find_if(wallet.lots, [&](const LotTaken& other) {
        const auto others = rank_of(wallet, other.lot);
        return first ? others >= rank : others > rank;
    });
    wallet.lots.insert(place, lot);
}

} // namespace

std::int64_t credit(WalletRow& wallet, const std::string& lot, std::int64_t minor) {
    const std::int64_t repaid = repay(wallet, minor);
    if (minor > repaid) wallet.lots.push_back({lot, minor - repaid});
    return repaid;
}

std::int64_t grant(WalletRow& wallet, const LotTerms& terms, std::int64_t minor) {
    terms_of(wallet).lots.push_back(terms);
    const std::int64_t repaid = repay(wallet, minor);
    if (minor > repaid) put_lot(wallet, {terms.lot, minor - repaid}, false);
    return repaid;
}

std::int64_t give_back(WalletRow& wallet, std::span<const LotTaken> parts) {
    std::int64_t all_repaid = 0;
    for (const LotTaken& part : parts) {
        const std::int64_t repaid = repay(wallet, part.minor);
        all_repaid += repaid;
        if (repaid == part.minor) continue;
        const auto lot = std::ranges::find(wallet.lots, part.lot, &LotTaken::lot);
        if (lot != wallet.lots.end())
            lot->minor += part.minor - repaid;
        else
            put_lot(wallet, {part.lot, part.minor - repaid}, true);
    }
    return all_repaid;
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
    if (available(wallet) < minor) return std::nullopt;
    return take_held(wallet, minor).lots;
}

std::optional<std::vector<LotTaken>> take_paid(WalletRow& wallet, std::int64_t minor) {
    std::int64_t paid = 0;
    for (const LotTaken& lot : wallet.lots)
        if (!is_granted(lot.lot)) paid = capped_sum(paid, lot.minor);
    if (paid < minor || available(wallet) < minor) return std::nullopt;
    std::vector<LotTaken> taken;
    for (LotTaken& lot : wallet.lots)
        if (!is_granted(lot.lot)) minor -= take_from(lot, minor, taken);
    drop_empty(wallet);
    return taken;
}

std::optional<Taken> take_price(WalletRow& wallet, std::int64_t minor) {
    if (spendable(wallet) < minor) return std::nullopt;
    return take_held(wallet, minor);
}

Taken take_held(WalletRow& wallet, std::int64_t minor) {
    Taken taken;
    for (LotTaken& lot : wallet.lots)
        minor -= take_from(lot, minor, taken.lots);
    drop_empty(wallet);
    if (minor == 0) return taken;
    taken.overdrawn = minor;
    wallet.overdrawn = capped_sum(wallet.overdrawn, minor);
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

WalletTerms& terms_of(WalletRow& wallet) {
    if (!wallet.terms) wallet.terms.emplace();
    return *wallet.terms;
}

const Hold* find_hold(const WalletRow& wallet, std::string_view hold) {
    if (!wallet.terms) return nullptr;
    const auto found = std::ranges::find(wallet.terms->holds, hold, &Hold::hold);
    return found == wallet.terms->holds.end() ? nullptr : &*found;
}

void set_hold(WalletRow& wallet, std::string_view hold, std::int64_t minor) {
    std::vector<Hold>& holds = terms_of(wallet).holds;
    const auto found = std::ranges::find(holds, hold, &Hold::hold);
    ensure(found != holds.end());
    found->minor = minor;
    if (minor == 0) holds.erase(found);
}

} // namespace tollbook
