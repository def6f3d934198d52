#include "projections/wallet_invoices.hpp"

#include "ledger/match.hpp"

namespace tollbook::wallet_invoices {

namespace {

void pay(const Fact& fact, const FundsApplied& e, WalletRows& wallets) {
    StatementView line =
        wallets.debited(fact, "invoice", WalletDebit{e.customer, e.minor, e.lots, 0, {}});
    line.payment = e.payment;
    line.charge = e.invoice;
    wallets.add(line);
}

// The invoice stands where a charge does.
template <class Event>
void give_back(const Fact& fact, const Event& e, WalletRows& wallets) {
    if (e.lots.empty()) return; // Nothing of it had been paid.
    constexpr bool released = std::same_as<Event, FundsReleased>;
    StatementView line = wallets.returned(
        fact, released ? "invoice_released" : "invoice_credit", e.customer, e.lots, e.debt_repaid
    );
    line.charge = e.invoice;
    if constexpr (released)
        line.payment = e.payment;
    else
        line.reason = e.reason;
    wallets.add(line);
}

} // namespace

Projection::Keys keys(const Fact& fact) {
    return match(
        fact.event,
        [](const FundsApplied& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const FundsReleased& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const CreditNoteIssued& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const InvoiceVoided& e) -> Projection::Keys { return {"customer:" + e.customer}; },
        [](const auto&) -> Projection::Keys { return {}; }
    );
}

void touch(const Fact& fact, WalletRows& wallets) {
    match(
        fact.event,
        [&](const FundsApplied& e) { wallets.want(fact, e.customer, e.lots); },
        [&](const FundsReleased& e) { wallets.want(fact, e.customer, e.lots); },
        [&](const CreditNoteIssued& e) { wallets.want(fact, e.customer, e.lots); },
        [&](const InvoiceVoided& e) { wallets.want(fact, e.customer, e.lots); },
        [](const auto&) {}
    );
}

void apply(const Fact& fact, WalletRows& wallets) {
    match(
        fact.event,
        [&](const FundsApplied& e) { pay(fact, e, wallets); },
        [&](const FundsReleased& e) { give_back(fact, e, wallets); },
        [&](const CreditNoteIssued& e) { give_back(fact, e, wallets); },
        [&](const InvoiceVoided& e) { give_back(fact, e, wallets); },
        [](const auto&) {}
    );
}

} // namespace tollbook::wallet_invoices
