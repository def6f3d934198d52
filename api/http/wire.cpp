#include "api/http/wire.hpp"

#include "ledger/json.hpp"

#include <array>
#include <ctime>

namespace tollbook::api {

namespace {

// "Date: Fri, 20 Nov 2026 21:05:00 GMT", made once a second.
std::string_view date_line() {
    thread_local std::time_t made_at = -1;
    thread_local std::array<char, 64> text{};
    thread_local std::size_t length = 0;
    const std::time_t now = std::time(nullptr);
    if (now != made_at) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        length = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %T GMT\r\n", &utc);
        made_at = now;
    }
    return {text.data(), length};
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

} // namespace

std::string_view reason_phrase(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 422:
        return "Unprocessable Content";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "";
    }
}

void write_response(std::string& out, const Response& response, const WireOptions& options) {
    out.reserve(out.size() + response.body.size() + 512);
    out += "HTTP/1.1 ";
    write_json_integer(out, std::int64_t{response.status});
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
    out += date_line();
    append_field(out, "Content-Type", response.content_type);
    out += "Content-Length: ";
    write_json_integer(out, std::uint64_t{response.body.size()});
    out += "\r\nX-Content-Type-Options: nosniff\r\n";
    if (!options.request_id.empty()) append_field(out, "Request-Id", options.request_id);
    for (const Header& header : response.headers)
        append_field(out, header.name, header.value);
    if (!options.keep_alive) out += "Connection: close\r\n";
    out += "\r\n";
    out += response.body;
}

} // namespace tollbook::api
