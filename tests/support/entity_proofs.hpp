#pragma once

#include "tests/support/book_run.hpp"

#include <string>
#include <vector>

namespace tollbook {

// The first fact of one tenant after which its legal entities are not told apart as they must be:
// the postings of each entity and currency sum to zero; what one owes another, the other has coming
// in that currency; what is a customer's, or its revenue and taxes, stands with the customer's
// entity, cash with who had the channel when it came; numbers of documents have no gaps. Empty:
// there is none.
std::string entity_fault(const std::vector<Fact>& facts);

} // namespace tollbook
