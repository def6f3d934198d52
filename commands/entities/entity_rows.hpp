// Rows of the Book about legal entities; a part of commands/rows.hpp.
#pragma once

#include "ledger/json.hpp"

#include <string>
#include <vector>

namespace tollbook {

struct LegalEntityRow {
    std::string entity;
    std::vector<std::string> channels; // Whose cash is its own.
};
BOOST_DESCRIBE_STRUCT(LegalEntityRow, (), (entity, channels))

// The entities of a tenant that defined one, its own first: rows name one by its place here.
struct LegalEntitiesRow {
    std::vector<LegalEntityRow> entities;
};
BOOST_DESCRIBE_STRUCT(LegalEntitiesRow, (), (entities))

} // namespace tollbook
