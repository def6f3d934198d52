#pragma once

#include "ledger/record.hpp"

#include <nettle/sha2.h>
#include <string_view>

namespace tollbook {

// SHA-256 piece by piece. Reusable after `finish`; not thread-safe.
class Sha256 {
public:
    Sha256() { sha256_init(&context_); }

    Sha256& add(std::string_view bytes);

    // The hash of what was added; begins anew.
    Hash finish();

private:
    sha256_ctx context_;
};

} // namespace tollbook
