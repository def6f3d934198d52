#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace tollbook {

inline constexpr std::size_t parallel_threads_max = 4;

// Calls work(i) for each i below `count`, in any order, on as many threads as there are cores (four
// at most), this one among them; returns when all are done. `work` does not throw, and what it
// touches belongs to its i.
template <class Work>
void for_each_in_parallel(std::size_t count, const Work& work) {
    std::atomic<std::size_t> next{0};
    const auto take = [&] {
        for (std::size_t i = next++; i < count; i = next++)
            work(i);
    };
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min({cores, parallel_threads_max, count}); ++i)
        others.emplace_back(take);
    take();
}

} // namespace tollbook
