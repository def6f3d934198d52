#pragma once

#include "commands/decision.hpp"

#include <string>
#include <vector>

namespace tollbook {

// Gives part of a charge that exists back to its wallet. The lines are above zero and come to no
// more than what was not given back before; refuses with amount_overflow otherwise. A charge is
// credited once in a decision.
Status credit_charge(
    Decision& decision,
    const std::string& charge,
    std::vector<ChargeLine> lines,
    const std::string& reason
);

} // namespace tollbook
