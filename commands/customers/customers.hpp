#pragma once

#include "commands/bodies/services.hpp"
#include "commands/decision.hpp"

namespace tollbook {

// Whether the service's name is one, and free.
Status check_new_service(const Decision& decision, const AddService& command);

// Adds such a service for a customer of that currency who exists, or whom the same decision
// registers.
Status place_service(Decision& decision, const AddService& command, Currency currency);

} // namespace tollbook
