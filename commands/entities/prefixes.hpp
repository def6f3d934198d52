#pragma once

#include "commands/decision.hpp"

#include <string>
#include <string_view>

namespace tollbook {

// Whether some number behind the one prefix reads like some number behind the other.
bool make_equal_numbers(std::string_view a, std::string_view b);

// No number under these terms is one that another legal entity has, or may have under its own.
// Refuses with prefix_taken.
Status check_prefixes(const Decision& decision, const InvoicingSet& terms);

// The same for an entity that is new, and has the tenant's terms.
Status check_prefixes_of_new(const Decision& decision, const std::string& entity);

} // namespace tollbook
