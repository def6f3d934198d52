#pragma once

#include "ledger/money.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tollbook {

// The sums of a currency, all zero when there were none: they stand in the order of the codes, each
// currency once.
template <class Sums>
Sums& sums_of(std::vector<Sums>& all, Currency currency) {
    const auto at = std::ranges::lower_bound(all, currency, {}, &Sums::currency);
    if (at != all.end() && at->currency == currency) return *at;
    Sums none;
    none.currency = currency;
    return *all.insert(at, std::move(none));
}

} // namespace tollbook
