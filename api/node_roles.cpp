#include "api/node_roles.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::array<std::pair<std::string_view, NodeRole>, 4> names_of_roles{{
    {"ledger", NodeRole::ledger},
    {"projector", NodeRole::projector},
    {"enforcer", NodeRole::enforcer},
    {"api", NodeRole::api},
}};

} // namespace

Result<NodeRoles> parse_node_roles(const std::vector<std::string>& names) {
    if (names.empty()) return NodeRoles::all();
    NodeRoles roles{};
    for (const std::string& name : names) {
        const auto* const found =
            std::ranges::find(names_of_roles, name, &decltype(names_of_roles)::value_type::first);
        if (found == names_of_roles.end())
            return Error{
                Errc::config_invalid, "--role takes ledger, projector, enforcer or api: " + name};
        roles.add(found->second);
    }
    return roles;
}

} // namespace tollbook::api
