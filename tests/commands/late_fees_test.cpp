#include "tests/support/dunning_builders.hpp"

using namespace tollbook;

namespace {

const WaiveLateFee waive_all{"A-1", {}, "a power cut"};

// Cut on 25 November, with the fee of 200.00 of step "f" owed.
struct Charged : Dunned {
    Charged() : Dunned(policy(usual_steps())) {
        on("2026-11-25").run_to().blocked("A-1", "unpaid");
        CHECK(dunning()->fees.size() == 1);
    }
};

} // namespace

TEST_CASE("waive_late_fee: what is owed is less, and the fee never comes back for that due date") {
    Dunned book(policy(usual_steps()));
    book.on("2026-11-23").run_to();
    CHECK(book.previewed().minor == 1'700'00);
    const std::string before = preview_hash(std::vector{book.previewed()});
    book.when(waive_all).then_types("late_fee_waived");
    const LateFeeWaived waived = book.event<LateFeeWaived>(0);
    CHECK(waived.step == "f");
    CHECK(waived.fee == "A-1:late_fee:2026-11-20:1");
    CHECK(waived.minor == 200'00);
    CHECK(waived.reason == "a power cut");
    CHECK(book.previewed().minor == 1'500'00);
    CHECK(preview_hash(std::vector{book.previewed()}) != before);
    for (const std::string_view day : {"2026-11-24", "2026-11-25", "2026-12-10"}) {
        book.on(day).when(RenewService{"A-1"});
        CHECK(book.dunning()->fees.empty());
    }
    book.blocked("A-1", "unpaid");
    book.when(typed("R1", "A", 1'500'00)).blocked("A-1", "").wallet("A", 0);
    for (const Fact& fact : book.made())
        if (const auto* charge = std::get_if<WalletCharged>(&fact.event))
            CHECK(charge->minor == 1'500'00);
    // The next due date is dunned as any other.
    book.on("2027-01-13").run_to().blocked("A-1", "");
    CHECK(book.previewed().minor == 1'700'00);
}

TEST_CASE("waive_late_fee: if the wallet covers the rest, the service comes back at once") {
    Charged book;
    book.when(typed("R1", "A", 1'600'00)).blocked("A-1", "unpaid").wallet("A", 1'600'00);
    book.when(waive_all)
        .then_types("late_fee_waived periods_forgiven wallet_charged service_renewed "
                    "service_reinstated")
        .blocked("A-1", "")
        .wallet("A", 100'00);
    CHECK(book.dunning() == nullptr);
}

TEST_CASE("waive_late_fee: one that still runs is renewed at once too") {
    Dunned book(policy(usual_steps()));
    book.on("2026-11-23").run_to().blocked("A-1", "");
    book.when(typed("R1", "A", 1'550'00)).wallet("A", 1'550'00);
    book.when(waive_all).then_types("late_fee_waived wallet_charged service_renewed");
    book.wallet("A", 50'00).renews_on("A-1", "2026-12-20");
}

TEST_CASE("waive_late_fee: of one step, or of all that are owed") {
    Dunned book(policy({fee("f1", 1, 100'00), fee("f2", 2, 50'00), suspend(5)}));
    book.on("2026-11-22").run_to();
    CHECK(book.previewed().minor == 1'650'00);
    book.when(WaiveLateFee{"A-1", "f3", ""}).refused(Errc::late_fee_unknown, "A-1");
    book.when(WaiveLateFee{"A-1", "f2", "goodwill"}).then_types("late_fee_waived");
    CHECK(book.previewed().minor == 1'600'00);
    book.when(WaiveLateFee{"A-1", "f2", "again"}).refused(Errc::late_fee_unknown);
    book.when(WaiveLateFee{"A-1", {}, "goodwill"}).then_types("late_fee_waived");
    CHECK(book.event<LateFeeWaived>(0).step == "f1");
    CHECK(book.previewed().minor == 1'500'00);
    book.run_to().refused(Errc::dunning_waits);
}

TEST_CASE("waive_late_fee: one that was charged is credited instead, and the refusal names it") {
    Charged book;
    book.when(typed("R1", "A", 1'700'00)).blocked("A-1", "");
    const std::string charge = "A-1:late_fee:2026-11-20:1";
    book.when(waive_all).refused(Errc::late_fee_booked, charge);
    book.when(WaiveLateFee{"A-1", "f", ""}).refused(Errc::late_fee_booked, charge);
    book.when(WaiveLateFee{"A-1", "r", ""}).refused(Errc::late_fee_unknown);
    book.when(CreditCharge{charge, {{"late_fee", {}, {}, 200'00, {}, 0, {}, {}}}, "goodwill"})
        .then_types("charge_credited")
        .wallet("A", 200'00);
}

TEST_CASE("waive_late_fee: of a customer of another currency, in that one") {
    DefineDunning define = policy(usual_steps());
    define.steps[1] = in_dollars(define.steps[1], 2'00);
    DunnedInDollars book(define);
    book.on("2026-11-25").run_to("D-1").blocked("D-1", "unpaid");
    book.when(typed("R1", "D", 16'00)).blocked("D-1", "unpaid").wallet("D", 16'00);
    book.when(WaiveLateFee{"D-1", {}, "a power cut"})
        .then_types("late_fee_waived periods_forgiven wallet_charged service_renewed "
                    "service_reinstated")
        .wallet("D", 1'00);
    CHECK(book.event<LateFeeWaived>(0).minor == 2'00);
    CHECK(book.event<WalletCharged>(2).minor == 15'00);
    for (const Posting& leg : book.event<WalletCharged>(2).postings)
        CHECK(leg.currency == usd());
    CHECK(book.dunning("D-1") == nullptr);
}

TEST_CASE("waive_late_fee: what cannot be is refused") {
    Dunned book(policy(usual_steps()));
    book.when(waive_all).refused(Errc::late_fee_unknown, "A-1"); // Nothing was taken yet.
    book.when(WaiveLateFee{"Z-1", {}, ""}).refused(Errc::service_unknown, "Z-1");
    book.when(WaiveLateFee{"A-1", "a b", ""}).refused(Errc::value_out_of_range, "step");
    book.when(WaiveLateFee{"A-1", {}, "a\nb"}).refused(Errc::value_out_of_range, "reason");
    book.on("2027-01-19").run_to().blocked("A-1", "ended+unpaid");
    book.when(waive_all).refused(Errc::late_fee_unknown); // Ended: nothing is owed any more.
}

TEST_CASE("waive_late_fee: a fee that outlived its due date can be waived too") {
    Dunned book(policy(usual_steps()));
    book.on("2026-11-23").run_to();
    book.when(ExtendServices{{"A-1"}, 10, "outage"}).renews_on("A-1", "2026-11-30");
    CHECK(book.dunning()->fees.size() == 1);
    book.when(waive_all).then_types("late_fee_waived");
    CHECK(book.dunning() == nullptr);
    book.on("2026-12-03").run_to();
    CHECK(book.dunning()->fees.front().charge == "A-1:late_fee:2026-11-30:1");
}

TEST_CASE("record_notice_sent: each reminder once") {
    Dunned book(policy(usual_steps()));
    const auto sent = [](const std::string& step, std::string_view due) {
        return RecordNoticeSent{"A-1", step, day(due), "sms", "m-17"};
    };
    book.when(sent("r", "2026-11-20")).refused(Errc::notice_unknown, "r");
    book.run_to().then_types("dunning_step_taken");
    book.when(sent("f", "2026-11-20")).refused(Errc::notice_unknown, "f");
    book.when(sent("r", "2026-11-21")).refused(Errc::notice_unknown, "r");
    book.when(RecordNoticeSent{"Z-1", "r", day("2026-11-20"), "sms", {}}
    ).refused(Errc::service_unknown, "Z-1");
    book.when(RecordNoticeSent{"A-1", "r", day("2026-11-20"), "S M S", {}}
    ).refused(Errc::value_out_of_range, "channel");
    book.when(RecordNoticeSent{"A-1", "r", day("2026-11-20"), "sms", "a\nb"})
        .refused(Errc::value_out_of_range, "message");
    book.when(sent("r", "2026-11-20"))
        .then({NoticeSent{"A-1", "A", "r", day("2026-11-20"), "sms", "m-17"}});
    book.when(sent("r", "2026-11-20")).refused(Errc::notice_sent, "r");
    // The step is a fact of its due date, also when it is told late.
    book.when(typed("R1", "A", 1'500'00));
    book.on("2026-12-20").run_to();
    book.when(sent("r", "2026-11-20")).refused(Errc::notice_sent);
    book.when(sent("r", "2026-12-20")).then_types("notice_sent");
}
