#pragma once

#include "ledger/error.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

struct QueryValue {
    std::string name;
    std::string value;
};

// Path and query of a request target, split as text: nothing is decoded yet.
struct Target {
    std::string_view path;
    std::string_view query;
};

// Origin form only ("/v1/x?y=z"): anything else, a fragment, a space or a control byte refuses
// with malformed_request.
Result<Target> split_target(std::string_view target);

// Decodes %XX; refuses broken escapes and control characters.
Result<std::string> percent_decoded(std::string_view text);

// The named parameters of a query. Refuses a name that is not in `known` (with a suggestion) and
// one that comes twice.
Result<std::vector<QueryValue>> read_query(
    std::string_view query, std::span<const std::string_view> known
);

} // namespace tollbook::api
