#include "tests/routeros/query.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tollbook::routeros;

namespace {

const Fields row{{"name", "alice"}, {"disabled", "true"}, {"limit", "900"}, {"profile", "home"}};

bool passes(std::vector<std::string> words) { return Query(std::move(words)).passes(row); }

} // namespace

TEST_CASE("query: without words everything passes") { CHECK(passes({})); }

TEST_CASE("query: one word asks for presence, absence or a comparison") {
    CHECK(passes({"?name"}));
    CHECK(!passes({"?comment"}));
    CHECK(passes({"?-comment"}));
    CHECK(!passes({"?-name"}));
    CHECK(passes({"?name=alice"}));
    CHECK(passes({"?=name=alice"}));
    CHECK(!passes({"?name=bob"}));
    CHECK(!passes({"?comment="}));
    CHECK(passes({"?disabled=yes"}));
    CHECK(passes({"?=disabled=true"}));
    CHECK(passes({"?<limit=1000"}));
    CHECK(!passes({"?>limit=1000"}));
    CHECK(passes({"?>name=aaron"}));
    CHECK(!passes({"?<name=aaron"}));
}

TEST_CASE("query: several words must all hold") {
    CHECK(passes({"?name=alice", "?profile=home"}));
    CHECK(!passes({"?name=alice", "?profile=office"}));
}

TEST_CASE("query: operations work on the stack of values") {
    CHECK(passes({"?name=bob", "?name=alice", "?#|"}));
    CHECK(!passes({"?name=bob", "?name=carol", "?#|"}));
    CHECK(passes({"?name=bob", "?#!"}));
    CHECK(!passes({"?name=bob", "?name=alice", "?#&"}));
    CHECK(passes({"?name=bob", "?name=alice", "?#|", "?profile=office", "?#!", "?#&"}));
    CHECK(passes({"?name=bob", "?name=alice", "?#0"})); // Replaces all by the top.
    CHECK(!passes({"?name=bob", "?name=alice", "?#1"}));
    CHECK(passes({"?name=bob", "?name=alice", "?#1!&.!0."}) == false);
}

TEST_CASE("query: an equality with the name alone is known as such") {
    CHECK(Query({"?name=alice"}).only_name() == "alice");
    CHECK(Query({"?=name=alice"}).only_name() == "alice");
    CHECK(!Query({"?name=alice", "?profile=home"}).only_name().has_value());
    CHECK(!Query({"?names=alice"}).only_name().has_value());
    CHECK(!Query({}).only_name().has_value());
}
