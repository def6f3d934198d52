// Which days of a service a correction of a price is about, and where they stand.
#pragma once

#include "commands/billing/billing_period.hpp"
#include "commands/bodies/tariffs.hpp"
#include "commands/book.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// The lines of a service's charges that one version of a plan priced, for days from `from` on.
struct TariffDays {
    std::string_view service;
    std::string_view plan;
    std::string_view component; // Of a service's own plan, or of an add-on.
    std::uint32_t plan_version{};
    Date from;
};

// What a plan of that kind has in its service's charges; none: it is for no days.
std::optional<std::string_view> component_of(PlanKind kind);

// What pays for the newest days of a service, or of its add-on. Not of one that has ended.
struct NewestCharge {
    std::string charge;
    Period days;
    std::int64_t net{}; // Not given back; none of what stands on an invoice.
    bool has_moved{};   // Days of it wait, or follow given ones: which are left nobody can say.
};

// None: it has none, or the service has ended.
std::optional<NewestCharge> newest_charge(
    const Book& book, std::string_view tenant, const TariffDays& of
);

// Whether the service, or its add-on, is on that version, and the service has not ended.
bool has_version(const Book& book, std::string_view tenant, const TariffDays& of);

// A line of an invoice that still stands, in part for days from `of.from` on.
struct StandingLine {
    std::uint32_t line{}; // 1, 2, 3 ...
    Period days;          // All that stand.
    std::int64_t minor{}; // Of these, taxes included.
    std::optional<std::string> description;
    bool unclear{}; // Part of it came back for no days in particular.
};

// On an issued invoice, a written-off one, or a draft that periods were put on. None: there are
// none, or the invoice is void, discarded, or a draft that somebody typed.
std::vector<StandingLine> standing_lines(const InvoiceRow& invoice, const TariffDays& of);

} // namespace tollbook
