// Bodies of commands about legal entities; a part of commands/commands.hpp.
#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Makes a legal entity, or says anew what its documents tell of it from now on.
struct DefineLegalEntity {
    static constexpr std::string_view type = "define_legal_entity";
    std::string entity;
    std::string name;
    std::optional<std::string> tax_registration;      // Its number with the tax authority.
    std::optional<std::string> address;               // Lines, one below the other.
    std::optional<std::vector<std::string>> channels; // Those that it has; cash of no other one.
};
BOOST_DESCRIBE_STRUCT(DefineLegalEntity, (), (entity, name, tax_registration, address, channels))

// One legal entity paid another what it owed it.
struct SettleEntities {
    static constexpr std::string_view type = "settle_entities";
    std::string reference; // Of the transfer: each one once.
    std::string from;      // Who owed, and paid ...
    std::string to;        // ... whom.
    std::string from_channel;
    std::string to_channel;
    std::optional<std::int64_t> minor;  // All that is owed.
    std::optional<Currency> currency{}; // The tenant's.
};
BOOST_DESCRIBE_STRUCT(
    SettleEntities, (), (reference, from, to, from_channel, to_channel, minor, currency)
)

} // namespace tollbook
