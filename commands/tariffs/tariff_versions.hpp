#pragma once

#include "commands/decision.hpp"
#include "commands/tariffs/tariff_days.hpp"

#include <string_view>

namespace tollbook {

// Both versions of a plan: what it cost, and what it should have.
struct TariffVersions {
    const PlanRow& from;
    const PlanRow& to;
    std::string_view component;
};

// At their prices for the customer. Refuses with plan_unknown, plan_not_priced, plan_unchanged,
// plan_kind_unfit (it is for no days), plan_not_valid on the day from which it is to count, with
// policy_unsupported when they are for other periods, and with tariff_includes_differ.
Result<TariffVersions> versions_of(
    const Decision& decision, const CorrectTariff& command, Currency currency
);

TariffDays days_of(const CorrectTariff& command, const TariffVersions& versions);

// Each of the command's charges once, each of this service's wallet, and of days that are known to
// stand. Refuses with charge_unknown, value_out_of_range, figures_moved, credit_exceeds_charge and
// tariff_unclear.
Status check_charges(const Decision& decision, const CorrectTariff& command, const TariffDays& of);

} // namespace tollbook
