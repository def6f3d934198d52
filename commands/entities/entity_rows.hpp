// Rows of the Book about legal entities; a part of commands/rows.hpp.
#pragma once

#include "ledger/json.hpp"
#include "ledger/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

struct LegalEntityRow {
    std::string entity;
    std::vector<std::string> channels;    // Whose cash is its own.
    std::optional<Date> closed_through{}; // Its own; the tenant's counts for all of them.
};
BOOST_DESCRIBE_STRUCT(LegalEntityRow, (), (entity, channels, closed_through))

// The entities of a tenant that defined one, its own first: rows name one by its place here.
struct LegalEntitiesRow {
    std::vector<LegalEntityRow> entities;
};
BOOST_DESCRIBE_STRUCT(LegalEntitiesRow, (), (entities))

// What is due between two entities: what the second owes the first, or below zero, it the second.
struct EntityDueRow {
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(EntityDueRow, (), (minor))

// The key of `Book::credits` of a settlement between entities.
inline std::string settlement_key(const std::string& reference) {
    return "settlement#" + reference;
}

} // namespace tollbook
