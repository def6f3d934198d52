#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

const Callback paid{.receipt = "R1", .amount = "1000.00", .reference = "A"};

ArrivalResolved desk(
    int n,
    Outcome outcome,
    const std::string& payment,
    const std::string& channel,
    std::int64_t minor
) {
    const std::string receipt = payment.substr(payment.rfind(':') + 1);
    return {
        "desk:" + payment + ":" + std::to_string(n),
        ArrivalKind::desk,
        outcome,
        payment,
        channel,
        receipt,
        minor,
        std::nullopt};
}

Outcome outcome_of(const Spec& book) { return book.event<ArrivalResolved>(1).outcome; }

const char* const shortcode = "mpesa:600901";

} // namespace

TEST_CASE("record_payment: what the cashier typed, its outcome, and the money") {
    PaymentReceived payment = received("T-1", "A", 1'000'00);
    payment.payment = "till:main:T-1";
    payment.channel = "till:main";
    payment.reference_hash.clear();
    payment.occurred_at = at("2026-11-20T06:00:00Z");
    payment.reported_by = ArrivalKind::desk;
    payment.postings = legs({{"cash:till:main", 1'000'00}, {"wallet:A", -1'000'00}});
    given(world())
        .when(typed("T-1", "A", 1'000'00))
        .then(
            {DeskEntryReceived{
                 "desk:till:main:T-1:1",
                 "till:main",
                 "T-1",
                 "A",
                 1'000'00,
                 at("2026-11-20T06:00:00Z"),
                 "cashier-1"},
             desk(1, Outcome::accepted, "till:main:T-1", "till:main", 1'000'00),
             payment}
        )
        .wallet("A", 1'000'00);
}

TEST_CASE("record_payment: cash of yesterday is booked on yesterday while it is open") {
    RecordPayment yesterday = typed("T-1", "A", 1'000'00);
    yesterday.occurred_at = at("2026-11-19T12:00:00Z");
    Spec open = given(world());
    open.when(yesterday);
    CHECK(to_string(open.made()[2].booked_on) == "2026-11-19");
    Spec closed = given(world() + Story{PeriodClosed{day("2026-11-19")}});
    closed.when(yesterday);
    CHECK(to_string(closed.made()[2].booked_on) == "2026-11-20");
    CHECK(to_string(closed.made()[2].effective_at) == "2026-11-19T12:00:00Z");
}

TEST_CASE("record_payment: it reconnects what was cut, like any money") {
    given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})})
        .when(typed("T-1", "A", 1'500'00))
        .then_types("desk_entry_received arrival_resolved payment_received wallet_charged "
                    "service_renewed service_reinstated");
}

