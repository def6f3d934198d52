#pragma once

#include "projections/wallet_rows.hpp"

namespace tollbook {

// What invoices take from wallets and give back to them.
namespace wallet_invoices {

Projection::Keys keys(const Fact& fact);
void touch(const Fact& fact, WalletRows& wallets);
void apply(const Fact& fact, WalletRows& wallets);

} // namespace wallet_invoices

} // namespace tollbook
