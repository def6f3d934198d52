#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace tollbook {

// A condition that only a bug of ours can break. Always on: a ledger that goes on after one of
// these would write down something false.
inline void ensure(
    bool condition, const std::source_location where = std::source_location::current()
) {
    if (condition) [[likely]]
        return;
    std::fprintf(stderr, "broken invariant at %s:%u\n", where.file_name(), where.line());
    std::abort();
}

} // namespace tollbook
