#pragma once

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

} // namespace tollbook
