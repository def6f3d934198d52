// Money that stands for equipment lent to a customer: a liability until it goes back, or until what
// it stands for does not.
#pragma once

#include "ledger/events/wallets.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Out of the wallet, into `deposit:<customer>`: money that was paid in, never what was granted.
struct DepositTaken {
    static constexpr std::string_view type = "deposit_taken";
    static constexpr std::uint16_t schema_version = 1;
    std::string deposit;
    std::string customer;
    std::string equipment; // "ONT ZX-1188", as its label says.
    std::int64_t minor{};
    std::vector<LotTaken> lots;
    Postings postings;

    friend bool operator==(const DepositTaken&, const DepositTaken&) = default;
};
BOOST_DESCRIBE_STRUCT(DepositTaken, (), (deposit, customer, equipment, minor, lots, postings))

// Back to the wallet, where it opens the lot `lot`, less the overdraft that it repays.
struct DepositReturned {
    static constexpr std::string_view type = "deposit_returned";
    static constexpr std::uint16_t schema_version = 1;
    std::string deposit;
    std::string customer;
    std::int64_t minor{};
    std::int64_t remaining{};
    std::string lot; // "deposit#<deposit>~1", "~2" ...
    std::int64_t debt_repaid{};
    std::string reason;
    Postings postings;

    friend bool operator==(const DepositReturned&, const DepositReturned&) = default;
};
BOOST_DESCRIBE_STRUCT(
    DepositReturned, (), (deposit, customer, minor, remaining, lot, debt_repaid, reason, postings)
)

// Kept for equipment that did not come back whole: a fee from now on.
struct DepositKept {
    static constexpr std::string_view type = "deposit_kept";
    static constexpr std::uint16_t schema_version = 1;
    std::string deposit;
    std::string customer;
    std::int64_t minor{};
    std::int64_t remaining{};
    std::string reason;
    Postings postings;

    friend bool operator==(const DepositKept&, const DepositKept&) = default;
};
BOOST_DESCRIBE_STRUCT(DepositKept, (), (deposit, customer, minor, remaining, reason, postings))

} // namespace tollbook
