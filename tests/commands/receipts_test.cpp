// What is told late, early, twice, or again.
#include "commands/payments/receipts.hpp"

#include "tests/support/book_builders.hpp"
#include "tests/support/book_proofs.hpp"

using namespace tollbook;

namespace {

const Callback paid_more{.receipt = "R1", .amount = "1500.00", .reference = "A"};
const char* const pay_bill = "mpesa:600901";

Story cut_service() { return world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})}; }

RecordPayment again(RecordPayment command) {
    command.again = true;
    return command;
}

ReversePayment reverse(const std::string& payment = "mpesa:R1") {
    return {payment, {}, "by mistake"};
}

// The world's clock and this many microseconds.
RecordPayment typed_ahead(std::int64_t micros) {
    RecordPayment command = typed("T-1", "A", 1'500'00);
    command.occurred_at = Timestamp{at("2026-11-20T06:00:00Z").micros + micros};
    return command;
}

// The last command's arrival and its outcome; nothing else happened.
void only(Spec& book, Outcome outcome, const std::string& reason = {}) {
    REQUIRE(book.made().size() == 2);
    CHECK(book.event<ArrivalResolved>(1).outcome == outcome);
    CHECK(book.event<ArrivalResolved>(1).reason.value_or("") == reason);
    CHECK(first_fault(book.run(), tenant_id) == "");
}

const std::string reversed = "it was reversed; if the money is there, post it `again`";

} // namespace

TEST_CASE("record_payment: a desk's clock may be five minutes ahead, and no more") {
    given(world())
        .when(typed_ahead(desk_clock_ahead_micros_max + 1))
        .refused(Errc::value_out_of_range, "occurred_at: it is 2026-11-20T06:00:00Z");
    Spec book = given(cut_service());
    book.when(typed_ahead(desk_clock_ahead_micros_max));
    CHECK(to_string(book.event<DeskEntryReceived>(0).occurred_at) == "2026-11-20T06:05:00Z");
    CHECK(to_string(book.event<PaymentReceived>(2).occurred_at) == "2026-11-20T06:05:00Z");
    CHECK(to_string(book.made()[2].effective_at) == "2026-11-20T06:00:00Z");
    CHECK(to_string(*book.event<ServiceReinstated>(5).paid_at) == "2026-11-20T06:00:00Z");
}

TEST_CASE("record_payment: what the desk tells of tomorrow is booked today") {
    Story past = world();
    past.push_back(clock_at("2026-11-20T20:58:00Z")); // 23:58 in Nairobi.
    RecordPayment ahead = typed("T-1", "A", 1'500'00);
    ahead.occurred_at = at("2026-11-20T21:01:00Z");
    given(past).when(ahead).booked_on("2026-11-20");
}

TEST_CASE("record_callback: a time that lies ahead is kept, and booked at the clock's now") {
    Callback ahead = paid_more;
    ahead.time = "20270101000000";
    Spec book = given(cut_service());
    book.when(told(ahead)).booked_on("2026-11-20").blocked("A-1", "");
    CHECK(to_string(book.event<PaymentReceived>(2).occurred_at) == "2026-12-31T21:00:00Z");
    CHECK(to_string(book.made()[2].effective_at) == "2026-11-20T06:00:00Z");
    CHECK(to_string(*book.event<ServiceReinstated>(5).paid_at) == "2026-11-20T06:00:00Z");
    ahead.arrival = "a2";
    book.when(told(ahead)); // Compared with what was told, not with what was booked.
    only(book, Outcome::duplicate);
}

TEST_CASE("assign_suspense: money of a time that lies ahead reconnects at the clock's now") {
    Callback ahead = paid_more;
    ahead.reference = "NOBODY";
    ahead.time = "20270101000000";
    Spec book = given(cut_service());
    book.when(told(ahead)).when(AssignSuspense{"mpesa:R1", {{"A", 1'500'00}}, "called us"});
    CHECK(to_string(*book.event<ServiceReinstated>(3).paid_at) == "2026-11-20T06:00:00Z");
}

TEST_CASE("post_opening_balances: no book opens tomorrow") {
    given(world())
        .when(PostOpeningBalances{day("2026-11-21"), {{"A", 100}}, {}, false})
        .refused(Errc::value_out_of_range, "booked_on: today is 2026-11-20")
        .when(PostOpeningBalances{day("2026-11-20"), {{"A", 100}}, {}, false})
        .wallet("A", 100);
}

TEST_CASE("a receipt that was reversed by mistake is posted again when the desk says so") {
    Spec book = given(cut_service());
    book.when(told(paid_more)).when(reverse()).wallet("A", -1'500'00);
    book.when(typed("R1", "A", 1'500'00, pay_bill));
    only(book, Outcome::conflict, reversed);
    book.when(again(typed("R1", "A", 1'500'00, pay_bill)))
        .then_types("desk_entry_received arrival_resolved payment_received")
        .wallet("A", 0);
    CHECK(book.event<DeskEntryReceived>(0).arrival == "desk:mpesa:R1~2:1");
    CHECK(book.event<ArrivalResolved>(1).payment == "mpesa:R1~2");
    CHECK(book.event<PaymentReceived>(2).payment == "mpesa:R1~2");
    CHECK(book.event<PaymentReceived>(2).debt_repaid == 1'500'00);
    book.when(again(typed("R1", "A", 1'500'00, pay_bill)));
    only(book, Outcome::duplicate); // It stands now: once more counts no more.
    book.wallet("A", 0);
}

