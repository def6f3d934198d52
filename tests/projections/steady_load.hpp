#pragma once

#include "memory_source.hpp"
#include "projections/runner.hpp"

#include <chrono>
#include <thread>

namespace tollbook {

// Between two records of a load: long while the runner is far behind. A load that runs away from
// it on a slow machine would test the machine.
inline void pause_load(MemorySource& source, const ProjectionRunner& runner) {
    constexpr std::uint64_t far_behind = 500;
    const bool slowly = source.head()->seq > runner.progress().seq + far_behind;
    std::this_thread::sleep_for(std::chrono::milliseconds{slowly ? 20 : 2});
}

} // namespace tollbook
