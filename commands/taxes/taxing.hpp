#pragma once

#include "commands/decision.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tollbook {

inline constexpr std::size_t rates_max = 4; // Of one tax.
inline constexpr std::int64_t rate_ppm_max = 1'000'000;

// What one rate comes to for a net amount, in parts of 10^12: a compound rate falls on the others
// too, so that two parts per million are multiplied.
inline constexpr std::int64_t effective_one = 1'000'000'000'000;

std::vector<std::int64_t> effective_rates(const std::vector<TaxRate>& rates);

// numerator / denominator, neither below zero, to the nearest; halves as it is said.
std::int64_t rounded(Wide numerator, Wide denominator, Halves halves);

std::int64_t sum_of(std::span<const std::int64_t> parts);

// Splits a whole into parts that add up to it: each gets its exact share numerator / denominator
// rounded down, and what is left goes one by one to those that lost most, the first of equals
// first.
std::vector<std::int64_t> spread(
    std::int64_t whole, std::span<const Wide> numerators, Wide denominator
);

// The version of a tax that holds on a day. Null: none does yet.
const TaxDefined* tax_on(const TaxRow& tax, Date day);

// The first day after `day` on which another version holds, or `end`.
Date next_tax(const TaxRow& tax, Date day, Date end);

// How taxes are told on an invoice.
struct TaxTerms {
    TaxRounding rounding{};
    Halves halves{};
    Date issued_on; // By whose rates lines without days are taxed.
};

// The lines with their taxes. One whose tax changes within its days is split there, by days.
// Refuses with tax_unknown what no version covers. Amounts and days of the lines were checked.
Result<std::vector<InvoiceLine>> tax_lines(
    const Decision& decision, const std::vector<DraftLine>& lines, const TaxTerms& terms
);

// What a line comes to, its taxes included.
std::int64_t gross(const InvoiceLine& line);

} // namespace tollbook
