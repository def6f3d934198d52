#pragma once

#include "ledger/record.hpp"

#include <memory>
#include <string_view>

namespace tollbook {

// SHA-256 piece by piece. Reusable after `finish`; not thread-safe.
class Sha256 {
public:
    Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    ~Sha256();

    Sha256& add(std::string_view bytes);

    // The hash of what was added; begins anew.
    Hash finish();

    // The one that this thread reuses: making one costs more than a short hash.
    static Sha256& of_thread();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

} // namespace tollbook
