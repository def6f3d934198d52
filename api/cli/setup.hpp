#pragma once

#include "api/cli/context.hpp"
#include "api/http/roles.hpp"

#include <string>

namespace tollbook::api {

// Makes the data directory: an empty log, and the first platform key, which is printed once and
// kept in `platform.key` (0600) for the commands of this machine.
Exit run_init(const Context& context);

// The same for the log that the topic holds: fetched, every hash checked, and put on the disk.
// Subject keys and API keys that stand in the directory already stay.
Exit run_init_from_topic(const Context& context);

// Puts what the topic holds in the place of a damaged log, which is kept beside it.
Exit run_heal(const Context& context);

Exit run_apikey_create(const Context& context, const std::string& tenant, Role role);
Exit run_apikey_list(const Context& context);
Exit run_hook_create(const Context& context, const std::string& tenant);

Exit run_version(const Context& context);
Exit run_config_show(const Context& context, bool with_origin);
Exit run_openapi(const Context& context);

} // namespace tollbook::api
