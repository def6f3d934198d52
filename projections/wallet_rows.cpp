#include "projections/wallet_rows.hpp"

#include <algorithm>

namespace tollbook {

LotOrigin paid_lot(const std::string& lot) {
    LotOrigin origin;
    origin.source = "paid";
    origin.payment = lot.substr(0, lot.find('#'));
    return origin;
}

// From `touch`: the batch that registers a customer may already move its money.
void WalletRows::learn(const Fact& fact) {
    books_.learn(fact);
    const auto* customer = std::get_if<CustomerRegistered>(&fact.event);
    if (customer == nullptr || (!customer->entity && !customer->currency)) return;
    WalletOwnerRow row{fact.tenant(), customer->customer, customer->entity, std::nullopt};
    if (customer->currency) row.currency = customer->currency->code();
    owners_.put(std::move(row));
}

// The book in which the event moves this customer's wallet.
BookName WalletRows::book(const Fact& fact, const std::string& customer) const {
    if (const Postings* postings = postings_of(fact.event)) {
        const std::string account = "wallet:" + customer;
        const auto leg = std::ranges::find(*postings, account, &Posting::account);
        if (leg != postings->end()) return books_.of(fact.tenant(), *leg);
    }
    BookName name = books_.of(fact.tenant());
    const WalletOwnerRow* owner = owners_.find(row_key(fact.tenant(), customer));
    if (owner == nullptr) return name;
    if (owner->entity) name.entity = *owner->entity;
    if (owner->currency) name.currency = *owner->currency;
    return name;
}

std::string WalletRows::wallet_key(const Fact& fact, const std::string& customer) const {
    const BookName name = book(fact, customer);
    return row_key(fact.tenant(), customer, name.entity, name.currency);
}

void WalletRows::want(
    const Fact& fact, const std::string& customer, const std::vector<LotTaken>& lots
) {
    const std::string key = wallet_key(fact, customer);
    wallets_.want(key);
    for (const LotTaken& taken : lots)
        lots_.want(key + row_key(taken.lot));
}

WalletView WalletRows::empty(const Fact& fact, const std::string& customer) const {
    BookName name = book(fact, customer);
    WalletView view;
    view.tenant = fact.tenant();
    view.customer = customer;
    view.entity = std::move(name.entity);
    view.currency = std::move(name.currency);
    view.seq = fact.record.seq;
    return view;
}

WalletView& WalletRows::wallet(const Fact& fact, const std::string& customer) {
    WalletView& row = wallets_.edit_or_put(wallet_key(fact, customer), empty(fact, customer));
    row.seq = fact.record.seq;
    return row;
}

// Adds `minor` to the wallet and starts its statement line.
StatementView WalletRows::moved(
    const Fact& fact, std::string kind, WalletView& wallet, std::int64_t minor
) {
    wallet.balance_minor += minor;
    wallet.moved_at = fact.record.effective_at;
    StatementView row;
    row.tenant = fact.tenant();
    row.seq = fact.record.seq;
    row.line = line_++;
    row.customer = wallet.customer;
    row.entity = wallet.entity;
    row.currency = wallet.currency;
    row.kind = std::move(kind);
    row.minor = minor;
    row.balance_minor = wallet.balance_minor;
    row.effective_at = fact.record.effective_at;
    row.recorded_at = fact.recorded_at();
    row.booked_on = fact.record.booked_on;
    return row;
}

void WalletRows::open_lot(
    const Fact& fact, WalletView& wallet, const LotTaken& lot, const LotOrigin& origin
) {
    if (lot.minor == 0) return;
    lots_.put(
        {wallet.tenant,
         wallet.customer,
         wallet.entity,
         wallet.currency,
         lot.lot,
         origin.source,
         origin.payment,
         lot.minor,
         lot.minor,
         origin.priority,
         origin.expires_on,
         fact.record.effective_at,
         fact.record.seq,
         fact.record.seq}
    );
}

void WalletRows::take(
    const Fact& fact, const std::string& wallet_key, const std::vector<LotTaken>& lots
) {
    for (const LotTaken& taken : lots) {
        LotView* lot = lots_.edit(wallet_key + row_key(taken.lot));
        if (lot == nullptr) continue;
        lot->remaining_minor -= taken.minor;
        lot->seq = fact.record.seq;
    }
}

StatementView WalletRows::credited(
    const Fact& fact, std::string kind, const Credit& credit, const LotOrigin& origin
) {
    WalletView& row = wallet(fact, credit.customer);
    row.overdrawn_minor -= credit.debt_repaid;
    open_lot(fact, row, {credit.lot, credit.minor - credit.debt_repaid}, origin);
    return moved(fact, std::move(kind), row, credit.minor);
}

StatementView WalletRows::debited(const Fact& fact, std::string kind, const WalletDebit& debit) {
    WalletView& row = wallet(fact, debit.customer);
    take(fact, wallet_key(fact, debit.customer), debit.lots);
    row.overdrawn_minor += debit.overdrawn;
    StatementView line = moved(fact, std::move(kind), row, -debit.minor);
    if (!debit.unwound.empty()) line.lines = JsonText{to_json(debit.unwound)};
    return line;
}

StatementView WalletRows::returned(
    const Fact& fact,
    std::string kind,
    const std::string& customer,
    const std::vector<LotTaken>& lots,
    std::int64_t debt_repaid
) {
    WalletView& row = wallet(fact, customer);
    row.overdrawn_minor -= debt_repaid;
    std::int64_t minor = 0;
    for (const LotTaken& part : lots) {
        minor += part.minor;
        const std::int64_t repaid = std::min(debt_repaid, part.minor);
        debt_repaid -= repaid;
        const std::int64_t left = part.minor - repaid;
        LotView* lot = lots_.edit(wallet_key(fact, customer) + row_key(part.lot));
        if (lot == nullptr) {
            LotOrigin origin;
            origin.source = "credited";
            open_lot(fact, row, {part.lot, left}, origin);
            continue;
        }
        lot->remaining_minor += left;
        lot->seq = fact.record.seq;
    }
    return moved(fact, std::move(kind), row, minor);
}

} // namespace tollbook
