#pragma once

#include "commands/decision.hpp"
#include "commands/wallets/wallet.hpp"

#include <string>
#include <vector>

namespace tollbook {

// What lines come to, and their legs as a charge posts them: a place for the wallet, then income
// and tax on the credit side.
struct LineTotals {
    std::int64_t minor{};
    Postings postings;
};

// What a line credits: its income, and each of its taxes. What is nothing has no leg.
void add_legs(const Decision& decision, const ChargeLine& line, Postings& postings);

// 1 to 100 lines that somebody named: amounts, codes and plans are checked.
Result<LineTotals> total_lines(const Decision& decision, const std::vector<ChargeLine>& lines);

// Charges what was taken: the leg of the wallet, then those of the lines.
void add_charge(
    Decision& decision,
    const std::string& charge,
    const std::string& customer,
    const std::optional<std::string>& service,
    const std::vector<ChargeLine>& lines,
    LineTotals totals,
    Taken taken
);

} // namespace tollbook
