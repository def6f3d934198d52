// Versions of plans that are valid from a day on: which one is sold when.
#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

DefinePlan define(const std::string& plan, std::int64_t price_minor, std::string_view valid_from) {
    DefinePlan command;
    command.plan = plan;
    command.name = plan;
    command.price_minor = price_minor;
    command.currency = kes();
    command.valid_from = day(valid_from);
    return command;
}

AddService service_on(const std::string& name, const std::string& plan) {
    return {name, "A", plan, {}, {}, {}, {}, {}};
}

std::uint32_t version_of(Spec& book, const std::string& service) {
    return book.run().book().services.find(book_key(tenant_id, service))->plan_version;
}

// HOME10 costs 1,800.00 from December on.
struct Dearer : Spec {
    Dearer() : Spec(world()) {
        when(define("HOME10", 1'800'00, "2026-12-01")).then_types("plan_defined");
    }
};

} // namespace

TEST_CASE("valid_from: who comes before that day gets the version of today, then the new one") {
    Dearer book;
    book.when(service_on("A-1", "HOME10")).then_types("service_added");
    on(book, "2026-11-30").when(service_on("A-2", "HOME10"));
    on(book, "2026-12-01").when(service_on("A-3", "HOME10"));
    CHECK(version_of(book, "A-1") == 1);
    CHECK(version_of(book, "A-2") == 1);
    CHECK(version_of(book, "A-3") == 2);
}

TEST_CASE("valid_from: a version is not sold before its day, whoever names it") {
    Dearer book;
    AddService early = service_on("A-1", "HOME10");
    early.plan_version = 2;
    book.when(early).refused(Errc::plan_not_valid, "HOME10: from 2026-12-01 on");
    book.when(define("NEXT", 900'00, "2027-01-01")).then_types("plan_defined");
    book.when(service_on("A-1", "NEXT")).refused(Errc::plan_not_valid, "NEXT: from 2027-01-01 on");
    on(book, "2026-12-01").when(early).then_types("service_added");
}

TEST_CASE(
    "valid_from: the newest of the versions that are valid counts, so a rise can be called off"
) {
    Dearer book;
    DefinePlan again = define("HOME10", 1'500'00, "2026-11-20");
    book.when(again).then_types("plan_defined");
    on(book, "2026-12-05").when(service_on("A-1", "HOME10"));
    CHECK(version_of(book, "A-1") == 3);
}

TEST_CASE("valid_from: a change at the period's end needs a version that is valid then") {
    const Story provider =
        world() + Story{service("A-1", "A", "2026-11-25"), received("R1", "A", 9'000'00)};
    Spec book = given(provider);
    book.when(define("HOME10", 1'800'00, "2026-12-20")).then_types("plan_defined");
    ChangePlan change{"A-1", "HOME10", 2, ChangeTime::period_end};
    book.when(change).refused(Errc::plan_not_valid, "HOME10: from 2026-12-20 on");
    on(book, "2026-11-25").when(RenewService{"A-1"}).renews_on("A-1", "2026-12-25");
    change.when = ChangeTime::now;
    book.when(change).refused(Errc::plan_not_valid, "HOME10: from 2026-12-20 on");
    change.when = ChangeTime::period_end;
    book.when(change).then_types("plan_change_scheduled");
    on(book, "2026-12-25").when(RenewService{"A-1"}).wallet("A", 9'000'00 - 1'500'00 - 1'800'00);
}

TEST_CASE("valid_from: a change at a date needs a version that is valid on it") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-25")});
    book.when(define("HOME10", 1'800'00, "2027-01-01")).then_types("plan_defined");
    ChangePlan change{"A-1", "HOME10", {}, {}, {}, day("2026-12-31")};
    change.plan_version = 2;
    book.when(change).refused(Errc::plan_not_valid, "HOME10: from 2027-01-01 on");
    change.not_before = day("2027-01-01");
    change.plan_version.reset();
    book.when(change).then_types("plan_change_scheduled");
    CHECK(book.event<PlanChangeScheduled>(0).plan_version == 2);
}

TEST_CASE("valid_from: it is no day that has passed, nor one in ten years") {
    Spec book = given(world());
    book.when(define("HOME10", 1'800'00, "2026-11-19"))
        .refused(Errc::value_out_of_range, "valid_from: 2026-11-20 to 2036-11-27");
    book.when(define("HOME10", 1'800'00, "2036-11-28")).refused(Errc::value_out_of_range);
    book.when(define("HOME10", 1'800'00, "2036-11-27")).then_types("plan_defined");
}
