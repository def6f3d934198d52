#pragma once

#include "ledger/key_file.hpp"
#include "ledger/master_key.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollbook {

// Unwrapped keys that are kept in memory.
inline constexpr std::size_t cached_keys_max = 65'536;

// Whose key it is: a keyed hash, so that the store names nobody.
using KeyName = std::array<std::uint8_t, 32>;

struct RingKey {
    SecretKey key{};
    std::uint32_t key_id{};
};

// A tenant's key that is not durable (the disk is full) must not reach the log.
struct TenantKey {
    SecretKey key{};
    bool durable{};
};

// The keys of a KeyFile, unwrapped when they are needed. Not thread-safe.
// A subject has one live key at a time: after it was forgotten, the next one has the next id.
class KeyRing {
public:
    // `<directory>/master.key` and `<directory>/keys/keys`.
    static Result<KeyRing> open(const std::string& directory, bool read_only);

    KeyName name_of(std::string_view tenant, std::string_view subject) const;

    // One key for each name; those that lack one get one, all with one sync.
    Result<std::vector<RingKey>> keys_for(std::span<const KeyName> names);

    // Refuses with not_found when it never was or is forgotten.
    Result<RingKey> find(const KeyName& name);

    Status forget(const KeyName& name);

    TenantKey tenant_key(std::string_view tenant);

private:
    struct Place {
        std::uint64_t place{};
        std::uint32_t key_id{};
        bool live{};
    };

    struct NameHash {
        std::size_t operator()(const KeyName& name) const noexcept {
            std::size_t hash = 0;
            std::memcpy(&hash, name.data(), sizeof(hash));
            return hash;
        }
    };

    template <class T>
    using ByName = std::unordered_map<KeyName, T, NameHash>;

    KeyRing(const SecretKey& master, std::unique_ptr<KeyFile> file, bool read_only);
    Status catch_up();
    Status make_missing(std::span<const KeyName> names);
    KeyEntry wrap(KeyEntry entry, const SecretKey& key) const;
    Result<SecretKey> unwrap(const KeyEntry& entry) const;
    Result<RingKey> find_known(const KeyName& name);
    Result<RingKey> key_at(const KeyName& name, const Place& at);
    void remember(const KeyName& name, const SecretKey& key);

    SecretKey wrapping_;
    SecretKey naming_;
    std::unique_ptr<KeyFile> file_;
    bool read_only_;
    std::uint64_t places_read_{};
    ByName<Place> subjects_;
    ByName<std::uint64_t> tenants_;     // Places.
    ByName<SecretKey> tenants_unsaved_; // Made, but not on disk yet.
    ByName<SecretKey> cache_;
};

} // namespace tollbook
