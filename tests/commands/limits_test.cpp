// The largest sums: no wallet passes wallet_minor_max, no tenant moves more than 64 bits hold.
#include "tests/support/book_builders.hpp"
#include "tests/support/book_proofs.hpp"

#include <limits>

using namespace tollbook;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
const Callback callback_paid{.receipt = "R1", .amount = "1500.00", .reference = "A"};

Outcome arrival_outcome(const Spec& book) { return book.event<ArrivalResolved>(1).outcome; }

} // namespace

TEST_CASE("a full wallet takes nothing more from the desk") {
    Spec book = given(world() + Story{received("R0", "A", wallet_minor_max), suspended("R9", 100)});
    book.when(typed("T-1", "A", 1)).refused(Errc::amount_overflow, "the wallet of A");
    book.when(AssignSuspense{"mpesa:R9", {{"A", 1}}, "x"}).refused(Errc::amount_overflow);
    book.when(PostOpeningBalances{day("2026-11-20"), {{"A", 1}}, {}, false});
    book.refused(Errc::amount_overflow);
    book.when(typed("T-1", "B", 1)).when(MovePayment{"till:main:T-1", "B", "A", {}, "x"});
    book.refused(Errc::amount_overflow);
    book.when(ReversePayment{"mpesa:R0", 1, "x"}).when(typed("T-2", "A", 1));
    book.wallet("A", wallet_minor_max);
}

TEST_CASE("a full wallet: what the provider tells is kept in suspense, and named") {
    Spec book = given(world() + Story{received("R0", "A", wallet_minor_max)});
    book.when(told(callback_paid))
        .then_types("callback_received arrival_resolved payment_received");
    CHECK(arrival_outcome(book) == Outcome::accepted);
    CHECK(book.event<PaymentReceived>(2).suspense_reason == "limit_reached");
    CHECK(
        book.event<PaymentReceived>(2).postings ==
        legs({{"cash:mpesa:600901", 1'500'00}, {"suspense:mpesa", -1'500'00}})
    );
    book.wallet("A", wallet_minor_max);
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("a wallet is overdrawn no deeper than it may be filled") {
    const OpeningBalancesPosted debt{
        {{"A", -wallet_minor_max, "opening"}},
        {},
        false,
        kes(),
        legs({{"wallet:A", wallet_minor_max}, {"opening", -wallet_minor_max}})};
    Spec book = given(world() + Story{debt, received("R1", "B", 2)});
    book.when(MovePayment{"mpesa:R1", "B", "A", 1, "x"}).wallet("A", 1 - wallet_minor_max);
    book.when(ChargeWallet{"B", "c", {}, {{"fee", {}, {}, 1, {}, 0, {}, {}}}}).wallet("B", 0);
    book.when(typed("T-1", "A", 5)).when(MovePayment{"till:main:T-1", "A", "B", {}, "x"});
    book.wallet("A", 1 - wallet_minor_max).wallet("B", 5);
    book.when(ReversePayment{"mpesa:R1", {}, "x"}).wallet("A", -wallet_minor_max);
}

TEST_CASE("a wallet of an old log that is beyond the limit may only come nearer to it") {
    Spec book = given(world() + Story{received("R0", "A", most / 2), received("R1", "A", 1'000)});
    book.when(typed("T-1", "A", 1)).refused(Errc::amount_overflow);
    book.when(ReversePayment{"mpesa:R1", {}, "x"}).wallet("A", most / 2);
}

TEST_CASE("balances stay where they are at the edge of 2^63") {
    WalletRow wallet;
    credit(wallet, "a", most);
    credit(wallet, "b", most);
    CHECK(balance(wallet) == most);
    CHECK(take(wallet, most).has_value());
    force_take(wallet, "A", "b", most);
    CHECK(balance(wallet) == 0);
    force_take(wallet, "A", "b", most);
    force_take(wallet, "A", "b", most);
    CHECK(balance(wallet) == -most);
}

TEST_CASE("a tenant that moved all that 64 bits hold moves nothing more at the desk") {
    Spec book = given(world() + Story{suspended("R0", most - 10)});
    book.when(typed("T-1", "A", 11)).refused(Errc::amount_overflow, "the tenant's turnover");
    book.when(ReversePayment{"mpesa:R0", 11, "x"}).refused(Errc::amount_overflow);
    book.when(typed("T-1", "A", 10)).wallet("A", 10);
    book.when(typed("T-2", "A", 1)).refused(Errc::amount_overflow);
}

TEST_CASE("what no account can take is kept as it came, and a person looks") {
    Spec book = given(world() + Story{suspended("R0", most - 1'499'99)});
    book.when(told(callback_paid)).then_types("callback_received arrival_resolved");
    CHECK(arrival_outcome(book) == Outcome::conflict);
    CHECK(book.event<ArrivalResolved>(1).reason == "no account can take so much");
    CHECK(book.event<ArrivalResolved>(1).payment == std::nullopt);
    CHECK(book.event<ArrivalResolved>(1).receipt == "R1");
    CHECK(first_fault(book.run(), tenant_id) == "");
    book.when(told(callback_paid));
    CHECK(arrival_outcome(book) == Outcome::conflict); // Not a duplicate: it was never posted.
}

TEST_CASE("money that fits comes in though its renewals would not: none of it is lost") {
    // 1,500.00 fit once more, not twice: in, but the charge that it would pay for does not.
    Spec book = given(
        world() +
        Story{service("A-1", "A", "2026-11-20", {"unpaid"}), suspended("R0", most - 2'000'00)}
    );
    book.when(told(callback_paid))
        .then_types("callback_received arrival_resolved payment_received");
    CHECK(book.event<PaymentReceived>(2).suspense_reason == "limit_reached");
    CHECK(first_fault(book.run(), tenant_id) == "");
}
