#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

std::vector<ChargeLine> fee(std::int64_t minor) { return {{"fee", {}, {}, minor, {}, 0, {}, {}}}; }

ChargeWallet charge(const std::string& number, std::int64_t minor) {
    return {"A", number, {}, fee(minor)};
}

GrantCredit granted(
    const std::string& grant,
    std::int64_t minor,
    std::optional<std::uint32_t> priority = {},
    std::optional<Date> expires_on = {}
) {
    return {"A", grant, minor, priority, expires_on, "welcome"};
}

// 1,000.00 of a payment in the wallet of A.
Spec funded() { return given(world() + Story{received("R1", "A", 1'000'00)}); }

std::vector<LotTaken> lots(Spec& book) {
    const WalletRow& row = *book.run().book().wallets.find(book_key(tenant_id, "A"));
    return {row.lots.begin(), row.lots.end()};
}

} // namespace

TEST_CASE("grant_credit: booked against `granted`, consumed by priority, by expiry, then by age") {
    Spec book = funded();
    book.when(granted("G1", 100'00));
    book.when(granted("G2", 100'00, 50, day("2027-01-31")));
    book.when(granted("G3", 100'00, 10, day("2027-03-31")));
    book.when(granted("G4", 100'00, 10, day("2027-02-28")));
    CHECK(
        book.event<CreditGranted>(0).postings == legs({{"granted", 100'00}, {"wallet:A", -100'00}})
    );
    CHECK(
        lots(book) ==
        std::vector<LotTaken>{
            {"grant#G4", 100'00},
            {"grant#G3", 100'00},
            {"grant#G2", 100'00},
            {"mpesa:R1", 1'000'00},
            {"grant#G1", 100'00}}
    );
    book.when(charge("F1", 350'00));
    CHECK(
        book.event<WalletCharged>(0).lots ==
        std::vector<LotTaken>{
            {"grant#G4", 100'00}, {"grant#G3", 100'00}, {"grant#G2", 100'00}, {"mpesa:R1", 50'00}}
    );
}

TEST_CASE("grant_credit: what cannot be is refused") {
    Spec book = funded();
    book.when(GrantCredit{"Z", "G1", 1, {}, {}, ""}).refused(Errc::customer_unknown);
    book.when(granted("G#1", 1)).refused(Errc::value_out_of_range, "grant");
    book.when(granted("G1", 0)).refused(Errc::amount_not_positive);
    book.when(granted("G1", 1, 51)).refused(Errc::value_out_of_range, "priority");
    book.when(granted("G1", 1, 0)).refused(Errc::value_out_of_range, "priority");
    book.when(granted("G1", 1, {}, day("2026-11-20"))).refused(Errc::value_out_of_range, "expires");
    book.when(granted("G1", 1)).when(granted("G1", 1)).refused(Errc::credit_exists, "G1");
}

TEST_CASE("grant_credit: it brings a cut service back as a payment would") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    book.when(granted("G1", 1'500'00))
        .then_types("credit_granted wallet_charged service_renewed service_reinstated");
}

TEST_CASE("a granted lot expires as a booked fact: back to `granted`, never to revenue") {
    Spec book = funded();
    book.when(granted("G1", 100'00, 10, day("2026-12-01")));
    book.when(SettleWallet{"A"}).refused(Errc::lot_not_expired);
    on(book, "2026-12-01").when(SettleWallet{"A"}).then_types("lot_expired").wallet("A", 1'000'00);
    CHECK(book.event<LotExpired>(0).postings == legs({{"wallet:A", 100'00}, {"granted", -100'00}}));
    book.when(SettleWallet{"Z"}).refused(Errc::customer_unknown);
}

TEST_CASE("an expired lot pays for nothing, whoever comes first") {
    Spec book = given(world());
    book.when(granted("G1", 100'00, 10, day("2026-12-01")));
    on(book, "2026-12-01").when(charge("F1", 1)).refused(Errc::insufficient_funds);
    book.when(typed("T1", "A", 50'00));
    book.when(charge("F1", 50'00)).then_types("lot_expired wallet_charged").wallet("A", 0);
}

TEST_CASE("hold_funds: what is held is not for anybody else; a capture is covered for certain") {
    Spec book = funded();
    book.when(HoldFunds{"A", "H1", 700'00, {}, "installation"}).then_types("funds_held");
    book.wallet("A", 1'000'00); // It moves no posting.
    book.when(charge("F1", 300'01)).refused(Errc::insufficient_funds);
    book.when(TransferFunds{"A", "B", "T1", 300'01, ""}).refused(Errc::insufficient_funds);
    book.when(charge("F1", 300'00)).wallet("A", 700'00);
    book.when(CaptureHold{"H1", "F2", fee(700'01), {}}).refused(Errc::hold_exceeded);
    book.when(CaptureHold{"H1", "F2", fee(200'00), {}}).then_types("wallet_charged hold_captured");
    book.when(CaptureHold{"H1", "F2", fee(1), {}}).refused(Errc::charge_exists);
    book.when(CaptureHold{"H1", "F3", fee(300'00), true})
        .then_types("wallet_charged hold_captured hold_released")
        .wallet("A", 200'00);
    book.when(CaptureHold{"H1", "F4", fee(1), {}}).refused(Errc::hold_unknown);
    book.when(charge("F5", 200'00)).wallet("A", 0);
}

TEST_CASE("hold_funds: what cannot be is refused") {
    Spec book = funded();
    book.when(HoldFunds{"Z", "H1", 1, {}, ""}).refused(Errc::customer_unknown);
    book.when(HoldFunds{"A", "", 1, {}, ""}).refused(Errc::value_out_of_range);
    book.when(HoldFunds{"A", "H1", -1, {}, ""}).refused(Errc::amount_not_positive);
    book.when(HoldFunds{"A", "H1", 1'000'01, {}, ""}).refused(Errc::insufficient_funds);
    book.when(HoldFunds{"A", "H1", 1, at("2026-11-20T00:00:00Z"), ""})
        .refused(Errc::value_out_of_range, "expires_at");
    book.when(HoldFunds{"A", "H1", 1, {}, ""}).when(ReleaseHold{"H1"}).then_types("hold_released");
    book.when(HoldFunds{"A", "H1", 1, {}, ""}).refused(Errc::hold_exists);
    book.when(ReleaseHold{"H1"}).refused(Errc::hold_unknown);
    book.when(ReleaseHold{"H9"}).refused(Errc::hold_unknown);
}

TEST_CASE("hold_funds: a hold that is over holds nothing") {
    Spec book = funded();
    book.when(HoldFunds{"A", "H1", 1'000'00, at("2026-11-25T00:00:00Z"), ""});
    on(book, "2026-11-24").when(charge("F1", 1)).refused(Errc::insufficient_funds);
    on(book, "2026-11-25").when(charge("F1", 1)).then_types("hold_released wallet_charged");
    book.when(CaptureHold{"H1", "F2", fee(1), {}}).refused(Errc::hold_unknown);
}

TEST_CASE("hold_funds: a lot that expires leaves what is held of it") {
    Spec book = given(world());
    book.when(granted("G1", 100'00, 10, day("2026-12-01")));
    book.when(HoldFunds{"A", "H1", 60'00, {}, ""});
    on(book, "2026-12-01").when(SettleWallet{"A"}).wallet("A", 60'00);
    book.when(CaptureHold{"H1", "F1", fee(60'00), {}}).wallet("A", 0);
}

TEST_CASE("set_overdraft_limit: a charge may go so far below zero; the next credit repays it") {
    Spec book = funded();
    book.when(SetOverdraftLimit{"Z", 1}).refused(Errc::customer_unknown);
    book.when(SetOverdraftLimit{"A", -1}).refused(Errc::amount_not_positive);
    book.when(SetOverdraftLimit{"A", 200'00}).then_types("overdraft_limit_set");
    book.when(charge("F1", 1'200'01)).refused(Errc::insufficient_funds);
    book.when(charge("F1", 1'150'00)).wallet("A", -150'00);
    CHECK(book.event<WalletCharged>(0).overdrawn == 150'00);
    CHECK(book.event<WalletCharged>(0).lots == std::vector<LotTaken>{{"mpesa:R1", 1'000'00}});
    book.when(TransferFunds{"A", "B", "T1", 1, ""}).refused(Errc::insufficient_funds);
    book.when(typed("T1", "A", 160'00)).wallet("A", 10'00);
}

TEST_CASE("transfer_funds: money that was paid goes to another wallet, never what was granted") {
    Spec book = funded();
    book.when(granted("G1", 500'00, 10));
    book.when(TransferFunds{"A", "A", "T1", 1, ""}).refused(Errc::value_out_of_range, "to");
    book.when(TransferFunds{"A", "Z", "T1", 1, ""}).refused(Errc::customer_unknown);
    book.when(TransferFunds{"A", "B", "T1", 1'000'01, ""}).refused(Errc::insufficient_funds);
    book.when(TransferFunds{"A", "B", "T1", 1'000'00, "brothers"})
        .then_types("funds_transferred")
        .wallet("A", 500'00)
        .wallet("B", 1'000'00);
    book.when(TransferFunds{"B", "A", "T1", 1, ""}).refused(Errc::transfer_exists);
    // Its payment is reversed: the one who was paid for owes it, and the transfer is named.
    book.when(ReversePayment{"mpesa:R1", {}, "reversed"})
        .wallet("A", -500'00)
        .wallet("B", 1'000'00);
    CHECK(
        book.event<PaymentReversed>(0).debits.front().unwound ==
        std::vector<Unwound>{{"transfer#T1", 1'000'00}}
    );
}

TEST_CASE("transfer_funds: it reconnects as a payment would") {
    Spec book = given(
        world() +
        Story{service("B-1", "B", "2026-11-20", {"unpaid"}), received("R1", "A", 1'500'00)}
    );
    book.when(TransferFunds{"A", "B", "T1", 1'500'00, ""}).blocked("B-1", "").wallet("B", 0);
}

TEST_CASE("refunds: asked for, kept back, approved by another person, paid out once") {
    Spec book = funded();
    book.when(granted("G1", 500'00, 10));
    book.when(RequestRefund{"A", "B1", 1'000'01, "moves", "ann"}).refused(Errc::insufficient_funds);
    book.when(RequestRefund{"A", "B1", 900'00, "moves", "ann"}).then_types("refund_requested");
    book.when(RequestRefund{"A", "B1", 1, "moves", "ann"}).refused(Errc::refund_exists);
    book.when(charge("F1", 600'01)).refused(Errc::insufficient_funds);
    book.when(ApproveRefund{"B1", "ann"}).refused(Errc::second_person_required, "ann");
    book.when(PayRefund{"B1", "till:main", "V1"}).refused(Errc::refund_not_open);
    book.when(ApproveRefund{"B1", "ben"}).wallet("A", 600'00);
    CHECK(
        book.event<RefundApproved>(0).postings ==
        legs({{"wallet:A", 900'00}, {"refund_payable:A", -900'00}})
    );
    CHECK(book.event<RefundApproved>(0).lots == std::vector<LotTaken>{{"mpesa:R1", 900'00}});
    book.when(ApproveRefund{"B1", "ben"}).refused(Errc::refund_not_open);
    book.when(PayRefund{"B1", "till:none", "V1"}).refused(Errc::channel_unknown);
    book.when(PayRefund{"B1", "till:main", "V1"}).then_types("refund_paid");
    book.when(PayRefund{"B1", "till:main", "V1"}).refused(Errc::refund_not_open);
    book.when(ApproveRefund{"B9", "ben"}).refused(Errc::refund_unknown);
}

TEST_CASE("refunds: a rejected one is free again; a receipt pays one refund only") {
    Spec book = funded();
    book.when(RequestRefund{"A", "B1", 400'00, "", "ann"});
    book.when(RejectRefund{"B1", "spent", "ben"}).then_types("refund_rejected");
    book.when(charge("F1", 100'00)).wallet("A", 900'00);
    for (const char* refund : {"B2", "B3"}) {
        book.when(RequestRefund{"A", refund, 100'00, "", "ann"});
        book.when(ApproveRefund{refund, "ben"});
    }
    book.when(PayRefund{"B2", "till:main", "V1"}).then_types("refund_paid");
    book.when(PayRefund{"B3", "till:main", "V1"}).refused(Errc::refund_exists, "V1");
}

TEST_CASE("credit_charge: money comes back into the lots that it was taken from") {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-11-20"),
            received("R1", "A", 1'000'00),
            received("R2", "A", 900'00)}
    );
    book.when(RenewService{"A-1"});
    const std::string charged = "A-1:period:2026-11-20:0";
    book.when(CreditCharge{"none", fee(1), ""}).refused(Errc::charge_unknown);
    book.when(CreditCharge{charged, {}, ""}).refused(Errc::value_out_of_range, "lines");
    book.when(CreditCharge{charged, fee(1'500'01), ""}).refused(Errc::credit_exceeds_charge);
    book.when(CreditCharge{charged, fee(600'00), "goodwill"}).wallet("A", 1'000'00);
    CHECK(
        book.event<ChargeCredited>(0).lots ==
        std::vector<LotTaken>{{"mpesa:R2", 500'00}, {"mpesa:R1", 100'00}}
    );
    CHECK(lots(book) == std::vector<LotTaken>{{"mpesa:R1", 100'00}, {"mpesa:R2", 900'00}});
    book.when(CreditCharge{charged, fee(900'01), ""}).refused(Errc::credit_exceeds_charge);
    // A payment that is reversed now had paid for 900.00 of the charge, and no more.
    book.when(ReversePayment{"mpesa:R1", {}, "reversed"}).wallet("A", 0);
    CHECK(
        book.event<PaymentReversed>(0).debits.front().unwound ==
        std::vector<Unwound>{{charged, 900'00}}
    );
}

TEST_CASE("credit_charge: what a reversed payment had paid for repays the debt first") {
    Spec book =
        given(world() + Story{service("A-1", "A", "2026-11-20"), received("R1", "A", 1'500'00)});
    book.when(RenewService{"A-1"});
    book.when(ReversePayment{"mpesa:R1", {}, "reversed"}).wallet("A", -1'500'00);
    book.when(CreditCharge{"A-1:period:2026-11-20:0", fee(400'00), ""}).wallet("A", -1'100'00);
    CHECK(book.event<ChargeCredited>(0).debt_repaid == 400'00);
}

TEST_CASE("credit_charge: a charge that somebody named comes back as a lot of its own") {
    Spec book = funded();
    book.when(charge("F1", 300'00));
    book.when(CreditCharge{"manual#F1", fee(100'00), "wrong"}).wallet("A", 800'00);
    CHECK(book.event<ChargeCredited>(0).lots == std::vector<LotTaken>{{"manual#F1~1", 100'00}});
}
