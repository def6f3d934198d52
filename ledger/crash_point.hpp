#pragma once

#include <atomic>
#include <string_view>

namespace tollbook {

// Called at every crash point while armed. It may end the process, cut the power of a simulated
// disk, or count. Any thread may call it.
using CrashPointHook = void (*)(std::string_view point);

inline std::atomic<CrashPointHook> crash_point_hook{nullptr};

// A named place between two durable steps. Tests arm it; otherwise it costs one relaxed load.
inline void crash_point(std::string_view point) {
    const CrashPointHook hook = crash_point_hook.load(std::memory_order_relaxed);
    if (hook != nullptr) [[unlikely]]
        hook(point);
}

} // namespace tollbook
