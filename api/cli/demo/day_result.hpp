#pragma once

#include "ledger/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tollbook {
class SqlSession;
}

namespace tollbook::api {

// What a router itself says it has: read from its own secret list.
struct RouterCount {
    std::string router;
    std::uint64_t enabled{};
    std::uint64_t disabled{};
};

// The day's outcome in the form of expected.json, read from the read models and from the routers;
// JSON text.
Result<std::string> day_result(
    SqlSession& database, const std::string& tenant, const std::vector<RouterCount>& routers
);

// The first field (as a path, "wallets_minor.ACC00001: 50 is expected, 49 came") in which the two
// differ; empty when they are equal. Lists are compared in their order; `after_statement` comes
// with statements and is left out.
Result<std::string> first_difference(const std::string& expected, const std::string& result);

} // namespace tollbook::api
