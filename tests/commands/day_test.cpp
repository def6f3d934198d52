#include "tests/support/book_figures.hpp"

#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace tollbook;

namespace {

namespace json = boost::json;

// Shows only where two blocks differ, key by key.
std::string difference(const json::value& expected, const json::value& told) {
    if (!expected.is_object() || !told.is_object())
        return "expected " + json::serialize(expected) + "\nfound    " + json::serialize(told);
    std::string text;
    for (const auto& field : expected.as_object()) {
        const json::value* found = told.as_object().if_contains(field.key());
        if (found != nullptr && *found == field.value()) continue;
        text += std::string(field.key()) + " " + json::serialize(field.value()) + " but " +
                (found == nullptr ? "nothing" : json::serialize(*found)) + "\n";
    }
    for (const auto& field : told.as_object())
        if (!expected.as_object().contains(field.key()))
            text += "unexpected " + std::string(field.key()) + "\n";
    return text;
}

void check_day(const std::string& name) {
    const DayFiles files(std::string(TOLLBOOK_SAMPLES) + "/" + name);
    LivedDay day;
    live(files, day);
    const Timestamp run_at =
        parse_timestamp(std::string(files.tenant.at("renewal_run_at").as_string())).value();
    const json::object told = figures_of(day, run_at);
    std::size_t compared = 0;
    for (const auto& block : files.expected) {
        if (block.key() == "after_statement") continue;
        CAPTURE(std::string(block.key()));
        const json::value* found = told.if_contains(block.key());
        REQUIRE(found != nullptr);
        CHECK_MESSAGE(*found == block.value(), difference(block.value(), *found));
        ++compared;
    }
    CHECK(compared == 19);
    CHECK(told.size() == compared);
}

} // namespace

TEST_CASE("day: 20 November 2026 of Savanna Fibre gives every expected figure") {
    check_day("isp-day");
}

TEST_CASE("day: 31 January 2027 of Coast Fibre gives every expected figure") {
    check_day("isp-day-2");
}
