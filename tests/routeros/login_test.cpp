#include "projections/enforcement/routeros/login.hpp"

#include "tests/routeros/device_for.hpp"
#include "tests/routeros/scripted_peer.hpp"

#include <doctest/doctest.h>

using namespace tollbook;
using namespace tollbook::routeros;

TEST_CASE("login: the recorded challenges before 6.43 are answered as real routers accept") {
    const std::string challenge = "93b438ec9b80057c06dd9fe67d56aa9a";
    const auto with_password = legacy_response({.hex = challenge, .password = "p"});
    REQUIRE(with_password.has_value());
    CHECK(*with_password == "008d3fb055fcb379762d4812b04070026f");
    const auto without = legacy_response({.hex = challenge, .password = ""});
    REQUIRE(without.has_value());
    CHECK(*without == "00e134102a9d330dd7b1849fedfea3cb57");
}

TEST_CASE("login: a challenge that is not 32 hex digits breaks the protocol") {
    for (const std::string challenge :
         {"",
          "93b4",
          "93b438ec9b80057c06dd9fe67d56aa9",
          "93b438ec9b80057c06dd9fe67d56aa9g",
          "93b438ec9b80057c06dd9fe67d56aa9a00"}) {
        const auto response = legacy_response({.hex = challenge, .password = "p"});
        REQUIRE(!response.has_value());
        CHECK(response.error().code == Errc::device_protocol);
    }
}

TEST_CASE("login: one sentence is enough since 6.43") {
    const TestRouter router({});
    CHECK(connected(device_for(router)).alive());
    CHECK(router.journal().size() == 1);
}

TEST_CASE("login: a wrong password is refused for good and does not appear in the reason") {
    const TestRouter router({});
    Device device = device_for(router);
    device.password = "name"; // A word of the router's own text.
    const Answer<Client> client = Client::connect(device);
    REQUIRE(!client.has_value());
    CHECK(client.error().code == Errc::device_refused);
    CHECK(client.error().refusal == Refusal::login);
    CHECK(client.error().permanent);
    CHECK(client.error().detail == "invalid user *** or password (6)");
}

TEST_CASE("login: a device flagged as legacy logs in to a router before 6.43, and to a newer one") {
    const TestRouter old_router({.legacy_login = true});
    Device device = device_for(old_router);
    device.legacy_login = true;
    CHECK(connected(device).alive());

    device.password = "wrong";
    const Answer<Client> refused = Client::connect(device);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().refusal == Refusal::login);

    const TestRouter new_router({});
    Device upgraded = device_for(new_router);
    upgraded.legacy_login = true;
    CHECK(connected(upgraded).alive());
}

TEST_CASE("login: nobody can talk an unflagged device into the old login") {
    const TestRouter router({.legacy_login = true});
    const Answer<Client> client = Client::connect(device_for(router));
    REQUIRE(!client.has_value());
    CHECK(client.error().code == Errc::device_refused);
    CHECK(client.error().permanent);
    for (const std::string& line : router.journal())
        CHECK(line.find("=response=") == std::string::npos);
}
