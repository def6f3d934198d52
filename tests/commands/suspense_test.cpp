#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

const Callback rent{.receipt = "R1", .amount = "1500.00", .reference = "A"};

AssignSuspense assign(std::vector<WalletAmount> parts) {
    return {"mpesa:R1", std::move(parts), "called us"};
}

ReversePayment reverse(std::optional<std::int64_t> minor = {}) {
    return {"mpesa:R1", minor, "reversed at M-Pesa"};
}

// R1 of 1,500.00 paid for A-1, which had been cut.
Spec& spend(Spec& book) { return book.when(told(rent)).wallet("A", 0).blocked("A-1", ""); }

Story cut_service() { return world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})}; }

const std::string rent_charge = "A-1:period:2026-11-20:0";

} // namespace

TEST_CASE("assign_suspense: one part moves the money into the wallet and reconnects") {
    given(cut_service() + Story{suspended("R1", 2'000'00)})
        .when(assign({{"A", 2'000'00}}))
        .then(
            {SuspenseAssigned{
                 "mpesa:R1",
                 {{"A", 2'000'00, "mpesa:R1", 0}},
                 0,
                 kes(),
                 "called us",
                 legs({{"suspense:mpesa", 2'000'00}, {"wallet:A", -2'000'00}})},
             month("A-1", "A", "2026-11-20", {{"mpesa:R1", 1'500'00}}),
             ServiceRenewed{
                 "A-1", "A", rent_charge, day("2026-11-20"), day("2026-12-20"), "mpesa:R1"},
             ServiceReinstated{
                 "A-1", "A", "A-1", "unpaid", {}, "mpesa:R1", at("2026-11-20T05:59:00Z")}}
        )
        .booked_on("2026-11-20")
        .wallet("A", 500'00);
}

TEST_CASE("assign_suspense: a split leaves the rest in suspense, to be assigned later") {
    given(world() + Story{suspended("R1", 1'000'00)})
        .when(assign({{"A", 300'00}, {"B", 200'00}}))
        .then({SuspenseAssigned{
            "mpesa:R1",
            {{"A", 300'00, "mpesa:R1", 0}, {"B", 200'00, "mpesa:R1#2", 0}},
            500'00,
            kes(),
            "called us",
            legs({{"suspense:mpesa", 500'00}, {"wallet:A", -300'00}, {"wallet:B", -200'00}})}})
        .when(assign({{"C", 500'01}}))
        .refused(Errc::split_exceeds_remaining, "50000 remain")
        .when(assign({{"A", 500'00}}))
        .then({SuspenseAssigned{
            "mpesa:R1",
            {{"A", 500'00, "mpesa:R1#3", 0}},
            0,
            kes(),
            "called us",
            legs({{"suspense:mpesa", 500'00}, {"wallet:A", -500'00}})}})
        .wallet("A", 800'00)
        .wallet("B", 200'00);
}

TEST_CASE("assign_suspense: an overdrawn wallet is filled first") {
    Spec book = given(
        world() +
        Story{
            suspended("R1", 1'000'00),
            OpeningBalancesPosted{
                {{"A", -300'00, "opening"}},
                {},
                false,
                kes(),
                legs({{"wallet:A", 300'00}, {"opening", -300'00}})}}
    );
    book.wallet("A", -300'00).when(assign({{"A", 200'00}, {"A", 800'00}}));
    const SuspenseAssigned& assigned = book.event<SuspenseAssigned>(0);
    CHECK(assigned.parts[0].debt_repaid == 200'00);
    CHECK(assigned.parts[1].debt_repaid == 100'00);
    book.wallet("A", 700'00);
}

TEST_CASE("reverse_payment: money in suspense goes back from suspense, wholly or in part") {
    given(world() + Story{suspended("R1", 1'000'00)})
        .when(reverse(400'00))
        .then({PaymentReversed{
            "mpesa:R1",
            "mpesa:600901",
            400'00,
            400'00,
            {},
            kes(),
            "reversed at M-Pesa",
            legs({{"suspense:mpesa", 400'00}, {"cash:mpesa:600901", -400'00}})}})
        .when(assign({{"A", 600'01}}))
        .refused(Errc::split_exceeds_remaining, "60000 remain")
        .when(reverse())
        .then_types("payment_reversed")
        .when(assign({{"A", 1}}))
        .refused(Errc::payment_not_in_suspense);
}

TEST_CASE("reverse_payment: unspent money is taken from its own lot") {
    given(world() + Story{received("R0", "A", 700'00), received("R1", "A", 1'000'00)})
        .when(reverse())
        .then({PaymentReversed{
            "mpesa:R1",
            "mpesa:600901",
            1'000'00,
            0,
            {{"A", 1'000'00, {{"mpesa:R1", 1'000'00}}, 0, {}}},
            kes(),
            "reversed at M-Pesa",
            legs({{"wallet:A", 1'000'00}, {"cash:mpesa:600901", -1'000'00}})}})
        .wallet("A", 700'00);
}

TEST_CASE("reverse_payment: spent money overdraws the wallet and names what it had paid for") {
    Spec book = given(cut_service());
    spend(book)
        .when(reverse())
        .then({PaymentReversed{
            "mpesa:R1",
            "mpesa:600901",
            1'500'00,
            0,
            {{"A", 1'500'00, {}, 1'500'00, {{rent_charge, 1'500'00}}}},
            kes(),
            "reversed at M-Pesa",
            legs({{"wallet:A", 1'500'00}, {"cash:mpesa:600901", -1'500'00}})}})
        .wallet("A", -1'500'00)
        .blocked("A-1", ""); // A reversal cuts nothing by itself.
}

TEST_CASE("reverse_payment: what the lot does not hold any more is taken from the other lots") {
    Spec book = given(cut_service());
    spend(book);
    book.when(told({.receipt = "R2", .amount = "400.00", .reference = "A", .arrival = "a2"}));
    book.when(reverse());
    const WalletDebit& debit = book.event<PaymentReversed>(0).debits.at(0);
    CHECK(debit.lots == std::vector<LotTaken>{{"mpesa:R2", 400'00}});
    CHECK(debit.overdrawn == 1'100'00);
    CHECK(debit.unwound == std::vector<Unwound>{{rent_charge, 1'500'00}});
    book.wallet("A", -1'100'00);
}

TEST_CASE("reverse_payment: in parts, each unwinds its own share and no more") {
    Spec book = given(cut_service() + Story{received("R0", "A", 600'00)});
    book.when(told(rent)).wallet("A", 600'00); // 600.00 of R0 and 900.00 of R1 were charged.
    book.when(reverse(700'00));
    CHECK(
        book.event<PaymentReversed>(0).debits.at(0).unwound ==
        std::vector<Unwound>{{rent_charge, 100'00}}
    );
    book.wallet("A", -100'00).when(reverse());
    CHECK(book.event<PaymentReversed>(0).minor == 800'00);
    CHECK(
        book.event<PaymentReversed>(0).debits.at(0).unwound ==
        std::vector<Unwound>{{rent_charge, 800'00}}
    );
    book.wallet("A", -900'00).when(reverse()).refused(Errc::payment_already_reversed);
}

TEST_CASE("the next credit repays the overdraft, and only the rest is money to spend") {
    Spec book = given(cut_service());
    spend(book).when(reverse()).wallet("A", -1'500'00);
    book.when(SuspendService{"A-1", "unpaid"}).when(AdvanceTestClock{at("2026-12-20T06:00:00Z")});
    const Callback next{
        .receipt = "R2",
        .amount = "2000.00",
        .reference = "A",
        .time = "20261220085900",
        .arrival = "a2"};
    book.when(told(next)).then_types("callback_received arrival_resolved payment_received");
    CHECK(book.event<PaymentReceived>(2).debt_repaid == 1'500'00);
    book.wallet("A", 500'00).blocked("A-1", "unpaid");
    book.when(typed("T-1", "A", 1'000'00)).blocked("A-1", "").wallet("A", 0);
}

TEST_CASE("reverse_payment: money that repaid an overdraft overdraws again") {
    Spec book = given(cut_service());
    spend(book).when(reverse()).wallet("A", -1'500'00);
    book.when(told({.receipt = "R2", .amount = "2000.00", .reference = "A", .arrival = "a2"}));
    book.wallet("A", 500'00).when(ReversePayment{"mpesa:R2", {}, "reversed at M-Pesa"});
    const WalletDebit& debit = book.event<PaymentReversed>(0).debits.at(0);
    CHECK(debit.lots == std::vector<LotTaken>{{"mpesa:R2", 500'00}});
    CHECK(debit.overdrawn == 1'500'00);
    book.wallet("A", -1'500'00);
}

TEST_CASE("reverse_payment: a split comes back from suspense first, then part by part") {
    Spec book = given(world() + Story{suspended("R1", 1'000'00)});
    book.when(assign({{"A", 300'00}, {"B", 200'00}})).when(reverse(900'00));
    const PaymentReversed& reversed = book.event<PaymentReversed>(0);
    CHECK(reversed.from_suspense == 500'00);
    REQUIRE(reversed.debits.size() == 2);
    CHECK(reversed.debits[0].minor == 300'00);
    CHECK(reversed.debits[1].minor == 100'00);
    book.wallet("A", 0).wallet("B", 100'00);
}

TEST_CASE("reverse_payment: two parts in one wallet unwind each its own lot") {
    Spec book = given(
        world() + Story{suspended("R1", 1'500'00), service("A-1", "A", "2026-11-20", {"unpaid"})}
    );
    book.when(assign({{"A", 900'00}, {"A", 600'00}})).wallet("A", 0);
    book.when(reverse(900'00));
    CHECK(
        book.event<PaymentReversed>(0).debits.at(0).unwound ==
        std::vector<Unwound>{{rent_charge, 900'00}}
    );
    book.when(reverse());
    CHECK(
        book.event<PaymentReversed>(0).debits.at(0).unwound ==
        std::vector<Unwound>{{rent_charge, 600'00}}
    );
    book.wallet("A", -1'500'00);
}

TEST_CASE("move_payment: unspent money goes to the right wallet and reconnects there") {
    given(
        world() +
        Story{received("R1", "B", 1'500'00), service("A-1", "A", "2026-11-20", {"unpaid"})}
    )
        .when(MovePayment{"mpesa:R1", "B", "A", {}, "the wrong customer"})
        .then(
            {PaymentMoved{
                 "mpesa:R1",
                 1'500'00,
                 {"B", 1'500'00, {{"mpesa:R1", 1'500'00}}, 0, {}},
                 {"A", 1'500'00, "mpesa:R1#2", 0},
                 kes(),
                 "the wrong customer",
                 legs({{"wallet:B", 1'500'00}, {"wallet:A", -1'500'00}})},
             month("A-1", "A", "2026-11-20", {{"mpesa:R1#2", 1'500'00}}),
             ServiceRenewed{
                 "A-1", "A", rent_charge, day("2026-11-20"), day("2026-12-20"), "mpesa:R1"},
             ServiceReinstated{
                 "A-1", "A", "A-1", "unpaid", {}, "mpesa:R1", at("2026-11-20T05:59:00Z")}}
        )
        .wallet("B", 0)
        .wallet("A", 0);
}

TEST_CASE("move_payment: after the wrong customer spent it, he owes it") {
    Spec book = given(cut_service());
    spend(book).when(MovePayment{"mpesa:R1", "A", "B", {}, "the wrong customer"});
    const WalletDebit& debit = book.event<PaymentMoved>(0).debit;
    CHECK(debit.overdrawn == 1'500'00);
    CHECK(debit.unwound == std::vector<Unwound>{{rent_charge, 1'500'00}});
    book.wallet("A", -1'500'00).wallet("B", 1'500'00).blocked("A-1", "");
    book.when(reverse()).wallet("A", -1'500'00).wallet("B", 0); // It stands with B now.
}

TEST_CASE("move_payment: a part moves, the rest stays, and back again") {
    Spec book = given(world() + Story{received("R1", "A", 1'000'00)});
    book.when(MovePayment{"mpesa:R1", "A", "B", 400'00, "half was hers"}).wallet("A", 600'00);
    book.when(MovePayment{"mpesa:R1", "B", "A", 400'01, "no"})
        .refused(Errc::split_exceeds_remaining, "40000 stand");
    book.when(MovePayment{"mpesa:R1", "B", "A", {}, "it was not"}).wallet("A", 1'000'00);
    book.when(reverse()).wallet("A", 0).wallet("B", 0);
}

TEST_CASE("move_payment: all parts in a wallet move, one event for each") {
    Spec book = given(world() + Story{suspended("R1", 1'000'00)});
    book.when(assign({{"A", 300'00}, {"A", 200'00}, {"B", 100'00}}));
    book.when(MovePayment{"mpesa:R1", "A", "C", 450'00, "the wrong customer"})
        .then_types("payment_moved payment_moved")
        .wallet("A", 50'00)
        .wallet("C", 450'00);
    CHECK(book.event<PaymentMoved>(0).credit.lot == "mpesa:R1#4");
    CHECK(book.event<PaymentMoved>(1).credit.lot == "mpesa:R1#5");
    book.when(MovePayment{"mpesa:R1", "C", "B", {}, "again"}).wallet("C", 0).wallet("B", 550'00);
}

TEST_CASE("move_payment: what is in suspense is assigned, not moved") {
    given(world() + Story{suspended("R1", 1'000'00)})
        .when(MovePayment{"mpesa:R1", "B", "A", {}, "no"})
        .refused(Errc::payment_not_posted);
}

TEST_CASE("a charge of a lot whose payment was moved in names that payment") {
    Spec book =
        given(world() + Story{received("R1", "B", 2'000'00), service("A-1", "A", "2026-11-20")});
    book.when(MovePayment{"mpesa:R1", "B", "A", {}, "the wrong customer"});
    book.when(RenewService{"A-1"}).wallet("A", 500'00).when(reverse());
    CHECK(
        book.event<PaymentReversed>(0).debits.at(0).unwound ==
        std::vector<Unwound>{{rent_charge, 1'500'00}}
    );
    book.wallet("A", -1'500'00);
}
