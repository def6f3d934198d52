#pragma once

#include "ledger/error.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace tollbook::api {

// What a process may be. ledger: it keeps the log and decides. projector: it carries the read
// models. enforcer: it makes routers obey. api: it answers people. Of the ledger there is one; of
// projectors and enforcers one works and the others stand by; of the api any number.
enum class NodeRole : std::uint8_t { ledger, projector, enforcer, api };

class NodeRoles {
public:
    constexpr NodeRoles(std::initializer_list<NodeRole> roles) {
        for (const NodeRole role : roles)
            bits_ |= bit(role);
    }

    static constexpr NodeRoles all() {
        return {NodeRole::ledger, NodeRole::projector, NodeRole::enforcer, NodeRole::api};
    }

    constexpr bool has(NodeRole role) const { return (bits_ & bit(role)) != 0; }

    constexpr void add(NodeRole role) { bits_ |= bit(role); }

    constexpr bool is_all() const { return bits_ == all().bits_; }

private:
    static constexpr std::uint32_t bit(NodeRole role) {
        return std::uint32_t{1} << static_cast<std::uint32_t>(role);
    }

    std::uint32_t bits_{};
};

// None named: all. Refuses a name that is not known with config_invalid.
Result<NodeRoles> parse_node_roles(const std::vector<std::string>& names);

} // namespace tollbook::api
