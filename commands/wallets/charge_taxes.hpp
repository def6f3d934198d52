// What of a charge with dated taxes was not given back yet, part by part.
#pragma once

#include "commands/rows.hpp"

#include <optional>
#include <vector>

namespace tollbook {

// The lines of a charge, those of the same rates together. None: one has its plan's percentage.
std::optional<std::vector<TaxedPart>> taxed_parts(const std::vector<ChargeLine>& lines);

// Takes away what lines give back: first of the parts of their rates, never more than there is.
void take_back(std::vector<TaxedPart>& parts, const std::vector<ChargeLine>& lines);

// Lines that somebody typed with a tax and no rates are told by those of the charge: net and tax
// are shared out over what is left of its parts, in proportion, so that what comes last takes the
// rest. Refuses more tax than is left with credit_exceeds_charge.
Result<std::vector<ChargeLine>> shared_lines(
    const ChargeRow& charge, const std::vector<ChargeLine>& lines
);

} // namespace tollbook
