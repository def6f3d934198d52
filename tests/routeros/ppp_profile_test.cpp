#include "projections/enforcement/routeros/ppp.hpp"
#include "tests/routeros/device_for.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tollbook;
using namespace tollbook::routeros;

namespace {

std::string rate_of(TestRouter& router, const std::string& name) {
    const Outcome printed = router.run({"/ppp/profile/print", "?name=" + name});
    REQUIRE(printed.items.size() == 1);
    const auto rate = printed.items[0].find("rate-limit");
    return rate == printed.items[0].end() ? std::string() : rate->second;
}

} // namespace

TEST_CASE("profile: it is made once, and corrected when its rate differs") {
    TestRouter router({});
    Client client = connected(device_for(router));
    REQUIRE(ensure_profile(client, {.name = "home", .rate_limit = "5M/10M"}).has_value());
    REQUIRE(ensure_profile(client, {.name = "home", .rate_limit = "5M/10M"}).has_value());
    CHECK(rate_of(router, "home") == "5M/10M");
    REQUIRE(ensure_profile(client, {.name = "home", .rate_limit = "10M/20M"}).has_value());
    CHECK(rate_of(router, "home") == "10M/20M");
}

TEST_CASE("profile: one rate may be written in several ways") {
    TestRouter router({});
    Client client = connected(device_for(router));
    REQUIRE(
        !router.run({"/ppp/profile/add", "=name=home", "=rate-limit=5000000/10000k 8M/16M"}).trap
    );
    CHECK(ensure_profile(client, {.name = "home", .rate_limit = "5M/10M 8M/16M"}).has_value());
    CHECK(rate_of(router, "home") == "5000000/10000k 8M/16M");
}

TEST_CASE("profile: one that an operator made is used or refused, never changed") {
    TestRouter router({});
    Client client = connected(device_for(router));
    REQUIRE(!router.run({"/ppp/profile/add", "=name=home", "=rate-limit=1M/1M"}).trap);
    const Answer<Done> refused = ensure_profile(client, {.name = "home", .rate_limit = "5M/10M"});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Errc::device_refused);
    CHECK(refused.error().permanent);
    CHECK(rate_of(router, "home") == "1M/1M");
    CHECK(ensure_profile(client, {.name = "home", .rate_limit = "1000k/1M"}).has_value());
}

TEST_CASE("profile: without a name there is none to make") {
    TestRouter router({});
    Client client = connected(device_for(router));
    const Answer<Done> refused = ensure_profile(client, {.name = "", .rate_limit = "1M/1M"});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Errc::value_out_of_range);
}
