#include "ledger/keyed_nodes.hpp"

#include <xxhash.h>

namespace tollbook {

std::uint64_t key_hash(std::string_view key) { return XXH3_64bits(key.data(), key.size()); }

} // namespace tollbook
