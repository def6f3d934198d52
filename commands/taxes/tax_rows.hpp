// Rows of the Book about the taxes of wallet charges; a part of commands/rows.hpp.
#pragma once

#include "ledger/events/taxes.hpp"

#include <cstdint>
#include <vector>

namespace tollbook {

// Days of a charge that one version of a tax covers: what of them was not given back.
struct TaxedDays {
    std::uint32_t days{};
    std::int64_t net{};
    std::vector<LineTax> taxes; // Each rate; none: exempt.

    friend bool operator==(const TaxedDays&, const TaxedDays&) = default;
};
BOOST_DESCRIBE_STRUCT(TaxedDays, (), (days, net, taxes))

// Lines of a charge with the same rates: what of them was not given back.
struct TaxedPart {
    std::int64_t net{};
    std::vector<LineTax> taxes; // Each rate; none: exempt.
};
BOOST_DESCRIBE_STRUCT(TaxedPart, (), (net, taxes))

// Of a service whose newest charge has other taxes than one rate of its plan's code: its days, in
// their order. Together they are those of the service's row.
struct PaidTaxesRow {
    std::vector<TaxedDays> parts;
};
BOOST_DESCRIBE_STRUCT(PaidTaxesRow, (), (parts))

} // namespace tollbook
