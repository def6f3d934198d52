#pragma once

#include "commands/bodies/subscriptions.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <string>

namespace tollbook {

// What came back of a service's newest charge.
struct CreditedDays {
    std::int64_t minor{};
    int days{};
};

// Gives back what was paid for the days from today on. Days that were not charged here (a trial, a
// service that ran elsewhere, goodwill) are worth nothing.
Result<CreditedDays> credit_unused(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
);

// What change_plan does; what the wallet pays for it, less what comes back. Refuses as it does.
Result<std::int64_t> change_to_plan(Decision& decision, const ChangePlan& command);

} // namespace tollbook
