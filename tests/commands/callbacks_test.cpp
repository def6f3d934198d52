#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

const Callback paid{.receipt = "R1", .amount = "1000.00", .reference = "A"};

CallbackReceived arrived(const std::string& raw, const std::string& arrival = "a1") {
    return {arrival, "mpesa", "127.0.0.1", test_hash(tenant_id, raw)};
}

// `paid` again, with something else in it.
Callback again(void (*change)(Callback&)) {
    Callback other = paid;
    other.arrival = "a2";
    change(other);
    return other;
}

void check_conflict(void (*change)(Callback&)) {
    const Callback other = again(change);
    CAPTURE(raw_of(other));
    given(world())
        .when(told(paid))
        .when(told(other))
        .then({arrived(raw_of(other), "a2"), resolved(other, Outcome::conflict)})
        .wallet("A", 1'000'00)
        .wallet("B", 0);
}

} // namespace

TEST_CASE("record_callback: the delivery, its outcome, and the money, in this order") {
    Spec book = given(world());
    book.when(told(paid))
        .then(
            {arrived(raw_of(paid)),
             resolved(paid, Outcome::accepted),
             received("R1", "A", 1'000'00)}
        )
        .booked_on("2026-11-20")
        .wallet("A", 1'000'00);
    CHECK(book.made()[0].stream == "arrival:a1");
    CHECK(book.made()[0].sealed == "{\"raw\":\"" + base64(raw_of(paid)) + "\"}");
    CHECK(book.made()[2].stream == "payment:mpesa:R1");
    CHECK(book.made()[2].effective_at == at("2026-11-20T05:59:00Z"));
    CHECK(
        book.made()[2].sealed ==
        R"({"number":"2547 ***** 899","name":"BRIAN WANJIRU","reference":"A"})"
    );
}

TEST_CASE("record_callback: an unknown reference goes to suspense") {
    const Callback lost{.receipt = "R1", .amount = "250.00", .reference = "NOBODY"};
    given(world())
        .when(told(lost))
        .then({arrived(raw_of(lost)), resolved(lost, Outcome::accepted), suspended("R1", 250'00)});
}

TEST_CASE("record_callback: a reference without letters or digits goes to suspense") {
    Spec book = given(world());
    book.when(told({.receipt = "R1", .amount = "250.00", .reference = " - "}));
    CHECK(book.event<PaymentReceived>(2).suspense_reason == "empty_reference");
    CHECK(book.event<PaymentReceived>(2).customer == std::nullopt);
}

TEST_CASE("record_callback: the same receipt in other bytes is a duplicate") {
    const Callback spaced = again([](Callback& c) { c.reference = " a-"; });
    const Callback decimal = again([](Callback& c) { c.amount = "1000"; });
    const Callback masked = again([](Callback& c) { c.payer = "254712345678"; });
    for (const Callback& copy : {again([](Callback&) {}), spaced, decimal, masked}) {
        CAPTURE(raw_of(copy));
        given(world())
            .when(told(paid))
            .when(told(copy))
            .then({arrived(raw_of(copy), "a2"), resolved(copy, Outcome::duplicate)})
            .wallet("A", 1'000'00);
    }
}

TEST_CASE("record_callback: the same receipt with other content moves nothing") {
    check_conflict([](Callback& c) { c.amount = "1001.00"; });
    check_conflict([](Callback& c) { c.reference = "B"; });
    check_conflict([](Callback& c) { c.time = "20261120085901"; });
    check_conflict([](Callback& c) { c.shortcode = "600902"; });
}

TEST_CASE("record_callback: each later copy is compared with the one that stands") {
    const Callback other = again([](Callback& c) { c.amount = "1001.00"; });
    Callback third = other;
    third.arrival = "a3";
    Callback fourth = paid;
    fourth.arrival = "a4";
    given(world())
        .when(told(paid))
        .when(told(other))
        .when(told(third))
        .then({arrived(raw_of(third), "a3"), resolved(third, Outcome::conflict)})
        .when(told(fourth))
        .then({arrived(raw_of(fourth), "a4"), resolved(fourth, Outcome::duplicate)});
}

TEST_CASE("record_callback: a foreign shortcode moves nothing and every copy is kept") {
    Callback foreign = again([](Callback& c) { c.shortcode = "600999"; });
    Spec book = given(world());
    for (const char* copy : {"a2", "a3"}) {
        foreign.arrival = copy;
        book.when(told(foreign))
            .then({arrived(raw_of(foreign), copy), resolved(foreign, Outcome::foreign)});
    }
    book.when(told(paid)).wallet("A", 1'000'00); // Its receipt was not used up.
}

TEST_CASE("record_callback: what cannot be read is kept, and answered like the rest") {
    Callback odd = paid;
    odd.time = "2026112008590";
    for (const std::string& raw :
         {std::string("not json"), std::string("{}"), std::string("[]"), raw_of(odd)}) {
        CAPTURE(raw);
        Spec book = given(world());
        book.when(delivered(raw)).then_types("callback_received arrival_resolved");
        CHECK(book.event<CallbackReceived>(0) == arrived(raw));
        CHECK(book.event<ArrivalResolved>(1).outcome == Outcome::malformed);
        CHECK(book.event<ArrivalResolved>(1).payment == std::nullopt);
        book.wallet("A", 0);
    }
}

TEST_CASE("record_callback: a late one is booked on the first open day, and happened when it did") {
    const Callback late = again([](Callback& c) { c.time = "20261118235900"; });
    Spec book = given(world() + Story{PeriodClosed{day("2026-11-18")}});
    book.when(told(late));
    CHECK(to_string(book.made()[2].booked_on) == "2026-11-19");
    CHECK(to_string(book.made()[2].effective_at) == "2026-11-18T20:59:00Z");
    CHECK(to_string(book.made()[0].booked_on) == "2026-11-20");
}

TEST_CASE("record_callback: one of yesterday whose day is open is booked on yesterday") {
    const Callback late = again([](Callback& c) { c.time = "20261119235959"; });
    Spec book = given(world() + Story{PeriodClosed{day("2026-11-18")}});
    book.when(told(late));
    CHECK(to_string(book.made()[2].booked_on) == "2026-11-19");
}

TEST_CASE("a payment reconnects what was cut: charge, renewal, reinstatement, with its cause") {
    const Callback enough{.receipt = "R1", .amount = "1500.00", .reference = "A"};
    const PaymentReceived payment = received("R1", "A", 1'500'00);
    given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})})
        .when(told(enough))
        .then(
            {arrived(raw_of(enough)),
             resolved(enough, Outcome::accepted),
             payment,
             month("A-1", "A", "2026-11-20", {{"mpesa:R1", 1'500'00}}),
             ServiceRenewed{
                 "A-1",
                 "A",
                 "A-1:period:2026-11-20:0",
                 day("2026-11-20"),
                 day("2026-12-20"),
                 "mpesa:R1"},
             ServiceReinstated{
                 "A-1", "A", "A-1", "unpaid", {}, "mpesa:R1", at("2026-11-20T05:59:00Z")}}
        )
        .blocked("A-1", "");
}

