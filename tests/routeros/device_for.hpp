#pragma once

#include "projections/enforcement/routeros/client.hpp"
#include "tests/routeros/test_router.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>

namespace tollbook::routeros {

// How to reach that router, with the credentials it was made with.
inline Device device_for(const TestRouter& router) {
    const RouterOptions defaults;
    Device device{
        .host = "127.0.0.1",
        .port = router.port(),
        .user = defaults.user,
        .password = defaults.password};
    if (router.tls()) device.tls = Tls{.pinned_sha256 = router.certificate().sha256};
    return device;
}

// A session that must come about.
inline Client connected(const Device& device) {
    Answer<Client> client = Client::connect(device);
    REQUIRE_MESSAGE(client.has_value(), (client ? std::string() : client.error().detail));
    return std::move(*client);
}

// For when no answer will come: the test waits that long.
inline constexpr std::chrono::milliseconds short_timeout{200};

} // namespace tollbook::routeros
