#include "ledger/key_ring.hpp"

#include <algorithm>
#include <filesystem>
#include <sodium.h>
#include <string>
#include <system_error>
#include <utility>

namespace tollbook {

namespace {

using Binding = std::array<std::uint8_t, 37>;

// What a wrapped key is bound to: it unwraps in no other entry.
Binding binding_of(const KeyEntry& entry) {
    Binding binding{};
    binding[0] = static_cast<std::uint8_t>(entry.kind);
    std::ranges::copy(entry.name, binding.begin() + 1);
    for (std::size_t i = 0; i < 4; ++i)
        binding[33 + i] = static_cast<std::uint8_t>(entry.key_id >> (24 - 8 * i));
    return binding;
}

SecretKey random_key() {
    SecretKey key{};
    randombytes_buf(key.data(), key.size());
    return key;
}

Error gone() { return {Errc::not_found, "there is no such key"}; }

} // namespace

KeyRing::KeyRing(const SecretKey& master, std::unique_ptr<KeyFile> file, bool read_only)
    : wrapping_(derive(master, "tollbook/keys/wrap/1"))
    , naming_(derive(master, "tollbook/keys/name/1"))
    , file_(std::move(file))
    , read_only_(read_only) {}

Result<KeyRing> KeyRing::open(const std::string& directory, bool read_only) {
    std::error_code failed;
    if (!read_only) std::filesystem::create_directories(directory + "/keys", failed);
    if (failed) return Error{Errc::store_unavailable, directory + "/keys: " + failed.message()};
    // Without its master key an old key file is lost: no new one in its place.
    const std::string path = directory + "/keys/keys";
    const bool fresh = !std::filesystem::exists(path, failed);
    const Result<SecretKey> master =
        load_master_key(directory + "/master.key", fresh && !read_only);
    if (!master) return master.error();
    Result<std::unique_ptr<KeyFile>> file = KeyFile::open(path, read_only);
    if (!file) return file.error();
    KeyRing ring(*master, std::move(*file), read_only);
    if (const Status status = ring.catch_up(); !status) return status.error();
    return ring;
}

// Takes in the places that were added since; at open, all.
Status KeyRing::catch_up() {
    const Result<std::vector<KeyEntry>> entries = file_->read_from(places_read_);
    if (!entries) return entries.error();
    for (const KeyEntry& entry : *entries) {
        const std::uint64_t place = places_read_++;
        if (entry.kind == KeyKind::tenant) tenants_[entry.name] = place;
        if (entry.kind == KeyKind::subject) subjects_[entry.name] = {place, entry.key_id, true};
        if (entry.kind == KeyKind::forgotten) subjects_[entry.name] = {place, entry.key_id, false};
    }
    return Done{};
}

KeyName KeyRing::name_of(std::string_view tenant, std::string_view subject) const {
    std::string text = std::to_string(tenant.size());
    text.append(":").append(tenant).append(subject);
    return keyed_hash(naming_, text);
}

KeyEntry KeyRing::wrap(KeyEntry entry, const SecretKey& key) const {
    randombytes_buf(entry.nonce.data(), entry.nonce.size());
    const Binding binding = binding_of(entry);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        entry.wrapped.data(),
        nullptr,
        key.data(),
        key.size(),
        binding.data(),
        binding.size(),
        nullptr,
        entry.nonce.data(),
        wrapping_.data()
    );
    return entry;
}

Result<SecretKey> KeyRing::unwrap(const KeyEntry& entry) const {
    SecretKey key{};
    const Binding binding = binding_of(entry);
    const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(
        key.data(),
        nullptr,
        nullptr,
        entry.wrapped.data(),
        entry.wrapped.size(),
        binding.data(),
        binding.size(),
        entry.nonce.data(),
        wrapping_.data()
    );
    if (status != 0) return Error{Errc::store_damaged, "a key is not of this master key"};
    return key;
}

void KeyRing::remember(const KeyName& name, const SecretKey& key) {
    if (cache_.size() >= cached_keys_max) cache_.clear();
    cache_.insert_or_assign(name, key);
}

