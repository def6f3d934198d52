#pragma once

#include "ledger/error.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollbook {

using SecretKey = std::array<std::uint8_t, 32>;

// The key of a data directory (`<directory>/master.key`, 32 bytes, mode 0600), made by libsodium's
// generator when there is none and `may_create`. Refuses a file that others may read.
Result<SecretKey> load_master_key(const std::string& path, bool may_create);

// A key for one purpose: BLAKE2b-256 of the purpose under `key`.
SecretKey derive(const SecretKey& key, std::string_view purpose);

// BLAKE2b-256 of the text under `key`.
std::array<std::uint8_t, 32> keyed_hash(const SecretKey& key, std::string_view text);

} // namespace tollbook
