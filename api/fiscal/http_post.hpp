#pragma once

#include "ledger/error.hpp"

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

namespace tollbook::api {

// A request to somebody else's service.
struct HttpPost {
    std::string url;                  // http or https; nobody is followed to another one.
    std::vector<std::string> headers; // "Name: value"
    std::string body;
    std::chrono::milliseconds connect_within{5'000};
    std::chrono::milliseconds answer_within{15'000};
    std::size_t answer_bytes_max{64 * 1024};
};

struct HttpAnswer {
    int status{};
    std::string body;
};

// Blocks until the whole answer is there. Refuses with device_unreachable, device_timeout, and with
// device_protocol what is no HTTP, ends half-way or is larger than it may be. Stop ends it within a
// second, as device_timeout.
Result<HttpAnswer> http_post(const HttpPost& post, const std::stop_token& stop);

} // namespace tollbook::api
