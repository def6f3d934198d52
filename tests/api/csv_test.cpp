#include "api/cli/csv.hpp"

#include <doctest/doctest.h>

using namespace tollbook::api;

namespace {

using Fields = std::vector<std::string>;

} // namespace

TEST_CASE("csv: fields with commas, quotes and line ends, and either line end") {
    const CsvFile file = read_csv("\xef\xbb\xbf"
                                  "a,b,c\r\n"
                                  "1,\"x, y\",3\n"
                                  "\"he said \"\"no\"\"\",\"two\nlines\",\r\n"
                                  "last,line,open");
    CHECK(file.problems.empty());
    CHECK(file.header == Fields{"a", "b", "c"});
    REQUIRE(file.lines.size() == 3);
    CHECK(file.lines[0].fields == Fields{"1", "x, y", "3"});
    CHECK(file.lines[1].fields == Fields{"he said \"no\"", "two\nlines", ""});
    CHECK(file.lines[2].fields == Fields{"last", "line", "open"});
    CHECK(file.lines[0].number == 2);
    CHECK(file.lines[1].number == 3);
    CHECK(file.lines[2].number == 5);
    CHECK(file.column("c") == 2);
    CHECK(!file.column("d"));
}

TEST_CASE("csv: bad lines are named by number, the others stand") {
    const CsvFile file = read_csv("a,b\n"
                                  "1\n"
                                  "2,3,4\n"
                                  "x\"y,2\n"
                                  "\"x\"y,2\n"
                                  "\n"
                                  "5,6\n"
                                  "\"open,7\n");
    REQUIRE(file.lines.size() == 1);
    CHECK(file.lines[0].fields == Fields{"5", "6"});
    CHECK(file.lines[0].number == 7);
    REQUIRE(file.problems.size() == 5);
    CHECK(file.problems[0].line == 2);
    CHECK(file.problems[0].reason == "1 fields instead of 2");
    CHECK(file.problems[1].line == 3);
    CHECK(file.problems[2].line == 4);
    CHECK(file.problems[2].reason == "a quote inside a field without quotes");
    CHECK(file.problems[3].line == 5);
    CHECK(file.problems[3].reason == "text behind a closing quote");
    CHECK(file.problems[4].line == 8);
    CHECK(file.problems[4].reason == "a quote that is never closed");
}

TEST_CASE("csv: an empty file is a problem, one with a header alone is not") {
    CHECK(read_csv("").problems.size() == 1);
    CHECK(read_csv("a,b\n").problems.empty());
    CHECK(read_csv("a,b").lines.empty());
    CHECK(read_csv("a\"").problems.size() == 1);
}
