#include "tests/routeros/device_for.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace tollbook;
using namespace tollbook::routeros;

namespace {

// A file that is there for one test.
struct TemporaryFile {
    explicit TemporaryFile(const std::string& content) { std::ofstream(path) << content; }

    ~TemporaryFile() { std::filesystem::remove(path); }

    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    TemporaryFile(TemporaryFile&&) = delete;
    TemporaryFile& operator=(TemporaryFile&&) = delete;

    std::string path =
        (std::filesystem::temp_directory_path() / ("routeros_ca_" + std::to_string(::getpid())))
            .string();
};

const RouterOptions over_tls{.tls = true};

void check_distrusted(const Device& device, const TestRouter& router) {
    const Answer<Client> client = Client::connect(device);
    REQUIRE(!client.has_value());
    CHECK(client.error().code == Errc::device_protocol);
    CHECK(client.error().permanent);
    CHECK(router.journal().empty()); // The password was not sent.
}

} // namespace

TEST_CASE("tls: a router with the pinned certificate is trusted") {
    const TestRouter router(over_tls);
    Device device = device_for(router);
    CHECK(connected(device).alive());
    std::ranges::transform(
        device.tls->pinned_sha256,
        device.tls->pinned_sha256.begin(),
        [](unsigned char c) { return static_cast<char>(std::toupper(c)); }
    );
    CHECK(connected(device).alive());
}

TEST_CASE("tls: another certificate than the pinned one is refused before the login") {
    const TestRouter router(over_tls);
    Device device = device_for(router);
    device.tls->pinned_sha256 = std::string(64, '0');
    check_distrusted(device, router);
    device.tls->verify = false; // A pin still counts.
    check_distrusted(device, router);
}

TEST_CASE("tls: a certificate of the given CA is trusted for its own address only") {
    const TestRouter router(over_tls);
    const TemporaryFile ca(router.certificate().certificate);
    Device device = device_for(router);
    device.tls = Tls{.ca_file = ca.path};
    CHECK(connected(device).alive());
    device.host = "localhost";
    CHECK(connected(device).alive());
    const std::size_t logins = router.journal().size();
    device.host = "127.1"; // The same machine by a name that is not in the certificate.
    const Answer<Client> misnamed = Client::connect(device);
    REQUIRE(!misnamed.has_value());
    CHECK(misnamed.error().code == Errc::device_protocol);
    CHECK(misnamed.error().permanent);
    CHECK(router.journal().size() == logins);
}

TEST_CASE("tls: a certificate of nobody we know is refused before the login") {
    const TestRouter router(over_tls);
    Device device = device_for(router);
    device.tls = Tls{};
    check_distrusted(device, router);

    const TestRouter other(over_tls);
    const TemporaryFile ca(other.certificate().certificate);
    device.tls = Tls{.ca_file = ca.path};
    check_distrusted(device, router);
}

TEST_CASE("tls: without verification anybody is trusted, when that was asked for") {
    const TestRouter router(over_tls);
    Device device = device_for(router);
    device.tls = Tls{.verify = false};
    CHECK(connected(device).alive());
}

TEST_CASE("tls: a CA file that cannot be read is a mistake in the configuration") {
    const TestRouter router(over_tls);
    Device device = device_for(router);
    device.tls = Tls{.ca_file = "/nowhere/ca.pem"};
    const Answer<Client> client = Client::connect(device);
    REQUIRE(!client.has_value());
    CHECK(client.error().code == Errc::config_invalid);
    CHECK(client.error().permanent);
}

TEST_CASE("tls: a plain port does not shake hands, and the deadline ends the wait") {
    TestRouter router({});
    Device device = device_for(router);
    device.tls = Tls{.verify = false};
    device.call_timeout = short_timeout;
    const Answer<Client> client = Client::connect(device);
    REQUIRE(!client.has_value());
    CHECK(!client.error().permanent);
}
