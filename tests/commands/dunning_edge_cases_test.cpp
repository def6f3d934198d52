// The rows of the acceptance list of billing that dunning answers (see edge_cases_test.cpp).
#include "tests/support/dunning_builders.hpp"

using namespace tollbook;

namespace {

DefineDunning cut_after_a_week(SuspendedTime suspended_time, CatchUp catch_up) {
    DefineDunning define = policy({suspend(7)});
    define.suspended_time = suspended_time;
    define.catch_up = catch_up;
    return define;
}

} // namespace

TEST_CASE("edge_45: the days for which a line was cut are charged or not, as its policy says") {
    const auto paid_after_the_cut = [](SuspendedTime suspended_time) {
        Dunned book(cut_after_a_week(suspended_time, CatchUp::bill), fixed_world());
        book.on("2026-11-27").run_to().blocked("A-1", "unpaid");
        book.on("2026-12-10").when(typed("T1", "A", 1'500'00)).blocked("A-1", "").wallet("A", 0);
        return to_string(book.row().renews_on);
    };
    CHECK(paid_after_the_cut(SuspendedTime::charged) == "2026-12-20");
    CHECK(paid_after_the_cut(SuspendedTime::free) == "2027-01-10");
}

TEST_CASE("edge_46: months that passed are billed, forgiven, or asked about when the line is back"
) {
    const auto paid_much_later = [](CatchUp catch_up) {
        Dunned book(cut_after_a_week(SuspendedTime::charged, catch_up), fixed_world());
        book.on("2026-11-27").run_to().blocked("A-1", "unpaid");
        book.on("2027-01-27").when(typed("T1", "A", 5'000'00));
        return book.run().book().wallets.find(book_key(tenant_id, "A"))->lots.front().minor;
    };
    CHECK(paid_much_later(CatchUp::bill) == 500'00);
    CHECK(paid_much_later(CatchUp::forgive) == 3'500'00);
    CHECK(paid_much_later(CatchUp::ask) == 5'000'00);
}

TEST_CASE("edge_47: nobody is cut on a weekend, on a holiday or at night; the next run does it") {
    DefineDunning define = policy({remind("r", 1), suspend(1)});
    define.calendar = CalendarTerms{
        {{DunningAction::suspend}},
        {{Weekday::saturday, Weekday::sunday}},
        {{day("2026-11-23")}},
        8,
        17};
    Dunned book(define);                                             // 20 November is a Friday.
    book.on("2026-11-21").run_to().then_types("dunning_step_taken"); // It reminds on a Saturday.
    book.run_to().refused(Errc::dunning_waits);
    CHECK(book.previewed().outcome == BillingOutcome::waiting);
    book.on("2026-11-22").run_to().refused(Errc::dunning_waits);
    book.on("2026-11-23").run_to().refused(Errc::dunning_waits);             // A holiday.
    book.on("2026-11-24", "04:59:59").run_to().refused(Errc::dunning_waits); // 7:59 in Nairobi.
    CHECK(book.previewed().outcome == BillingOutcome::waiting);
    book.on("2026-11-24", "05:00:00");
    CHECK(book.previewed().outcome == BillingOutcome::cut);
    book.run_to().then_types("dunning_step_taken service_suspended");
    CHECK(book.event<DunningStepTaken>(0).due_since == day("2026-11-20"));

    Dunned late(define);
    late.on("2026-11-24", "14:00:00").run_to().then_types("dunning_step_taken"); // 17:00.
    late.on("2026-11-25", "13:59:59").run_to().blocked("A-1", "unpaid");
}