TEST_CASE("record_payment: typed twice it counts once; typed differently it is a conflict") {
    given(world())
        .when(typed("T-1", "A", 1'000'00))
        .when(typed("T-1", "A", 1'000'00))
        .then(
            {DeskEntryReceived{
                 "desk:till:main:T-1:2",
                 "till:main",
                 "T-1",
                 "A",
                 1'000'00,
                 at("2026-11-20T06:00:00Z"),
                 "cashier-1"},
             desk(2, Outcome::duplicate, "till:main:T-1", "till:main", 1'000'00)}
        )
        .when(typed("T-1", "B", 1'000'00))
        .then_types("desk_entry_received arrival_resolved")
        .when(typed("T-1", "A", 999'00))
        .then_types("desk_entry_received arrival_resolved")
        .wallet("A", 1'000'00)
        .wallet("B", 0);
}

TEST_CASE("record_payment: each till numbers its own receipts") {
    TenantOpened opened = tenant_opened();
    opened.tills = {"main", "shop"};
    Story past = world();
    past.front() = opened;
    given(past)
        .when(typed("T-1", "A", 1'000'00, "till:main"))
        .when(typed("T-1", "A", 500'00, "till:shop"))
        .wallet("A", 1'500'00);
}

TEST_CASE("a typed receipt is confirmed by its callback, which then stands, and counts once") {
    Spec book = given(world());
    book.when(typed("R1", "A", 1'000'00, shortcode));
    book.when(told(paid))
        .then(
            {CallbackReceived{"a1", "mpesa", "127.0.0.1", test_hash(tenant_id, raw_of(paid))},
             resolved(paid, Outcome::confirmed),
             PaymentConfirmed{
                 "mpesa:R1", "a1", test_hash(tenant_id, "A"), at("2026-11-20T05:59:00Z")}}
        );
    Callback later = paid;
    later.time = "20261120085901";
    book.when(told(later)); // Compared with the callback now.
    CHECK(outcome_of(book) == Outcome::conflict);
    book.when(told(paid));
    CHECK(outcome_of(book) == Outcome::duplicate);
    book.wallet("A", 1'000'00);
}

TEST_CASE("a callback that differs from the typed entry is a conflict; the entry stands") {
    Callback amount = paid;
    amount.amount = "1001.00";
    Callback customer = paid;
    customer.reference = "B";
    Callback nobody = paid;
    nobody.reference = "NOBODY";
    Callback channel = paid;
    channel.shortcode = "600902";
    for (const Callback& other : {amount, customer, nobody, channel}) {
        CAPTURE(raw_of(other));
        Spec book = given(world());
        book.when(typed("R1", "A", 1'000'00, shortcode)).when(told(other));
        CHECK(outcome_of(book) == Outcome::conflict);
        CHECK(book.event<ArrivalResolved>(1).reason == "differs from what the cashier typed");
        book.when(told(paid));
        CHECK(outcome_of(book) == Outcome::confirmed);
        book.wallet("A", 1'000'00).wallet("B", 0);
    }
}

TEST_CASE("typed after its callback it is a duplicate or a conflict") {
    Spec book = given(world());
    book.when(told(paid)).when(typed("R1", "A", 1'000'00, shortcode));
    CHECK(outcome_of(book) == Outcome::duplicate);
    book.when(typed("R1", "A", 999'00, shortcode));
    CHECK(outcome_of(book) == Outcome::conflict);
    book.when(typed("R1", "B", 1'000'00, shortcode));
    CHECK(outcome_of(book) == Outcome::conflict);
    book.when(typed("R1", "A", 1'000'00, "mpesa:600902"));
    CHECK(outcome_of(book) == Outcome::conflict);
    book.wallet("A", 1'000'00).wallet("B", 0);
}

TEST_CASE("a receipt of M-Pesa is the same in small letters") {
    Spec book = given(world());
    book.when(typed("r1", "A", 1'000'00, shortcode)).when(told(paid));
    CHECK(outcome_of(book) == Outcome::confirmed);
    book.wallet("A", 1'000'00);
}

TEST_CASE("a callback of a typed receipt that was reversed is left to a person") {
    Spec book = given(world());
    book.when(typed("R1", "A", 1'000'00, shortcode));
    book.when(ReversePayment{"mpesa:R1", {}, "typed by mistake"}).wallet("A", 0);
    book.when(told(paid)).then_types("callback_received arrival_resolved");
    CHECK(outcome_of(book) == Outcome::conflict);
    CHECK(book.event<ArrivalResolved>(1).reason == "what the cashier typed was reversed");
}

TEST_CASE("a callback that was typed for the wrong customer stays a conflict after the move") {
    Spec book = given(world());
    book.when(typed("R1", "B", 1'000'00, shortcode));
    book.when(MovePayment{"mpesa:R1", "B", "A", {}, "the wrong customer"});
    book.when(told(paid));
    CHECK(outcome_of(book) == Outcome::conflict);
    book.wallet("A", 1'000'00).wallet("B", 0);
}

TEST_CASE("a second callback of a reversed payment does not bring it back") {
    Spec book = given(world());
    book.when(told(paid)).when(ReversePayment{"mpesa:R1", {}, "reversed at M-Pesa"});
    book.when(told(paid)).then_types("callback_received arrival_resolved");
    CHECK(outcome_of(book) == Outcome::duplicate);
    book.wallet("A", 0);
}

TEST_CASE("record_payment: a customer is found by id or by any writing of a reference") {
    RecordPayment by_reference = typed("T-1", "A", 100);
    by_reference.customer.reset();
    by_reference.reference = " b ";
    given(world()).when(by_reference).wallet("B", 100);
}
