#include "commands/decision.hpp"

#include "commands/payments/channels.hpp"
#include "tests/support/book_builders.hpp"

#include <array>

using namespace tollbook;

TEST_CASE("ids sort as people count") {
    const std::array ordered{
        "", "1", "2", "10", "A", "A1", "A1-1", "A1-2", "A1-10", "A2", "A10", "B"};
    for (std::size_t i = 0; i < ordered.size(); ++i)
        for (std::size_t j = 0; j < ordered.size(); ++j) {
            CAPTURE(ordered.at(i));
            CAPTURE(ordered.at(j));
            CHECK(natural_less(ordered.at(i), ordered.at(j)) == (i < j));
        }
    CHECK(natural_less("A01", "A1"));
    CHECK_FALSE(natural_less("A1", "A01"));
    CHECK(natural_less("A01B", "A1C"));
    CHECK(natural_less("99999999999999999999998", "99999999999999999999999"));
}

TEST_CASE("booked_on: the day itself while it is open, else the first open day") {
    Spec book = given(world() + Story{PeriodClosed{day("2026-11-18")}});
    const Decision decision(book.run().book(), tenant_id, {});
    CHECK(to_string(decision.booked_on(day("2026-11-19"))) == "2026-11-19");
    CHECK(to_string(decision.booked_on(day("2026-11-18"))) == "2026-11-19");
    CHECK(to_string(decision.booked_on(day("2020-01-01"))) == "2026-11-19");
    CHECK(to_string(decision.today()) == "2026-11-20");
}

TEST_CASE("ids, reasons, amounts and texts have their limits") {
    CHECK(check_id("x", std::string(64, 'a')) == Status{Done{}});
    CHECK(check_id("x", "A-Z.a_z@0:9") == Status{Done{}});
    for (const std::string& id :
         {std::string(),
          std::string(65, 'a'),
          std::string("a/b"),
          std::string("a b"),
          std::string("a#b")})
        CHECK(check_id("x", id).error().code == Errc::value_out_of_range);
    CHECK(check_reason("past_due") == Status{Done{}});
    for (const std::string& reason :
         {std::string(), std::string(33, 'a'), std::string("Abuse"), std::string("a-b")})
        CHECK(check_reason(reason).error().code == Errc::value_out_of_range);
    CHECK(check_amount(1) == Status{Done{}});
    CHECK(check_amount(amount_minor_max) == Status{Done{}});
    CHECK(check_amount(0).error().code == Errc::amount_not_positive);
    CHECK(check_amount(-1).error().code == Errc::amount_not_positive);
    CHECK(check_amount(amount_minor_max + 1).error().code == Errc::amount_overflow);
    CHECK(check_text("x", std::string(200, 'a')) == Status{Done{}});
    CHECK(check_text("x", "caf\xC3\xA9") == Status{Done{}});
    CHECK(check_text("x", std::string(201, 'a')).error().code == Errc::value_out_of_range);
    CHECK(check_text("x", "a\nb").error().code == Errc::value_out_of_range);
}

TEST_CASE("a receipt's natural key: over all shortcodes of M-Pesa, one till at a time") {
    CHECK(payment_id("mpesa:600901", "ukj1") == "mpesa:UKJ1");
    CHECK(payment_id("mpesa:600902", "UKJ1") == "mpesa:UKJ1");
    CHECK(payment_id("till:main", "t-1") == "till:main:t-1");
    CHECK(suspense_account("mpesa:600901") == "suspense:mpesa");
    CHECK(book_key("kiota", "HOME10", "2") == "kiota/HOME10/2");
}

TEST_CASE("bodies are read strictly: each fault has its reason") {
    Spec book = given(world());
    book.when("renew_service", "{").refused(Errc::malformed_json);
    book.when("renew_service", R"({"service":"A-1","service":"A-1"})").refused(Errc::duplicate_key);
    book.when("renew_service", R"({"service":"A-1","x":1})").refused(Errc::unknown_field);
    book.when("renew_service", "{}").refused(Errc::missing_field);
    book.when("renew_service", R"({"service":1})").refused(Errc::wrong_type);
    book.when("report_site", R"({"site":"A-1","outcome":"maybe"})")
        .refused(Errc::value_out_of_range);
    book.when("close_period", R"({"through":"2026-02-30"})").refused(Errc::wrong_type, "through");
}

TEST_CASE("a command is canonical whatever its writing; its stream is the one it speaks of") {
    const BookDecider decider(test_hash);
    const auto prepared = [&](std::string_view type, std::string_view body) {
        return decider.prepare(tenant_id, type, body).value();
    };
    CHECK(
        prepared("suspend_service", R"( {"reason":"abuse", "service":"A-1"} )")->canonical() ==
        R"(suspend_service{"service":"A-1","reason":"abuse"})"
    );
    const std::array<std::array<std::string_view, 3>, 11> streams{{
        {"suspend_service", R"({"service":"A-1","reason":"abuse"})", "service:A-1"},
        {"renew_service", R"({"service":"A-1"})", "service:A-1"},
        {"reverse_payment", R"({"payment":"mpesa:R1","reason":""})", "payment:mpesa:R1"},
        {"charge_wallet", R"({"customer":"A","charge":"f1","lines":[]})", "wallet:A"},
        {"provision_site",
         R"({"site":"A-1","kind":"ppp","target":"r","username":"u","password":"p"})",
         "site:A-1"},
        {"add_payment_reference", R"({"customer":"A","reference":"x"})", "customer:A"},
        {"define_plan",
         R"({"plan":"P","name":"P","price_minor":1,"currency":"KES","down_mbps":1,"up_mbps":1})",
         "plan:P"},
        {"close_period", R"({"through":"2026-11-19"})", ""},
        {"define_dunning", R"({"policy":"P","steps":[]})", "dunning:P"},
        {"set_customer_group", R"({"customer":"A"})", "customer:A"},
        {"settle_backlog", R"({"service":"A-1","choice":"bill"})", "service:A-1"},
    }};
    for (const auto& [type, body, stream] : streams)
        CHECK(prepared(type, body)->stream() == std::string(stream));
}

TEST_CASE("deciding changes nothing, and a refused command leaves nothing") {
    Spec book = given(world() + Story{service("A-1", "A", "2026-11-20", {"unpaid"})});
    const Hash before = book.run().decider().state_hash();
    const auto prepared = book.run().decider().prepare(
        tenant_id,
        "record_callback",
        to_json(told({.receipt = "R1", .amount = "1500.00", .reference = "A"}))
    );
    CHECK(book.run().decider().decide(**prepared, tenant_id, {})->size() == 6);
    CHECK(book.run().decider().state_hash() == before);
    book.when(RenewService{"A-1"}).refused(Errc::insufficient_funds);
    CHECK(book.run().decider().state_hash() == before);
}
