// Bodies of commands about legal entities; a part of commands/commands.hpp.
#pragma once

#include "ledger/json.hpp"

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

} // namespace tollbook
