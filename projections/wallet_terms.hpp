#pragma once

#include "projections/wallet_rows.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Holds and refunds, and what they and other terms do to wallets.
class WalletTermRows {
public:
    explicit WalletTermRows(std::string_view schema)
        : holds_(schema, "holds", 2), refunds_(schema, "refunds", 2) {}

    Projection::Keys keys(const Fact& fact) const;
    void touch(const Fact& fact, WalletRows& wallets);
    void apply(const Fact& fact, WalletRows& wallets);

    std::vector<RowSet*> tables() { return {&holds_, &refunds_}; }

private:
    void hold(const Fact& fact, const FundsHeld& e, WalletRows& wallets);
    void capture(const Fact& fact, const HoldCaptured& e, WalletRows& wallets);
    void release(const Fact& fact, const HoldReleased& e, WalletRows& wallets);
    void request(const Fact& fact, const RefundRequested& e, WalletRows& wallets);
    void approve(const Fact& fact, const RefundApproved& e, WalletRows& wallets);
    void reject(const Fact& fact, const RefundRejected& e, WalletRows& wallets);
    void pay(const Fact& fact, const RefundPaid& e);
    RefundView* edit_refund(const Fact& fact, const std::string& refund);

    KeyedRows<HoldView> holds_;
    KeyedRows<RefundView> refunds_;
};

} // namespace tollbook
