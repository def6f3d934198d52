#pragma once

#include "commands/bodies/tariffs.hpp"
#include "commands/decision.hpp"

#include <cstdint>

namespace tollbook {

// What a correction moves in its customer's wallet.
struct TariffFigures {
    std::int64_t credited_minor{};
    std::int64_t charged_minor{};
    std::int64_t owed_minor{}; // Of what is charged: the wallet did not cover it.
};

// What correct_tariff does: for each charge the days from `from` on come back, and the same days
// are charged at their old price times the new one over the old one, rounded once, halves up. The
// newest charge stays the one that a change of plan would give back. What comes back may bring
// services back on. Refuses as it does.
Result<TariffFigures> correct_tariff(Decision& decision, const CorrectTariff& command);

} // namespace tollbook
