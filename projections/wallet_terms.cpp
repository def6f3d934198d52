#include "projections/wallet_terms.hpp"

#include "ledger/match.hpp"

namespace tollbook {

namespace {

WalletDebit debit_of(
    const std::string& customer, std::int64_t minor, const std::vector<LotTaken>& lots
) {
    return {customer, minor, lots, 0, {}};
}

void grant(const Fact& fact, const CreditGranted& e, WalletRows& wallets) {
    const LotOrigin origin{"granted", std::nullopt, e.priority, e.expires_on};
    StatementView line =
        wallets.credited(fact, "grant", {e.customer, e.minor, e.lot, e.debt_repaid}, origin);
    line.reason = e.reason;
    wallets.add(line);
}

void expire(const Fact& fact, const LotExpired& e, WalletRows& wallets) {
    StatementView line =
        wallets.debited(fact, "expiry", debit_of(e.customer, e.minor, {{e.lot, e.minor}}));
    line.reason = e.lot;
    wallets.add(line);
}

void give_back(const Fact& fact, const ChargeCredited& e, WalletRows& wallets) {
    StatementView line = wallets.returned(fact, "credit", e.customer, e.lots, e.debt_repaid);
    line.charge = e.charge;
    line.service = e.service;
    line.reason = e.reason;
    line.lines = JsonText{to_json(e.lines)};
    wallets.add(line);
}

void transfer(const Fact& fact, const FundsTransferred& e, WalletRows& wallets) {
    StatementView out = wallets.debited(fact, "transfer_out", debit_of(e.from, e.minor, e.lots));
    LotOrigin origin;
    origin.source = "transferred";
    StatementView in =
        wallets.credited(fact, "transfer_in", {e.to, e.minor, e.lot, e.debt_repaid}, origin);
    for (StatementView* line : {&out, &in}) {
        line->reason = e.reason;
        wallets.add(*line);
    }
}

void deposit(const Fact& fact, const DepositTaken& e, WalletRows& wallets) {
    StatementView line =
        wallets.debited(fact, "deposit_taken", debit_of(e.customer, e.minor, e.lots));
    line.reason = e.equipment;
    wallets.add(line);
}

void give_back(const Fact& fact, const DepositReturned& e, WalletRows& wallets) {
    LotOrigin origin;
    origin.source = "deposit";
    StatementView line = wallets.credited(
        fact, "deposit_returned", {e.customer, e.minor, e.lot, e.debt_repaid}, origin
    );
    line.reason = e.reason;
    wallets.add(line);
}

void move_credit(const Fact& fact, const CreditMoved& e, WalletRows& wallets) {
    const LotOrigin origin{"granted", std::nullopt, e.priority, e.expires_on};
    wallets.add(
        wallets.debited(fact, "credit_out", debit_of(e.from, e.minor, {{e.from_lot, e.minor}}))
    );
    wallets.add(wallets.credited(fact, "credit_in", {e.to, e.minor, e.lot, e.debt_repaid}, origin));
}

// One wallet is relieved of what it was overdrawn, another bears it.
void move_debt(const Fact& fact, const DebtMoved& e, WalletRows& wallets) {
    wallets.add(wallets.credited(fact, "debt_out", {e.from, e.minor, "", e.minor}, {}));
    wallets.add(wallets.debited(fact, "debt_in", e.debit));
}

} // namespace

Projection::Keys WalletTermRows::keys(const Fact& fact) const {
    return match(
        fact.event,
        [](const FundsTransferred& e) -> Projection::Keys {
            return {"customer:" + e.from, "customer:" + e.to};
        },
        [](const DebtMoved& e) -> Projection::Keys {
            return {"customer:" + e.from, "customer:" + e.to};
        },
        [](const CreditMoved& e) -> Projection::Keys {
            return {"customer:" + e.from, "customer:" + e.to};
        },
        [](const DepositTaken& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const DepositReturned& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const ChargeCredited& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const CreditGranted& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const LotExpired& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const FundsHeld& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const HoldCaptured& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const HoldReleased& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const OverdraftLimitSet& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const RefundRequested& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const RefundApproved& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const RefundRejected& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const RefundPaid& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const auto&) -> Projection::Keys { return {}; }
    );
}

void WalletTermRows::touch(const Fact& fact, WalletRows& wallets) {
    const auto want_hold = [&](const auto& e) {
        wallets.want(fact, e.customer, {});
        holds_.want(row_key(fact.tenant(), e.hold));
    };
    const auto want_refund = [&](const auto& e) {
        wallets.want(fact, e.customer, {});
        refunds_.want(row_key(fact.tenant(), e.refund));
    };
    match(
        fact.event,
        [&](const ChargeCredited& e) { wallets.want(fact, e.customer, e.lots); },
        [&](const CreditGranted& e) { wallets.want(fact, e.customer, {}); },
        [&](const LotExpired& e) {
            wallets.want(fact, e.customer, {{e.lot, e.minor}});
        },
        [&](const OverdraftLimitSet& e) { wallets.want(fact, e.customer, {}); },
        [&](const FundsTransferred& e) {
            wallets.want(fact, e.from, e.lots);
            wallets.want(fact, e.to, {});
        },
        [&](const CreditMoved& e) {
            wallets.want(fact, e.from, {{e.from_lot, e.minor}});
            wallets.want(fact, e.to, {});
        },
        [&](const DebtMoved& e) {
            wallets.want(fact, e.from, {});
            wallets.want(fact, e.to, e.debit.lots);
        },
        [&](const DepositTaken& e) { wallets.want(fact, e.customer, e.lots); },
        [&](const DepositReturned& e) { wallets.want(fact, e.customer, {}); },
        [&](const FundsHeld& e) { wallets.want(fact, e.customer, {}); },
        [&](const HoldCaptured& e) { want_hold(e); },
        [&](const HoldReleased& e) { want_hold(e); },
        [&](const RefundRequested& e) { wallets.want(fact, e.customer, {}); },
        [&](const RefundApproved& e) {
            want_refund(e);
            wallets.want(fact, e.customer, e.lots);
        },
        [&](const RefundRejected& e) { want_refund(e); },
        [&](const RefundPaid& e) { want_refund(e); },
        [](const auto&) {}
    );
}

void WalletTermRows::apply(const Fact& fact, WalletRows& wallets) {
    match(
        fact.event,
        [&](const ChargeCredited& e) { give_back(fact, e, wallets); },
        [&](const CreditGranted& e) { grant(fact, e, wallets); },
        [&](const LotExpired& e) { expire(fact, e, wallets); },
        [&](const OverdraftLimitSet& e) {
            wallets.wallet(fact, e.customer).overdraft_limit_minor = e.minor;
        },
        [&](const FundsTransferred& e) { transfer(fact, e, wallets); },
        [&](const CreditMoved& e) { move_credit(fact, e, wallets); },
        [&](const DebtMoved& e) { move_debt(fact, e, wallets); },
        [&](const DepositTaken& e) { deposit(fact, e, wallets); },
        [&](const DepositReturned& e) { give_back(fact, e, wallets); },
        [&](const FundsHeld& e) { hold(fact, e, wallets); },
        [&](const HoldCaptured& e) { capture(fact, e, wallets); },
        [&](const HoldReleased& e) { release(fact, e, wallets); },
        [&](const RefundRequested& e) { request(fact, e, wallets); },
        [&](const RefundApproved& e) { approve(fact, e, wallets); },
        [&](const RefundRejected& e) { reject(fact, e, wallets); },
        [&](const RefundPaid& e) { pay(fact, e); },
        [](const auto&) {}
    );
}

void WalletTermRows::hold(const Fact& fact, const FundsHeld& e, WalletRows& wallets) {
    wallets.wallet(fact, e.customer).held_minor += e.minor;
    holds_.put(
        {fact.tenant(),
         e.hold,
         e.customer,
         e.minor,
         e.minor,
         "held",
         e.reason,
         e.expires_at,
         fact.record.effective_at,
         fact.record.seq}
    );
}

void WalletTermRows::capture(const Fact& fact, const HoldCaptured& e, WalletRows& wallets) {
    wallets.wallet(fact, e.customer).held_minor -= e.minor;
    HoldView* row = holds_.edit(row_key(fact.tenant(), e.hold));
    if (row == nullptr) return;
    row->remaining_minor = e.remaining;
    row->seq = fact.record.seq;
    if (e.remaining == 0) row->status = "captured";
}

void WalletTermRows::release(const Fact& fact, const HoldReleased& e, WalletRows& wallets) {
    wallets.wallet(fact, e.customer).held_minor -= e.minor;
    HoldView* row = holds_.edit(row_key(fact.tenant(), e.hold));
    if (row == nullptr) return;
    row->remaining_minor = 0;
    row->status = e.reason;
    row->seq = fact.record.seq;
}

void WalletTermRows::request(const Fact& fact, const RefundRequested& e, WalletRows& wallets) {
    wallets.wallet(fact, e.customer).held_minor += e.minor;
    RefundView row;
    row.tenant = fact.tenant();
    row.refund = e.refund;
    row.customer = e.customer;
    row.minor = e.minor;
    row.status = "requested";
    row.reason = e.reason;
    row.requested_by = e.requested_by;
    row.requested_at = fact.record.effective_at;
    row.seq = fact.record.seq;
    refunds_.put(std::move(row));
}

RefundView* WalletTermRows::edit_refund(const Fact& fact, const std::string& refund) {
    RefundView* row = refunds_.edit(row_key(fact.tenant(), refund));
    if (row != nullptr) row->seq = fact.record.seq;
    return row;
}

void WalletTermRows::approve(const Fact& fact, const RefundApproved& e, WalletRows& wallets) {
    wallets.wallet(fact, e.customer).held_minor -= e.minor;
    StatementView line = wallets.debited(fact, "refund", debit_of(e.customer, e.minor, e.lots));
    line.reason = e.refund;
    wallets.add(line);
    RefundView* row = edit_refund(fact, e.refund);
    if (row == nullptr) return;
    row->status = "approved";
    row->decided_by = e.approved_by;
}

void WalletTermRows::reject(const Fact& fact, const RefundRejected& e, WalletRows& wallets) {
    wallets.wallet(fact, e.customer).held_minor -= e.minor;
    RefundView* row = edit_refund(fact, e.refund);
    if (row == nullptr) return;
    row->status = "rejected";
    row->decided_by = e.rejected_by;
    row->rejection = e.reason;
}

void WalletTermRows::pay(const Fact& fact, const RefundPaid& e) {
    RefundView* row = edit_refund(fact, e.refund);
    if (row == nullptr) return;
    row->status = "paid";
    row->channel = e.channel;
    row->receipt = e.receipt;
    row->paid_at = fact.record.effective_at;
}

} // namespace tollbook
