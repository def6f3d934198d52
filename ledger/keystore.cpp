#include "ledger/keystore.hpp"

#include "ledger/guarded.hpp"
#include "ledger/key_ring.hpp"

#include <functional>
#include <sodium.h>
#include <unordered_map>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

struct TextHash {
    using is_transparent = void; // NOLINT(readability-identifier-naming)

    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

using TenantKeys = std::unordered_map<std::string, SecretKey, TextHash, std::equal_to<>>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Sealed sealed_under(const RingKey& key, const SealRequest& request) {
    Sealed sealed{std::string(request.subject), key.key_id, {}, {}};
    randombytes_buf(sealed.nonce.data(), sealed.nonce.size());
    sealed.ciphertext.resize(request.plain.size() + tag_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes_of(sealed.ciphertext),
        nullptr,
        bytes_of(request.plain),
        request.plain.size(),
        request.event_id.data(),
        request.event_id.size(),
        nullptr,
        sealed.nonce.data(),
        key.key.data()
    );
    return sealed;
}

} // namespace

// Syncs of new keys happen under `ring`; hashing needs `tenants` alone, once the key is there.
struct KeyStore::State {
    explicit State(KeyRing opened) : ring(std::move(opened)) {}

    Guarded<KeyRing> ring;
    Guarded<TenantKeys> tenants;

    TenantKey key_of(std::string_view tenant) {
        const auto cached = tenants.with([&](TenantKeys& keys) -> std::optional<SecretKey> {
            const auto found = keys.find(tenant);
            return found == keys.end() ? std::nullopt : std::optional(found->second);
        });
        if (cached) return {*cached, true};
        const TenantKey key = ring.with([&](KeyRing& keys) { return keys.tenant_key(tenant); });
        if (!key.durable) return key;
        tenants.with([&](TenantKeys& keys) {
            if (keys.size() >= cached_keys_max) keys.clear();
            keys.insert_or_assign(std::string(tenant), key.key);
        });
        return key;
    }
};

KeyStore::KeyStore(std::unique_ptr<State> state) : state_(std::move(state)) {}

KeyStore::~KeyStore() = default;

Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::string& directory, bool read_only) {
    Result<KeyRing> ring = KeyRing::open(directory, read_only);
    if (!ring) return ring.error();
    return std::unique_ptr<KeyStore>(new KeyStore(std::make_unique<State>(std::move(*ring))));
}

Result<std::vector<Sealed>> KeyStore::seal(std::span<const SealRequest> requests) {
    const auto keys = state_->ring.with([&](KeyRing& ring) {
        std::vector<KeyName> names;
        names.reserve(requests.size());
        for (const SealRequest& request : requests)
            names.push_back(ring.name_of(request.tenant, request.subject));
        return ring.keys_for(names);
    });
    if (!keys) return keys.error();
    std::vector<Sealed> sealed;
    sealed.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i)
        sealed.push_back(sealed_under((*keys)[i], requests[i]));
    return sealed;
}

Result<std::string> KeyStore::open_sealed(
    std::string_view tenant, const Sealed& sealed, const Uuid& event_id
) const {
    const Result<RingKey> key = state_->ring.with([&](KeyRing& ring) {
        return ring.find(ring.name_of(tenant, sealed.subject));
    });
    if (!key) return key.error();
    if (key->key_id != sealed.key_id) return Error{Errc::not_found, "the key is gone"};
    if (sealed.ciphertext.size() < tag_bytes)
        return Error{Errc::store_damaged, "a sealed part is cut short"};

    std::string plain(sealed.ciphertext.size() - tag_bytes, '\0');
    const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes_of(plain),
        nullptr,
        nullptr,
        bytes_of(std::string_view(sealed.ciphertext)),
        sealed.ciphertext.size(),
        event_id.data(),
        event_id.size(),
        sealed.nonce.data(),
        key->key.data()
    );
    if (status != 0) return Error{Errc::store_damaged, "a sealed part does not open"};
    return plain;
}

Status KeyStore::forget(std::string_view tenant, std::string_view subject) {
    return state_->ring.with([&](KeyRing& ring) {
        return ring.forget(ring.name_of(tenant, subject));
    });
}

std::string KeyStore::private_hash(std::string_view tenant, std::string_view text) const {
    const Hash hash = keyed_hash(state_->key_of(tenant).key, text);
    return hex(std::span(hash).first(16));
}

Result<Hash> KeyStore::fingerprint(std::string_view tenant, std::string_view canonical) const {
    const TenantKey key = state_->key_of(tenant);
    if (!key.durable) return Error{Errc::store_unavailable, "the tenant's key cannot be stored"};
    return keyed_hash(key.key, canonical);
}

} // namespace tollbook
