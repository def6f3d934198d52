#include "postgres_fixture.hpp"
#include "projections/keyed_rows.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

struct EveryType {
    std::string id;
    std::string text;
    std::optional<std::string> nothing;
    std::int64_t whole{};
    std::int32_t small{};
    bool yes{};
    Date day;
    Timestamp instant;
    std::optional<Timestamp> maybe;
    std::vector<std::string> words;
    JsonText json;
};
BOOST_DESCRIBE_STRUCT(
    EveryType, (), (id, text, nothing, whole, small, yes, day, instant, maybe, words, json)
)

const EveryType odd{
    "1",
    "tab\t line\n back\\slash \"quote\" 'single' {brace} \\N NULL é 李 🛰 \r",
    std::nullopt,
    INT64_MIN,
    -7,
    true,
    Date{-719'162}, // 0001-01-01
    Timestamp{-1},
    Timestamp{253'402'300'799'999'999},
    {"", "NULL", "a,b", "\"", "\\", "{}", "é\t"},
    {R"({"a": "\" \\ \n é", "b": [1, null]})"}};

void check_row(SqlSession& db) {
    KeyedRows<EveryType> rows(live_schema, "odd", 1);
    REQUIRE(rows.open(db, false));
    rows.want(row_key("1"));
    REQUIRE(rows.load(db));
    const EveryType* row = rows.find(row_key("1"));
    REQUIRE(row != nullptr);
    CHECK(row->text == odd.text);
    CHECK(row->nothing == odd.nothing);
    CHECK(row->whole == odd.whole);
    CHECK(row->small == odd.small);
    CHECK(row->yes);
    CHECK(row->day == odd.day);
    CHECK(row->instant == odd.instant);
    CHECK(row->maybe == odd.maybe);
    CHECK(row->words == odd.words);
    CHECK(row->json.text == odd.json.text);
}

constexpr auto odd_table =
    "CREATE TABLE tollbook.odd (id text PRIMARY KEY, text text, nothing text,"
    "whole bigint, small integer, yes boolean, day date, "
    "instant timestamptz, maybe timestamptz, words text[], json jsonb)";

} // namespace

TEST_CASE("fields: every type survives an upsert and a copy, whatever it holds") {
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(db->run(odd_table));
    KeyedRows<EveryType> rows(live_schema, "odd", 1);
    REQUIRE(rows.open(*db, true));
    rows.put(odd);
    SUBCASE("upsert") { REQUIRE(rows.write(*db)); }
    SUBCASE("copy") {
        rows.hold();
        REQUIRE(rows.write(*db));
        CHECK(ask(*db, "SELECT count(*) FROM odd") == "0");
        REQUIRE(rows.settle(*db));
    }
    check_row(*db);
}

TEST_CASE("fields: a row that is not there is known not to be there") {
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(db->run(odd_table));
    KeyedRows<EveryType> rows(live_schema, "odd", 1);
    REQUIRE(rows.open(*db, false));
    rows.want(row_key("2"));
    REQUIRE(rows.load(*db));
    CHECK(rows.find(row_key("2")) == nullptr);
    CHECK(rows.edit(row_key("2")) == nullptr);
}

TEST_CASE("fields: bytes that are no text become question marks, a NUL the replacement") {
    CHECK(valid_utf8("plain") == "plain");
    CHECK(valid_utf8("é 李 🛰") == "é 李 🛰");
    CHECK(valid_utf8("a\xFFz") == "a?z");
    CHECK(valid_utf8("\xC3") == "?");
    CHECK(valid_utf8("\xC0\xAF") == "??");           // overlong
    CHECK(valid_utf8("\xED\xA0\x80") == "???");      // surrogate
    CHECK(valid_utf8("\xF4\x90\x80\x80") == "????"); // beyond Unicode
    std::string line;
    column::put_copy(line, std::string("a\0b", 3));
    CHECK(
        line == "a\xEF\xBF\xBD"
                "b"
    );
}
