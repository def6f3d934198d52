#include "commands/invoicing/settling.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/deciders.hpp"

#include <algorithm>

namespace tollbook {

namespace {

bool is_over(const Hold& hold, Timestamp now) { return hold.expires_at && *hold.expires_at <= now; }

bool is_over(const LotTerms& terms, Date today) {
    return terms.expires_on && *terms.expires_on <= today;
}

void release_lapsed(Decision& decision, const std::string& customer, WalletRow& wallet) {
    const std::vector<Hold> holds = wallet.terms->holds;
    for (const Hold& hold : holds) {
        if (!is_over(hold, decision.now())) continue;
        set_hold(wallet, hold.hold, 0);
        decision.add(
            "wallet:" + customer, HoldReleased{hold.hold, customer, hold.minor, "expired"}
        );
    }
}

void expire(
    Decision& decision, const std::string& customer, WalletRow& wallet, const LotTerms& terms
) {
    const auto lot = std::ranges::find(wallet.lots, terms.lot, &LotTaken::lot);
    if (lot == wallet.lots.end()) return;
    const std::int64_t minor = std::min(lot->minor, std::max<std::int64_t>(available(wallet), 0));
    if (minor == 0) return;
    apply_taken(wallet, {{terms.lot, minor}}, 0);
    decision.add(
        "wallet:" + customer,
        LotExpired{
            customer,
            terms.lot,
            minor,
            *terms.expires_on,
            {leg(decision, "wallet:" + customer, minor), leg(decision, "granted", -minor)}}
    );
}

} // namespace

void settle(Decision& decision, const std::string& customer) {
    WalletRow& wallet = decision.wallet(customer);
    if (!wallet.terms) return;
    release_lapsed(decision, customer, wallet);
    for (const LotTerms& terms : wallet.terms->lots)
        if (is_over(terms, decision.today())) expire(decision, customer, wallet, terms);
}

bool has_lapsed(const WalletRow& wallet, Timestamp now, Date today) {
    if (!wallet.terms) return false;
    const auto& [limit, lots, holds] = *wallet.terms;
    if (std::ranges::any_of(holds, [now](const Hold& hold) { return is_over(hold, now); }))
        return true;
    const bool is_free = available(wallet) > 0;
    return std::ranges::any_of(lots, [&](const LotTerms& terms) {
        return is_free && is_over(terms, today) &&
               std::ranges::find(wallet.lots, terms.lot, &LotTaken::lot) != wallet.lots.end();
    });
}

Status decide(Decision& decision, const SettleWallet& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    settle(decision, command.customer);
    if (decision.empty()) return Error{Errc::lot_not_expired, command.customer};
    reconnect_paid(decision, command.customer, std::nullopt);
    return Done{};
}

} // namespace tollbook
