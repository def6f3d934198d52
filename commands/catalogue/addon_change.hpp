// Other terms of an add-on that a service has: another version of its plan, another quantity.
#pragma once

#include "commands/bodies/addons.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <string>

namespace tollbook {

// What change_addon does; what the wallet pays for it, less what comes back. Refuses as it does.
Result<std::int64_t> change_addon(Decision& decision, const ChangeAddon& command);

// The changes that are scheduled for a period that begins on `from` take effect.
void change_addons(
    Decision& decision, const std::string& service, const ServiceRow& row, Date from
);

} // namespace tollbook
