#include "commands/payments/mpesa.hpp"

#include "tests/support/book_builders.hpp"

#include <array>

using namespace tollbook;

namespace {

std::string with(const std::string& fields) {
    return R"({"TransID":"R1","TransTime":"20261120085900","TransAmount":"10.00",)"
           R"("BusinessShortCode":"600901","BillRefNumber":"A")" +
           fields + "}";
}

} // namespace

TEST_CASE("c2b: the fields that money depends on, and who paid") {
    const auto c2b =
        parse_c2b(raw_of({.receipt = "UKJ1", .amount = "1500.50", .reference = " a-1 "}));
    REQUIRE(c2b.has_value());
    CHECK(c2b->receipt == "UKJ1");
    CHECK(c2b->local_time == "20261120085900");
    CHECK(c2b->minor == 1'500'50);
    CHECK(c2b->shortcode == "600901");
    CHECK(c2b->reference == " a-1 ");
    CHECK(c2b->payer == "2547 ***** 899");
    CHECK(c2b->payer_name == "BRIAN WANJIRU");
}

TEST_CASE("c2b: names may be missing, null or nonsense; money arrived all the same") {
    for (const char* fields :
         {"", R"(,"FirstName":null)", R"(,"FirstName":false)", R"(,"MSISDN":1.5,"LastName":{})"}) {
        CAPTURE(fields);
        const auto c2b = parse_c2b(with(fields));
        REQUIRE(c2b.has_value());
        CHECK(c2b->payer_name.empty());
    }
    CHECK(
        parse_c2b(with(R"(,"FirstName":"ANN","MiddleName":"W","LastName":"K")"))->payer_name ==
        "ANN W K"
    );
    CHECK(parse_c2b(with(R"(,"MSISDN":254712345678)"))->payer == "254712345678");
    CHECK(parse_c2b(with(R"(,"Unknown":{"a":[1]})")).has_value());
}

TEST_CASE("c2b: numbers where strings belong are taken as their digits") {
    const auto c2b = parse_c2b(R"({"TransID":7,"TransTime":20261120085900,"TransAmount":10,)"
                               R"("BusinessShortCode":600901,"BillRefNumber":42})");
    REQUIRE(c2b.has_value());
    CHECK(c2b->minor == 10'00);
    CHECK(c2b->reference == "42");
    CHECK(c2b->local_time == "20261120085900");
}

TEST_CASE("c2b: a missing reference is an empty one") {
    const auto c2b = parse_c2b(
        R"({"TransID":"R1","TransTime":"20261120085900","TransAmount":"10","BusinessShortCode":"1"})"
    );
    REQUIRE(c2b.has_value());
    CHECK(c2b->reference.empty());
}

TEST_CASE("c2b: what cannot be read is refused") {
    const std::array unreadable{
        std::string("{"),
        std::string("[]"),
        std::string("7"),
        std::string(),
        with(R"(,"TransID":"R2")"),
        with(R"(,"FirstName":"ANN","FirstName":"ANN")"),
        std::string(R"({"TransID":"R1","TransAmount":"10","BusinessShortCode":true})"),
        std::string(R"({"TransID":"R1","TransAmount":10.5,"BusinessShortCode":"1"})"),
        raw_of({.receipt = "", .amount = "10", .reference = "A"}),
        raw_of({.receipt = "R-1", .amount = "10", .reference = "A"}),
        raw_of({.receipt = std::string(33, 'R'), .amount = "10", .reference = "A"}),
        raw_of({.receipt = "R1", .amount = "10", .reference = "A", .shortcode = "60x"}),
        raw_of({.receipt = "R1", .amount = "10", .reference = "A", .shortcode = ""})};
    for (const std::string& raw : unreadable) {
        CAPTURE(raw);
        CHECK(parse_c2b(raw).error().code == Errc::malformed_request);
    }
}

TEST_CASE("c2b: an amount is read to the cent or refused") {
    CHECK(parse_decimal_amount("1").value() == 1'00);
    CHECK(parse_decimal_amount("1.5").value() == 1'50);
    CHECK(parse_decimal_amount("0.01").value() == 1);
    CHECK(parse_decimal_amount("90000000000000.00").value() == amount_minor_max);
    for (const char* text :
         {"",
          ".",
          ".5",
          "5.",
          "0",
          "0.00",
          "-1",
          "+1",
          "1,000.00",
          "1.005",
          "1e3",
          " 1",
          "1.0.0",
          "90000000000000.01",
          "100000000000000",
          "999999999999999999999"}) {
        CAPTURE(text);
        CHECK(parse_decimal_amount(text).error().code == Errc::malformed_request);
    }
}

TEST_CASE("a reference is its letters and digits in capitals") {
    CHECK(normalise_reference("acc-00042 ") == "ACC00042");
    CHECK(normalise_reference("A.c/C#1") == "ACC1");
    CHECK(normalise_reference(" -/ ").empty());
    CHECK(
        normalise_reference("\xC3\x89"
                            "1") == "1"
    );
}
