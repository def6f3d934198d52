// The days that were paid for and are still ahead: what they are worth, and how that comes back.
#pragma once

#include "commands/billing/proration.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <string>

namespace tollbook {

// What came back of a service's newest charge.
struct CreditedDays {
    std::int64_t minor{};
    int days{};
};

// Of so many days that were paid for and end where the service renews, those from today on. While
// it is paused, they wait.
int unused_of(const Decision& decision, const ServiceRow& row, std::uint32_t paid_days);

// Those of its newest charge.
int unused_days(const Decision& decision, const ServiceRow& row);

// The last `days` before the service renews, as a share of a period of that plan.
Share share_of_days(const Decision& decision, const ServiceRow& row, const PlanRow& plan, int days);

// Gives back what was paid for the days of its plan from today on. Days that were not charged here
// (a trial, a service that ran elsewhere, goodwill) are worth nothing.
Result<CreditedDays> credit_unused(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
);

// The same for one of its add-ons; what comes back.
Result<std::int64_t> credit_unused_addon(
    Decision& decision, const ServiceRow& row, const AddonRow& addon, const std::string& reason
);

// The same for its plan and all of its add-ons.
Status credit_all_unused(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
);

} // namespace tollbook
