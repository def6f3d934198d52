#include "api/cli/decimal.hpp"

#include <fmt/format.h>

namespace tollbook::api {

std::string decimal(std::int64_t minor) {
    const auto bits = static_cast<std::uint64_t>(minor);
    const std::uint64_t size = minor < 0 ? 0 - bits : bits;
    return fmt::format("{}{}.{:02}", minor < 0 ? "-" : "", size / 100, size % 100);
}

} // namespace tollbook::api
