#pragma once

#include "commands/bodies/tariffs.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <vector>

namespace tollbook {

// What a correction moves, taxes included.
struct TariffFigures {
    std::int64_t credited_minor{};
    std::int64_t charged_minor{};
    std::int64_t owed_minor{}; // Of what the wallet is charged: it did not cover it.
    std::vector<CorrectedInvoice> invoices;
};

// What correct_tariff does: for each charge the days from `from` on come back, and the same days
// are charged at their old price times the new one over the old one, rounded once, halves up. The
// newest charge stays the one that a change of plan would give back. Days on invoices: see
// correct_invoices, which comes first. What comes back may bring services back on. Refuses as it
// does.
Result<TariffFigures> correct_tariff(Decision& decision, const CorrectTariff& command);

} // namespace tollbook
