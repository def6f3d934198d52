#pragma once

#include "commands/decision.hpp"

#include <string>

namespace tollbook {

// The first due day of an interval's rule that is not before `day`.
Date first_due(const TopUpTerms& terms, Date day);

// Null: the wallet has no such rule.
const TopUpRule* find_rule(
    const Decision& decision, const std::string& customer, const std::string& rule
);

// Whether taking it would do something now. Books what lapsed in the wallet; adds nothing else.
bool is_due(Decision& decision, const std::string& customer, const TopUpRule& rule);

// A payment reached the wallet: whatever its sum, what was asked for is not asked for any more.
void end_requests(Decision& decision, const std::string& customer, const std::string& payment);

} // namespace tollbook
