// Legal entities of a tenant: who invoices, and what they pay each other.
#pragma once

#include "ledger/json.hpp"
#include "ledger/posting.hpp"

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

// Money that one entity paid another: so much less is due between the two.
struct EntitiesSettled {
    static constexpr std::string_view type = "entities_settled";
    static constexpr std::uint16_t schema_version = 2; // 1: in the tenant's currency.
    std::string reference;                             // Of the transfer; unique for ever.
    std::string from;
    std::string to;
    std::string from_channel;
    std::string to_channel;
    std::int64_t minor{};
    std::int64_t remaining{}; // What `from` still owes.
    Postings postings;
    std::optional<Currency> currency{}; // The tenant's.

    friend bool operator==(const EntitiesSettled&, const EntitiesSettled&) = default;
};
BOOST_DESCRIBE_STRUCT(
    EntitiesSettled,
    (),
    (reference, from, to, from_channel, to_channel, minor, remaining, postings, currency)
)

} // namespace tollbook
