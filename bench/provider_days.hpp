#pragma once

#include "tests/projections/memory_source.hpp"

namespace tollbook::bench {

struct Scale {
    int customers{};
    int rounds{};
};

// A provider whose customers, one service each, pay for a month `rounds` times after a cut: six
// records each time.
void fill(MemorySource& source, const Scale& scale);

} // namespace tollbook::bench