TEST_CASE("a payment that happened before the cut and arrives after it reconnects, with its time") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20")});
    book.when(RenewService{"A-1"}).then({cut("A-1", "A")});
    book.when(
        told({.receipt = "R1", .amount = "1500.00", .reference = "A", .time = "20261119235800"})
    );
    CHECK(book.event<ServiceReinstated>(5).paid_at == at("2026-11-19T20:58:00Z"));
    CHECK(book.made()[5].effective_at == at("2026-11-20T06:00:00Z"));
    CHECK(to_string(book.made()[3].booked_on) == "2026-11-20");
}

TEST_CASE("a payment before the cut leaves nothing to cut") {
    given(world() + Story{service("A-1", "A", "2026-11-20")})
        .when(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}))
        .then_types("callback_received arrival_resolved payment_received") // Due, but it runs.
        .when(RenewService{"A-1"})
        .then_types("wallet_charged service_renewed")
        .when(told({.receipt = "R1", .amount = "1500.00", .reference = "A", .arrival = "a2"}))
        .then_types("callback_received arrival_resolved")
        .wallet("A", 0);
}

TEST_CASE("one payment reconnects the oldest first and passes over what it does not cover") {
    ServiceAdded business = service("A-2", "A", "2026-11-19", {"unpaid"});
    business.plan = "BIZ50";
    given(
        world() +
        Story{
            service("A-1", "A", "2026-11-18", {"unpaid"}),
            business,
            service("A-10", "A", "2026-11-20", {"unpaid"}),
            service("A-9", "A", "2026-11-20", {"unpaid"})}
    )
        .when(told({.receipt = "R1", .amount = "3100.00", .reference = "A"}))
        .blocked("A-1", "")
        .blocked("A-2", "unpaid")
        .blocked("A-9", "")
        .blocked("A-10", "unpaid")
        .wallet("A", 100'00);
}

TEST_CASE("an amount of many zeros is read to the cent") {
    given(world())
        .when(told({.receipt = "R1", .amount = "0000150.05", .reference = "A"}))
        .wallet("A", 150'05);
}
