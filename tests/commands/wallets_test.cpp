#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

PostOpeningBalances openings(std::vector<WalletAmount> wallets, std::vector<ChannelAmount> cash) {
    return {day("2026-11-19"), std::move(wallets), std::move(cash), false};
}

ChargeWallet fee(const std::string& number, std::int64_t net) {
    return {
        "A",
        number,
        std::nullopt,
        {{"late_fee",
          std::nullopt,
          std::nullopt,
          net,
          std::nullopt,
          0,
          std::nullopt,
          std::nullopt}}};
}

} // namespace

TEST_CASE("post_opening_balances: wallets and cash open against `opening`, the day before") {
    given(world())
        .when(openings({{"A", 500'00}, {"B", -200'00}}, {{"mpesa:600901", 9'000'00}}))
        .then({OpeningBalancesPosted{
            {{"A", 500'00, "opening"}, {"B", -200'00, "opening"}},
            {{"mpesa:600901", 9'000'00}},
            false,
            kes(),
            legs(
                {{"wallet:A", -500'00},
                 {"wallet:B", 200'00},
                 {"cash:mpesa:600901", 9'000'00},
                 {"opening", -8'700'00}}
            )}})
        .booked_on("2026-11-19")
        .wallet("A", 500'00)
        .wallet("B", -200'00);
}

TEST_CASE("post_opening_balances: legs that balance by themselves need no `opening`") {
    Spec book = given(world());
    book.when(openings({{"A", 500'00}}, {{"till:main", 500'00}}));
    CHECK(
        book.event<OpeningBalancesPosted>(0).postings ==
        legs({{"wallet:A", -500'00}, {"cash:till:main", 500'00}})
    );
}

TEST_CASE("post_opening_balances: in parts, each account once, until one part is the last") {
    PostOpeningBalances last = openings({{"B", 100}}, {{"till:main", -5}});
    last.complete = true;
    given(world())
        .when(openings({{"A", 100}}, {{"mpesa:600901", 100}}))
        .when(openings({{"A", 100}}, {}))
        .refused(Errc::opening_already_posted, "A")
        .when(openings({}, {{"mpesa:600901", 100}}))
        .refused(Errc::opening_already_posted, "mpesa:600901")
        .when(last)
        .then_types("opening_balances_posted")
        .when(openings({{"C", 100}}, {}))
        .refused(Errc::opening_closed);
}

TEST_CASE("post_opening_balances: a sum that no account could hold is refused") {
    Story past = world();
    std::vector<WalletAmount> wallets;
    for (int i = 0; i < 1'100; ++i) {
        past.emplace_back(customer("X" + std::to_string(i)));
        wallets.push_back({"X" + std::to_string(i), amount_minor_max});
    }
    given(past).when(openings(std::move(wallets), {})).refused(Errc::amount_overflow);
}

TEST_CASE("an opening debt that comes after money takes it from the oldest lots") {
    Spec book = given(world() + Story{received("R1", "A", 300'00), received("R2", "A", 300'00)});
    book.when(openings({{"A", -400'00}}, {})).wallet("A", 200'00);
    book.when(fee("f1", 200'00));
    CHECK(book.event<WalletCharged>(0).lots == std::vector<LotTaken>{{"mpesa:R2", 200'00}});
    book.wallet("A", 0);
}

TEST_CASE("an opening balance is the first lot when it comes first, and no payment's") {
    Spec book = given(world());
    book.when(openings({{"A", 300'00}}, {})).when(typed("T-1", "A", 300'00));
    book.when(fee("f1", 400'00));
    CHECK(
        book.event<WalletCharged>(0).lots ==
        std::vector<LotTaken>{{"opening", 300'00}, {"till:main:T-1", 100'00}}
    );
}

TEST_CASE("charge_wallet: a line with a plan is its revenue, one without is a fee; tax apart") {
    ChargeWallet command = fee("f1", 100'00);
    command.service = "A-1";
    command.lines.push_back(
        {"upgrade", "BIZ50", 1, 50'00, "vat16", 8'00, day("2026-11-20"), day("2026-12-01")}
    );
    given(world() + Story{service("A-1", "A", "2026-12-01"), received("R1", "A", 200'00)})
        .when(command)
        .then({WalletCharged{
            "manual#f1",
            "A",
            "A-1",
            158'00,
            command.lines,
            {{"mpesa:R1", 158'00}},
            legs(
                {{"wallet:A", 158'00},
                 {"fee", -100'00},
                 {"revenue:BIZ50", -50'00},
                 {"tax:vat16", -8'00}}
            )}})
        .booked_on("2026-11-20")
        .wallet("A", 42'00);
}

TEST_CASE("charge_wallet: the same number charges once, also after the money is gone") {
    given(world() + Story{received("R1", "A", 100'00)})
        .when(fee("f1", 100'00))
        .then_types("wallet_charged")
        .when(fee("f1", 100'00))
        .refused(Errc::charge_exists)
        .when(fee("f2", 1))
        .refused(Errc::insufficient_funds)
        .wallet("A", 0);
}

TEST_CASE("charge_wallet: another customer's service is not charged to this wallet") {
    ChargeWallet command = fee("f1", 100);
    command.service = "B-1";
    given(world() + Story{service("B-1", "B", "2026-12-01"), received("R1", "A", 100)})
        .when(command)
        .refused(Errc::service_unknown);
}

TEST_CASE("a hand-made charge cannot take the number of a service's period") {
    given(world() + Story{service("manual", "A", "2026-11-20", {"unpaid"}), received("R0", "A", 1)})
        .when(fee("period:2026-11-20:0", 1))
        .then_types("wallet_charged")
        .when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}))
        .blocked("manual", "");
}
