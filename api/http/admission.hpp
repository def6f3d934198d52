// What is decided from the head of a request alone, before a byte of its body is read.
#pragma once

#include "api/http/services.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

// A request that may go on.
struct Admitted {
    const Route* route{};
    std::vector<PathValue> path;
    std::vector<QueryValue> query;
    Principal principal;
    std::string tenant; // Of the path; empty where there is none.
    std::string key;    // Idempotency key of a command.
    std::optional<std::uint64_t> expected_revision;
    bool dry_run{}; // Of a command: it is only told what it would come to.
};

// The ladder: target, route, who asks, tenant, role, query, media type, Idempotency-Key, If-Match.
Result<Admitted> admit(const Services& services, const Request& head);

// Whether a query parameter says true; false when it is absent. Refuses what is neither.
Result<bool> flag_of(const Admitted& admitted, std::string_view name);

// "..." as an SF-string or a bare token: 1 to 255 printable characters.
Result<std::string> parse_idempotency_key(const std::optional<std::string>& header);

// "17" in quotes.
Result<std::optional<std::uint64_t>> parse_if_match(const std::optional<std::string>& header);

// Whether the header is W3C trace context that may be passed on.
bool is_traceparent(std::string_view text);

} // namespace tollbook::api
