#pragma once

#include "commands/decision.hpp"

#include <string>

namespace tollbook {

// Who stands for a customer: itself, or the one that it was merged into.
const std::string& owner_of(const Decision& decision, const std::string& customer);

// What a decision left with customers that were merged goes on to those that stand for them: money
// that came back to their wallets, what a reversal took below zero, invoices that are owed again.
void pass_on(Decision& decision);

} // namespace tollbook
