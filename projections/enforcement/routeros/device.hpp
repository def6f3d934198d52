#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tollbook::routeros {

// How the peer behind a TLS connection is known.
struct Tls {
    // false encrypts but trusts whoever answers; only a pin still counts then.
    bool verify = true;
    // PEM; empty means the CAs of this machine.
    std::string ca_file{};
    // SHA-256 of the router's certificate (DER), 64 hex digits. When given it alone decides:
    // routers mostly have self-signed certificates.
    std::string pinned_sha256{};
};

// One router and how to get in.
struct Device {
    std::string host;
    std::uint16_t port = 8728;
    std::string user{};
    std::string password{};
    std::optional<Tls> tls{}; // Usually on port 8729.
    // RouterOS before 6.43. Without the flag a request for the old login is refused, or else anyone
    // in the middle could ask for it.
    bool legacy_login = false;
    // The whole of a connect, and the whole of each call.
    std::chrono::milliseconds call_timeout{10'000};
};

} // namespace tollbook::routeros
