#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

// 5,000.00 of a payment in the wallet of A, and 3,000.00 of it given for a device.
Spec& lend(Spec& book) {
    return book.when(typed("R1", "A", 5'000'00)).when(TakeDeposit{"D1", "A", "ONT 7", 3'000'00});
}

} // namespace

TEST_CASE("take_deposit: out of the wallet, into a liability, and no revenue") {
    Spec book = given(world());
    lend(book).then_types("deposit_taken").wallet("A", 2'000'00);
    const auto& taken = book.event<DepositTaken>(0);
    CHECK(taken.lots == std::vector<LotTaken>{{"till:main:R1", 3'000'00}});
    CHECK(taken.postings == legs({{"wallet:A", 3'000'00}, {"deposit:A", -3'000'00}}));
}

TEST_CASE("take_deposit: what cannot be is refused") {
    Spec book = given(world());
    lend(book);
    const auto take = [](const std::string& deposit, std::int64_t minor) {
        return TakeDeposit{deposit, "A", "ONT", minor};
    };
    book.when(TakeDeposit{"D2", "Z", "ONT", 1}).refused(Errc::customer_unknown, "Z");
    book.when(take("D#2", 1)).refused(Errc::value_out_of_range, "deposit");
    book.when(take("D1", 1)).refused(Errc::deposit_exists, "D1");
    book.when(TakeDeposit{"D2", "A", "ONT\n", 1}).refused(Errc::value_out_of_range, "equipment");
    book.when(take("D2", 0)).refused(Errc::amount_not_positive);
    book.when(take("D2", 2'000'01)).refused(Errc::insufficient_funds, "A");
    // What was granted stands for nothing that can be given back.
    book.when(GrantCredit{"A", "G1", 500'00, {}, {}, "welcome"});
    book.when(take("D2", 2'000'01)).refused(Errc::insufficient_funds, "A");
    book.when(take("D2", 2'000'00)).then_types("deposit_taken").wallet("A", 500'00);
}

TEST_CASE("return_deposit: in parts, each a lot of the wallet, at most what is left") {
    Spec book = given(world());
    lend(book);
    book.when(ReturnDeposit{"D1", 1'000'00, "one box back"}).wallet("A", 3'000'00);
    const DepositReturned part = book.event<DepositReturned>(0);
    CHECK(part.lot == "deposit#D1~1");
    CHECK(part.remaining == 2'000'00);
    CHECK(part.postings == legs({{"deposit:A", 1'000'00}, {"wallet:A", -1'000'00}}));
    book.when(ReturnDeposit{"D1", 2'000'01, ""}).refused(Errc::exceeds_deposit, "200000 are left");
    book.when(ReturnDeposit{"D1", 0, ""}).refused(Errc::amount_not_positive);
    book.when(ReturnDeposit{"D2", {}, ""}).refused(Errc::deposit_unknown, "D2");
    book.when(ReturnDeposit{"D1", {}, "a\nb"}).refused(Errc::value_out_of_range, "reason");
    book.when(ReturnDeposit{"D1", {}, "all back"}).wallet("A", 5'000'00);
    CHECK(book.event<DepositReturned>(0).lot == "deposit#D1~2");
    book.when(ReturnDeposit{"D1", {}, ""}).refused(Errc::exceeds_deposit, "nothing");
    book.when(KeepDeposit{"D1", {}, ""}).refused(Errc::exceeds_deposit, "nothing");
}

TEST_CASE("return_deposit: it repays a debt, and brings back a service as a payment would") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(typed("R1", "A", 1'500'00 - 1)).when(TakeDeposit{"D1", "A", "ONT", 1'000'00});
    book.when(typed("R2", "A", 1)).blocked("A-1", "unpaid");
    book.when(ReturnDeposit{"D1", {}, "back"})
        .then_types("deposit_returned wallet_charged service_renewed service_reinstated")
        .wallet("A", 0)
        .blocked("A-1", "");
    book.when(typed("R3", "A", 1'000'00)).when(TakeDeposit{"D2", "A", "ONT", 1'000'00});
    book.when(ReversePayment{"till:main:R3", {}, "bounced"}).wallet("A", -1'000'00);
    book.when(ReturnDeposit{"D2", {}, "back"}).wallet("A", 0);
    CHECK(book.event<DepositReturned>(0).debt_repaid == 1'000'00);
}

TEST_CASE("keep_deposit: a fee, for what did not come back whole") {
    Spec book = given(world());
    lend(book);
    book.when(KeepDeposit{"D1", 500'00, "no power supply"}).wallet("A", 2'000'00);
    CHECK(book.event<DepositKept>(0).postings == legs({{"deposit:A", 500'00}, {"fee", -500'00}}));
    book.when(KeepDeposit{"D1", 2'500'01, ""}).refused(Errc::exceeds_deposit);
    book.when(KeepDeposit{"D9", {}, ""}).refused(Errc::deposit_unknown);
    book.when(KeepDeposit{"D1", {}, "a\nb"}).refused(Errc::value_out_of_range, "reason");
    book.when(ReturnDeposit{"D1", {}, "the rest"}).wallet("A", 4'500'00);
    CHECK(book.event<DepositReturned>(0).minor == 2'500'00);
}
