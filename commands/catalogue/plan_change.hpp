#pragma once

#include "commands/bodies/subscriptions.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <string>

namespace tollbook {

// What change_plan does; what the wallet pays for it, less what comes back. Refuses as it does.
Result<std::int64_t> change_to_plan(Decision& decision, const ChangePlan& command);

} // namespace tollbook