// A reader keeps no keys: the node beside it may destroy them.
Result<RingKey> KeyRing::key_at(const KeyName& name, const Place& at) {
    const auto cached = cache_.find(name);
    if (cached != cache_.end()) return RingKey{cached->second, at.key_id};
    const Result<KeyEntry> entry = file_->read(at.place);
    if (!entry) return entry.error();
    if (entry->kind != KeyKind::subject || entry->name != name) return gone();
    const Result<SecretKey> key = unwrap(*entry);
    if (!key) return key.error();
    if (!read_only_) remember(name, *key);
    return RingKey{*key, at.key_id};
}

Result<RingKey> KeyRing::find_known(const KeyName& name) {
    const auto known = subjects_.find(name);
    if (known == subjects_.end() || !known->second.live) return gone();
    return key_at(name, known->second);
}

Result<RingKey> KeyRing::find(const KeyName& name) {
    Result<RingKey> key = find_known(name);
    if (key || !read_only_ || key.error().code != Errc::not_found) return key;
    if (const Status status = catch_up(); !status) return status.error();
    return find_known(name);
}

Result<std::vector<RingKey>> KeyRing::keys_for(std::span<const KeyName> names) {
    if (const Status status = make_missing(names); !status) return status.error();
    std::vector<RingKey> keys;
    keys.reserve(names.size());
    for (const KeyName& name : names) {
        const Result<RingKey> key = key_at(name, subjects_.at(name));
        if (!key) return key.error();
        keys.push_back(*key);
    }
    return keys;
}

Status KeyRing::make_missing(std::span<const KeyName> names) {
    ByName<Place> made;
    std::vector<KeyEntry> entries;
    std::vector<SecretKey> keys;
    for (const KeyName& name : names) {
        const auto known = subjects_.find(name);
        const bool live = known != subjects_.end() && known->second.live;
        if (live || made.contains(name)) continue;
        const std::uint32_t key_id = known == subjects_.end() ? 1 : known->second.key_id + 1;
        made[name] = {entries.size(), key_id, true};
        keys.push_back(random_key());
        entries.push_back(wrap({KeyKind::subject, key_id, name, {}, {}}, keys.back()));
    }
    if (entries.empty()) return Done{};
    if (read_only_) return Error{Errc::read_only, "the key store is open for reading"};

    const Result<std::uint64_t> first = file_->append(entries);
    if (!first) return first.error();
    for (const auto& [name, at] : made) {
        subjects_[name] = {*first + at.place, at.key_id, true};
        remember(name, keys[at.place]);
    }
    return Done{};
}

Status KeyRing::forget(const KeyName& name) {
    if (read_only_) return Error{Errc::read_only, "the key store is open for reading"};
    const auto known = subjects_.find(name);
    if (known == subjects_.end() || !known->second.live) return gone();
    cache_.erase(name);
    const KeyEntry stub{KeyKind::forgotten, known->second.key_id, name, {}, {}};
    if (const Status status = file_->overwrite(known->second.place, stub); !status)
        return status.error();
    known->second.live = false;
    return Done{};
}

TenantKey KeyRing::tenant_key(std::string_view tenant) {
    const KeyName name = name_of(tenant, "\ntenant");
    auto known = tenants_.find(name);
    if (known == tenants_.end() && read_only_ && catch_up()) known = tenants_.find(name);
    if (known != tenants_.end()) {
        const Result<KeyEntry> entry = file_->read(known->second);
        const Result<SecretKey> key = entry ? unwrap(*entry) : entry.error();
        if (key) return {*key, true};
    }
    const SecretKey key = tenants_unsaved_.try_emplace(name, random_key()).first->second;
    if (known != tenants_.end() || read_only_) return {key, false};

    const std::array entry{wrap({KeyKind::tenant, 1, name, {}, {}}, key)};
    const Result<std::uint64_t> place = file_->append(entry);
    if (!place) return {key, false};
    tenants_[name] = *place;
    tenants_unsaved_.erase(name);
    return {key, true};
}

} // namespace tollbook
