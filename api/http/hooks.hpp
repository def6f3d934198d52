// Callbacks of payment providers that sign nothing: a secret path, an allow-list of sources, and
// the bytes handed on untouched.
#pragma once

#include "api/http/address_list.hpp"
#include "api/http/message.hpp"
#include "api/http/secret_file.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollbook::api {

// Tenant to the hashes of its secrets (several while one is replaced).
using HookTable = std::unordered_map<std::string, std::vector<Hash>>;

// Where callbacks may come from. `observe_only` counts strangers and lets them in: M-Pesa's
// addresses are a matter of hearsay.
struct HookSources {
    AddressList allowed;
    AddressList proxies;
    bool observe_only{true};
};

class Hooks {
public:
    explicit Hooks(
        std::string path,
        HookSources sources = {},
        std::chrono::milliseconds look_every = std::chrono::milliseconds(500)
    );

    // Reads `<data>/hooks`: lines "<tenant> <BLAKE2b-256 of the secret> <created>".
    Status open();

    // Refuses with not_found, whatever is wrong: nobody learns which part it was.
    Status check_secret(std::string_view tenant, std::string_view secret);

    const HookSources& sources() const { return sources_; }

private:
    FileTable<HookTable> table_;
    HookSources sources_;
};

// Adds a secret of the tenant and returns the path that the provider is told.
Result<std::string> create_hook(const std::string& path, std::string_view tenant);

// The body of record_callback for these bytes.
struct Arrival {
    std::string id;
    std::string source;
};

std::string callback_body(const Arrival& arrival, std::string_view raw);

// A random id for one delivery.
std::string new_arrival_id();

} // namespace tollbook::api
