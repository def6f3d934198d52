// Days of a charge, each run of them with its dated taxes: how they are kept, and come back.
#pragma once

#include "commands/rows.hpp"

#include <optional>
#include <span>
#include <vector>

namespace tollbook {

// The last `days` of them, in their order: what they cost. Of a run that is taken in part the same
// share of the net and of each tax, halves up; what is left is the rest.
std::vector<TaxedDays> last_days(std::span<const TaxedDays> parts, int days);

// The days of a charge's line with dated taxes.
TaxedDays taxed_days(const ChargeLine& line);

// Lines like that one, for each of the parts, which follow each other from its first day on. What
// has no net is left out.
std::vector<ChargeLine> lines_of(const ChargeLine& line, std::vector<TaxedDays> parts);

// What lines come to, taxes included.
std::int64_t minor_of(const std::vector<ChargeLine>& lines);

// What parts are to come to.
struct PaidDays {
    int days{};
    std::int64_t net{};
    std::int64_t tax{};
};

// Whether they do, and none of them is below zero.
bool add_up(std::span<const TaxedDays> parts, const PaidDays& paid);

// Parts that come to that and end in those lines; the days before are one of them. Nothing: the
// lines have no dated taxes.
std::optional<std::vector<TaxedDays>> parts_ending_in(
    std::span<const ChargeLine> lines, PaidDays paid
);

// Takes away what was given back in a line: of one without days, first of the days with its rates;
// from the end, and no more than there is.
void take_back(std::vector<TaxedDays>& parts, const ChargeLine& line);

// The days that a line is for; none without them.
std::uint32_t days_of(const ChargeLine& line);

// What is kept of the newest charge of a service: how its days are taxed, in their order. None:
// they have the one tax of its plan, by the plan's own percentage.
std::vector<TaxedDays> paid_parts(
    const ServiceRow& row, const PaidTaxesRow* taxes, const PlanRow& plan
);

} // namespace tollbook
