#pragma once

#include "tests/support/book_run.hpp"

#include <map>
#include <string>

namespace tollbook {

// What the events alone say: every account from the stored postings, debit positive. What is not in
// the tenant's currency stands apart: "cash:till:main USD".
std::map<std::string, std::int64_t> accounts_of(const std::vector<Fact>& facts);

// The first control equation that does not hold between the events and the Book of one tenant;
// empty: all hold.
std::string first_fault(const BookRun& run, const std::string& tenant);

} // namespace tollbook
