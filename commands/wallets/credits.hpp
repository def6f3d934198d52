#pragma once

#include "commands/decision.hpp"

#include <string>
#include <vector>

namespace tollbook {

// Gives part of a charge that exists back to its wallet. The lines are above zero and come to no
// more than what was not given back before; refuses with amount_overflow otherwise. A charge is
// credited once in a decision. Lines without rates are told by those of the charge
// (commands/wallets/charge_taxes.hpp).
Status credit_charge(
    Decision& decision,
    const std::string& charge,
    const std::vector<ChargeLine>& lines,
    const std::string& reason
);

} // namespace tollbook