TEST_CASE("a late callback restores nothing that was reversed, and confirms what was posted again"
) {
    Callback late = paid_more;
    late.arrival = "late";
    Spec book = given(world());
    book.when(told(paid_more)).when(reverse());
    book.when(told(late));
    only(book, Outcome::duplicate);
    book.wallet("A", 0).when(again(typed("R1", "A", 1'500'00, pay_bill)));
    late.arrival = "later";
    book.when(told(late)).then_types("callback_received arrival_resolved payment_confirmed");
    CHECK(book.event<PaymentConfirmed>(2).payment == "mpesa:R1~2");
    late.arrival = "latest";
    book.when(told(late));
    only(book, Outcome::duplicate);
    book.wallet("A", 1'500'00);
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("a receipt that was typed wrong is reversed and posted right") {
    Spec book = given(world());
    book.when(typed("R1", "B", 15'000'00, pay_bill)).when(reverse());
    book.when(again(typed("R1", "A", 1'500'00, pay_bill))).wallet("A", 1'500'00).wallet("B", 0);
    book.when(told(paid_more)).then_types("callback_received arrival_resolved payment_confirmed");
    book.when(reverse("mpesa:R1~2")).wallet("A", 0);
    book.when(again(typed("R1", "C", 1'500'00, pay_bill))).wallet("C", 1'500'00);
    CHECK(book.event<PaymentReceived>(2).payment == "mpesa:R1~3");
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("posting again: never more than the provider told, nor what nobody told, nor a part") {
    Spec book = given(world());
    book.when(again(typed("R1", "A", 1'500'00, pay_bill))).refused(Errc::payment_unknown);
    book.when(told(paid_more)).when(ReversePayment{"mpesa:R1", 500'00, "in part"});
    book.when(again(typed("R1", "A", 1'500'00, pay_bill)));
    only(book, Outcome::duplicate);
    book.when(reverse());
    book.when(again(typed("R1", "A", 1'500'01, pay_bill)));
    only(book, Outcome::conflict, "the provider told another amount or channel");
    book.wallet("A", 0);
}

TEST_CASE("reversing money that only repaid an overdraft opens the debt again, unwinding nothing") {
    Spec book = given(cut_service());
    book.when(told(paid_more)).when(reverse()).wallet("A", -1'500'00);
    book.when(typed("T-1", "A", 1'000'00)).wallet("A", -500'00);
    book.when(reverse("till:main:T-1")).wallet("A", -1'500'00);
    const PaymentReversed& back = book.event<PaymentReversed>(0);
    REQUIRE(back.debits.size() == 1);
    CHECK(back.debits[0].lots.empty());
    CHECK(back.debits[0].unwound.empty());
    CHECK(back.debits[0].overdrawn == 1'000'00);
    CHECK(back.postings == legs({{"wallet:A", 1'000'00}, {"cash:till:main", -1'000'00}}));
    CHECK(first_fault(book.run(), tenant_id) == "");
    // Of money that repaid and then paid, what it had paid for is unwound, and no more.
    book.when(typed("T-2", "A", 2'000'00)).wallet("A", 500'00);
    book.when(ChargeWallet{
        "A", "visit", {}, {{"visit", {}, {}, 500'00, {}, 0, day("2026-11-20"), day("2026-11-21")}}}
    );
    book.when(reverse("till:main:T-2")).wallet("A", -2'000'00);
    const PaymentReversed& spent = book.event<PaymentReversed>(0);
    CHECK(spent.debits[0].unwound == std::vector<Unwound>{{"manual#visit", 500'00}});
    CHECK(spent.debits[0].overdrawn == 2'000'00);
    CHECK(first_fault(book.run(), tenant_id) == "");
}

TEST_CASE("a delivery whose id came before is kept beside it, as the duplicate that it is") {
    Spec book = given(world());
    book.when(told(paid_more)).when(told(paid_more));
    only(book, Outcome::duplicate);
    CHECK(book.made()[0].stream == "arrival:a1~2");
    CHECK(book.event<CallbackReceived>(0).arrival == "a1~2");
    CHECK(book.event<ArrivalResolved>(1).arrival == "a1~2");
    Callback other = paid_more; // The same id by mistake: its money is not lost.
    other.receipt = "R2";
    book.when(told(other)).wallet("A", 3'000'00);
    CHECK(book.event<ArrivalResolved>(1).arrival == "a1~3");
    book.when(delivered("{}", "a1"));
    CHECK(book.event<ArrivalResolved>(1).arrival == "a1~4");
    CHECK(book.event<ArrivalResolved>(1).outcome == Outcome::malformed);
}

TEST_CASE("money is never refused because of a service: a period charged before is passed over") {
    const WalletCharged charged = month("A-1", "A", "2026-11-20", {{"mpesa:R0", 1'500'00}});
    given(cut_service() + Story{received("R0", "A", 1'500'00), charged})
        .when(told(paid_more))
        .then_types("callback_received arrival_resolved payment_received")
        .blocked("A-1", "unpaid")
        .wallet("A", 1'500'00);
}
