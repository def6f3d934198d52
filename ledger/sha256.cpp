#include "ledger/sha256.hpp"

namespace tollbook {

Sha256& Sha256::add(std::string_view bytes) {
    sha256_update(&context_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
    return *this;
}

Hash Sha256::finish() {
    Hash hash{};
    sha256_digest(&context_, hash.size(), hash.data());
    return hash;
}

} // namespace tollbook
