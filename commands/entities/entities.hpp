#pragma once

#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollbook {

// The legal entity that invoices the customer. Customers that were merged are of one.
const std::string& entity_of(const Decision& decision, std::string_view customer);

// The place of an entity among the tenant's: 0 is its own. Refuses with legal_entity_unknown.
Result<std::uint32_t> find_entity(const Decision& decision, const std::string& entity);

// Neither is of another entity than the other. Refuses with legal_entity_differs.
Status check_same_entity(const Decision& decision, const std::string& a, const std::string& b);

// Where an account of a customer or of cash stands; none: with the tenant's own.
std::optional<std::string> entity_of_account(const Decision& decision, std::string_view account);

// Gives each leg of a money event the entity that it belongs to, and where these are several,
// balances each by legs of `due_entity:<the other>`. Opening balances and settlements come with
// theirs. The tenant has more than one.
void place_postings(const Decision& decision, Event& event);

} // namespace tollbook
