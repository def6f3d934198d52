#pragma once

#include "commands/tariffs/tariff_preview.hpp"
#include "tests/support/book_run.hpp"

#include <vector>

namespace tollbook {

// What read models would tell of those who were charged for a version of a plan since a day, from
// the facts alone.
std::vector<ChargedService> charged_services(
    const std::vector<Fact>& facts, const TariffCorrection& correction
);

} // namespace tollbook
