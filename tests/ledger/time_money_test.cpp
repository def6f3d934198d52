#include "ledger/json.hpp"
#include "ledger/money.hpp"
#include "ledger/time.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

TEST_CASE("money: a tax-included price splits into net and tax that add up to it") {
    const NetAndTax split = split_tax_included(650'000, 16);
    CHECK(split.net == 560'345);
    CHECK(split.net + split.tax == 650'000);
    CHECK(split_tax_included(99'950, 0).tax == 0);
}

TEST_CASE("money: halves round away from zero on both sides") {
    CHECK(multiply_half_up(5, 1, 2) == 3);
    CHECK(multiply_half_up(-5, 1, 2) == -3);
    CHECK(
        multiply_half_up(amount_minor_max, amount_minor_max, amount_minor_max) == amount_minor_max
    );
}

TEST_CASE("time: the same day next month is clamped to the month's end") {
    CHECK(to_string(add_months(*parse_date("2027-01-31"), 1)) == "2027-02-28");
    CHECK(to_string(add_months(*parse_date("2027-02-28"), 1)) == "2027-03-28");
    CHECK(to_string(add_months(*parse_date("2027-02-28"), 1, 31)) == "2027-03-31");
    CHECK(to_string(add_months(*parse_date("2026-12-31"), 1)) == "2027-01-31");
}

TEST_CASE("time: what is no date and no time is refused") {
    for (const char* text : {"2026-02-30", "2026-13-01", "26-01-01", "2026-01-01T", ""})
        CHECK(parse_date(text).has_error());
    for (const char* text :
         {"2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "x"})
        CHECK(parse_timestamp(text).has_error());
    CHECK(to_string(*parse_timestamp("2026-11-19T21:05:00.25Z")) == "2026-11-19T21:05:00.250000Z");
}

TEST_CASE("time: a civil day begins at midnight of the tenant's zone") {
    const std::string nairobi = "Africa/Nairobi";
    CHECK(to_string(local_day(*parse_timestamp("2026-11-19T20:59:59Z"), nairobi)) == "2026-11-19");
    CHECK(to_string(local_day(*parse_timestamp("2026-11-19T21:00:00Z"), nairobi)) == "2026-11-20");
    CHECK(to_string(*parse_local_compact("20261119235900", nairobi)) == "2026-11-19T20:59:00Z");
    CHECK_FALSE(timezone_exists("Africa/Atlantis"));
}

TEST_CASE("time: what is written reads back, to the microsecond") {
    CHECK(to_string(Date{0}) == "1970-01-01");
    CHECK(to_string(*parse_date("2024-02-29")) == "2024-02-29");
    for (const char* text :
         {"1970-01-01T00:00:00Z",
          "2026-11-20T06:07:08Z",
          "2026-11-20T23:59:59.000001Z",
          "9999-12-31T00:00:00.120000Z"})
        CHECK(to_string(*parse_timestamp(text)) == text);
    CHECK(to_string(Timestamp{-1}) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("json: a string is escaped where it must be and reads back") {
    const std::string text = "plain \"quoted\" back\\slash \n\t\x01 \xe2\x82\xac end\"";
    std::string json;
    write_json_string(json, text);
    CHECK(
        json == "\"plain \\\"quoted\\\" back\\\\slash \\u000a\\u0009\\u0001 \xe2\x82\xac end\\\"\""
    );
    JsonDocument document;
    CHECK(as_text(*document.parse(json)) == text);
    json.clear();
    write_json_string(json, "");
    CHECK(json == "\"\"");
}
