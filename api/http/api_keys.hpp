#pragma once

#include "api/http/roles.hpp"
#include "api/http/secret_file.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollbook::api {

inline constexpr std::string_view any_tenant = "*";

// Who asks, and where they may.
struct Principal {
    std::string id; // Of the key.
    std::string tenant;
    Role role{};

    bool may_see(std::string_view name) const { return tenant == any_tenant || tenant == name; }
};

// One line of `<data>/apikeys`: "<id> <tenant or *> <role> <BLAKE2b-256 of the secret> <created>".
// A key is shown once, as "tb_<id>_<secret>"; a line taken out of the file ends it.
struct ApiKey {
    Principal principal;
    Hash secret{};
    std::string created_at;
};

using ApiKeyTable = std::unordered_map<std::string, ApiKey>;

class ApiKeys {
public:
    explicit ApiKeys(
        std::string path, std::chrono::milliseconds look_every = std::chrono::milliseconds(500)
    );

    // Reads the file; an absent one has no keys.
    Status open();

    // Whose key the Authorization header carries. Refuses with authentication_required.
    Result<Principal> authenticate(const std::optional<std::string>& authorization);

    std::vector<ApiKey> list();

private:
    FileTable<ApiKeyTable> table_;
};

// Adds a key and returns it; only its hash is kept.
Result<std::string> create_api_key(const std::string& path, std::string_view tenant, Role role);

} // namespace tollbook::api
