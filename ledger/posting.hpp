#pragma once

#include "ledger/json.hpp"
#include "ledger/money.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tollbook {

// One leg of a double entry: debit positive, credit negative. `account` is a code of
// docs/accounts.md ("wallet:ACC00001"); no `entity` means the tenant's default legal entity.
struct Posting {
    std::string account;
    std::int64_t minor{};
    Currency currency;
    std::optional<std::string> entity;

    friend bool operator==(const Posting&, const Posting&) = default;
};
BOOST_DESCRIBE_STRUCT(Posting, (), (account, minor, currency, entity))

using Postings = std::vector<Posting>;

// The one check that the log makes before every append of a money event: at least two legs, no
// leg of zero, known account kinds, and a sum of zero per legal entity and currency.
// Refuses with unbalanced_entry, or amount_overflow.
Status check_postings(std::span<const Posting> postings);

} // namespace tollbook
