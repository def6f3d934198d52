#pragma once

#include "api/http/message.hpp"

#include <string>
#include <string_view>

namespace tollbook::api {

struct WireOptions {
    std::string_view request_id;
    bool keep_alive{};
};

// Appends the response as HTTP/1.1 bytes.
void write_response(std::string& out, const Response& response, const WireOptions& options);

std::string_view reason_phrase(int status);

} // namespace tollbook::api
