#pragma once

#include "api/cli/context.hpp"
#include "api/client.hpp"

#include <memory>

namespace tollbook::api {

inline constexpr std::string_view platform_key_file = "platform.key";

// A client of the configured server with the configured key. Refuses with config_invalid when the
// key file cannot be read.
Result<std::unique_ptr<Client>> connect(const Context& context);

} // namespace tollbook::api
