#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace tollbook::api {

// What an API key may be. Tenant keys act within one tenant; a key of `*` in any. `node` is for the
// processes of this installation alone: it submits in everybody's name.
enum class Role : std::uint8_t {
    admin,
    finance,
    operator_,
    cashier,
    auditor,
    viewer,
    platform,
    node,
};

struct RoleName {
    Role role;
    std::string_view name;
};

inline constexpr std::array role_names{
    RoleName{Role::admin, "admin"},
    RoleName{Role::finance, "finance"},
    RoleName{Role::operator_, "operator"},
    RoleName{Role::cashier, "cashier"},
    RoleName{Role::auditor, "auditor"},
    RoleName{Role::viewer, "viewer"},
    RoleName{Role::platform, "platform"},
    RoleName{Role::node, "node"},
};

constexpr std::string_view name_of(Role role) {
    for (const RoleName& entry : role_names)
        if (entry.role == role) return entry.name;
    return {};
}

constexpr std::optional<Role> role_named(std::string_view name) {
    for (const RoleName& entry : role_names)
        if (entry.name == name) return entry.role;
    return {};
}

// The roles that may use a route.
class Roles {
public:
    constexpr Roles() = default;

    constexpr Roles(std::initializer_list<Role> roles) {
        for (const Role role : roles)
            bits_ |= bit(role);
    }

    constexpr bool has(Role role) const { return (bits_ & bit(role)) != 0; }

    constexpr bool empty() const { return bits_ == 0; }

private:
    static constexpr std::uint32_t bit(Role role) {
        return std::uint32_t{1} << static_cast<std::uint32_t>(role);
    }

    std::uint32_t bits_{};
};

inline constexpr Roles anyone{}; // No key is asked for.
inline constexpr Roles for_platform{Role::platform};
inline constexpr Roles for_nodes{Role::node};
inline constexpr Roles for_admins{Role::platform, Role::admin};
inline constexpr Roles for_finance{Role::platform, Role::admin, Role::finance};
inline constexpr Roles for_operators{Role::platform, Role::admin, Role::operator_};
inline constexpr Roles for_batches{Role::platform, Role::admin, Role::finance, Role::operator_};
inline constexpr Roles for_cashiers{Role::platform, Role::admin, Role::finance, Role::cashier};
inline constexpr Roles for_auditors{Role::platform, Role::admin, Role::finance, Role::auditor};
inline constexpr Roles for_readers{
    Role::platform,
    Role::admin,
    Role::finance,
    Role::operator_,
    Role::cashier,
    Role::auditor,
    Role::viewer,
};

} // namespace tollbook::api
