#include "commands/evolve_parts.hpp"
#include "commands/payments/receipts.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>

namespace tollbook {

void EvolveWalletTerms::note_use(const std::string& charge, const LotTaken& taken) {
    if (taken.lot == opening_lot) return;
    const std::string payment = key(taken.lot.substr(0, taken.lot.find('#')));
    if (book().payments.find(payment) == nullptr) return;
    book().payments.edit(payment).uses.push_back({charge, taken.lot, taken.minor});
}

void EvolveWalletTerms::forget_use(const std::string& charge, const LotTaken& taken) {
    const std::string payment = key(taken.lot.substr(0, taken.lot.find('#')));
    if (book().payments.find(payment) == nullptr) return;
    std::vector<PaymentUse>& uses = book().payments.edit(payment).uses;
    std::int64_t left = taken.minor;
    for (PaymentUse& use : uses) { // An invoice may be paid from a lot several times.
        if (use.charge != charge || use.lot != taken.lot) continue;
        const std::int64_t part = std::min(use.minor, left);
        use.minor -= part;
        left -= part;
    }
    std::erase_if(uses, [](const PaymentUse& use) { return use.minor == 0; });
}

void EvolveWalletTerms::end_hold(const std::string& customer, const std::string& hold) {
    set_hold(book().wallets.edit(key(customer)), hold, 0);
}

void EvolveWalletTerms::operator()(const CreditGranted& e) {
    const std::int64_t repaid =
        grant(book().wallets.edit(key(e.customer)), {e.lot, e.priority, e.expires_on}, e.minor);
    ensure(repaid == e.debt_repaid);
    book().credits.edit(key(e.lot)).value = 1;
}

void EvolveWalletTerms::operator()(const LotExpired& e) {
    apply_taken(book().wallets.edit(key(e.customer)), {{e.lot, e.minor}}, 0);
}

void EvolveWalletTerms::operator()(const FundsHeld& e) {
    terms_of(book().wallets.edit(key(e.customer))).holds.push_back({e.hold, e.minor, e.expires_at});
    book().holds.edit(key(e.hold)).name = e.customer;
}

void EvolveWalletTerms::operator()(const HoldCaptured& e) {
    set_hold(book().wallets.edit(key(e.customer)), e.hold, e.remaining);
}

void EvolveWalletTerms::operator()(const HoldReleased& e) { end_hold(e.customer, e.hold); }

void EvolveWalletTerms::operator()(const OverdraftLimitSet& e) {
    terms_of(book().wallets.edit(key(e.customer))).overdraft_limit = e.minor;
}

void EvolveWalletTerms::operator()(const FundsTransferred& e) {
    apply_taken(book().wallets.edit(key(e.from)), e.lots, 0);
    const std::int64_t repaid = credit(book().wallets.edit(key(e.to)), e.lot, e.minor);
    ensure(repaid == e.debt_repaid);
    book().credits.edit(key(e.lot)).value = 1;
    for (const LotTaken& taken : e.lots)
        note_use(e.lot, taken);
}

void EvolveWalletTerms::operator()(const RefundRequested& e) {
    terms_of(book().wallets.edit(key(e.customer)))
        .holds.push_back({"refund#" + e.refund, e.minor, std::nullopt});
    book().refunds.edit(key(e.refund)
    ) = {e.customer, e.minor, RefundPhase::requested, e.requested_by};
}

void EvolveWalletTerms::operator()(const RefundApproved& e) {
    end_hold(e.customer, "refund#" + e.refund);
    apply_taken(book().wallets.edit(key(e.customer)), e.lots, 0);
    book().refunds.edit(key(e.refund)).phase = RefundPhase::approved;
    for (const LotTaken& taken : e.lots)
        note_use("refund#" + e.refund, taken);
}

void EvolveWalletTerms::operator()(const RefundRejected& e) {
    end_hold(e.customer, "refund#" + e.refund);
    book().refunds.edit(key(e.refund)).phase = RefundPhase::rejected;
}

void EvolveWalletTerms::operator()(const RefundPaid& e) {
    book().refunds.edit(key(e.refund)).phase = RefundPhase::paid;
    book().credits.edit(key(payout_key(e.channel, e.receipt))).value = 1;
}

void EvolveWalletTerms::operator()(const DepositTaken& e) {
    apply_taken(book().wallets.edit(key(e.customer)), e.lots, 0);
    book().deposits.edit(key(e.deposit)) = {e.customer, e.minor, 0};
    for (const LotTaken& taken : e.lots)
        note_use("deposit#" + e.deposit, taken);
}

void EvolveWalletTerms::operator()(const DepositReturned& e) {
    const std::int64_t repaid = credit(book().wallets.edit(key(e.customer)), e.lot, e.minor);
    ensure(repaid == e.debt_repaid);
    DepositRow& row = book().deposits.edit(key(e.deposit));
    row.remaining = e.remaining;
    ++row.returns;
}

void EvolveWalletTerms::operator()(const DepositKept& e) {
    book().deposits.edit(key(e.deposit)).remaining = e.remaining;
}

void EvolveWalletTerms::operator()(const DebtMoved& e) {
    book().wallets.edit(key(e.from)).overdrawn -= e.minor;
    apply_taken(book().wallets.edit(key(e.to)), e.debit.lots, e.debit.overdrawn);
}

void EvolveWalletTerms::operator()(const CreditMoved& e) {
    apply_taken(book().wallets.edit(key(e.from)), {{e.from_lot, e.minor}}, 0);
    const std::int64_t repaid =
        grant(book().wallets.edit(key(e.to)), {e.lot, e.priority, e.expires_on}, e.minor);
    ensure(repaid == e.debt_repaid);
    book().credits.edit(key(e.lot)).value = 1;
}

} // namespace tollbook
