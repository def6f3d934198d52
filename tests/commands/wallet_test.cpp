#include "commands/wallets/wallet.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

using Lots = std::vector<LotTaken>;

using Held = decltype(WalletRow::lots);

WalletRow holding(const Held& lots) { return {lots, 0, 0}; }

} // namespace

TEST_CASE("wallet: its balance is its lots less what is overdrawn") {
    CHECK(balance({}) == 0);
    CHECK(balance(holding({{"a", 5}, {"b", 7}})) == 12);
    CHECK(balance({{}, 9, 1}) == -9);
}

TEST_CASE("wallet: a credit fills the hole first and opens a lot with the rest") {
    WalletRow wallet{{}, 9, 0};
    CHECK(credit(wallet, "a", 4) == 4);
    CHECK(wallet == WalletRow{{}, 5, 0});
    CHECK(credit(wallet, "b", 12) == 5);
    CHECK(wallet == WalletRow{{{"b", 7}}, 0, 0});
    CHECK(credit(wallet, "c", 1) == 0);
    CHECK(wallet.lots == Held{{"b", 7}, {"c", 1}});
}

TEST_CASE("wallet: a price is taken from the oldest lots, or not at all") {
    WalletRow wallet = holding({{"a", 5}, {"b", 7}, {"c", 1}});
    CHECK(take(wallet, 14) == std::nullopt);
    CHECK(balance(wallet) == 13);
    CHECK(take(wallet, 11) == Lots{{"a", 5}, {"b", 6}});
    CHECK(wallet.lots == Held{{"b", 1}, {"c", 1}});
    CHECK(take(wallet, 2) == Lots{{"b", 1}, {"c", 1}});
    CHECK(wallet == WalletRow{});
    WalletRow overdrawn{{}, 1, 0};
    CHECK(take(overdrawn, 1) == std::nullopt);
}

TEST_CASE("wallet: what must go goes, from its own lot, then the oldest, then below zero") {
    WalletRow wallet = holding({{"a", 5}, {"b", 7}, {"c", 1}});
    const WalletDebit debit = force_take(wallet, "A", "b", 20);
    CHECK(debit.customer == "A");
    CHECK(debit.minor == 20);
    CHECK(debit.lots == Lots{{"b", 7}, {"a", 5}, {"c", 1}});
    CHECK(debit.overdrawn == 7);
    CHECK(wallet == WalletRow{{}, 7, 0});
    CHECK(force_take(wallet, "A", "b", 3).overdrawn == 3);
    CHECK(balance(wallet) == -10);
}

TEST_CASE("wallet: replaying what was taken gives the same wallet") {
    WalletRow decided = holding({{"a", 5}, {"b", 7}, {"c", 1}});
    WalletRow replayed = decided;
    const WalletDebit debit = force_take(decided, "A", "b", 20);
    apply_taken(replayed, debit.lots, debit.overdrawn);
    CHECK(replayed == decided);
}
