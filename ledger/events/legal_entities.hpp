// Legal entities of a tenant: who invoices.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// What its documents say of it from now on, and whose cash is its own. The first such event of
// another entity than the tenant's own makes that entity.
struct LegalEntityDefined {
    static constexpr std::string_view type = "legal_entity_defined";
    static constexpr std::uint16_t schema_version = 1;
    std::string entity;
    std::string name;
    std::optional<std::string> tax_registration;
    std::optional<std::string> address;
    // Where its cash arrives ("mpesa:600901"); the tenant's own has all that no other one has.
    std::vector<std::string> channels;

    friend bool operator==(const LegalEntityDefined&, const LegalEntityDefined&) = default;
};
BOOST_DESCRIBE_STRUCT(LegalEntityDefined, (), (entity, name, tax_registration, address, channels))

} // namespace tollbook
