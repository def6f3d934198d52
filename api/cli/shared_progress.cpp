#include "api/cli/shared_progress.hpp"

#include <numeric>

namespace tollbook::api {

SharedProgress::Part SharedProgress::add() {
    const std::size_t part = bar_.with([](Bar& bar) {
        bar.done.push_back(0);
        return bar.done.size() - 1;
    });
    return [this, part](std::size_t done, std::size_t total) { tell(part, done, total); };
}

// What has not begun yet has as far to go as this one.
void SharedProgress::tell(std::size_t part, std::size_t done, std::size_t total) {
    bar_.with([&](Bar& bar) {
        bar.done.at(part) = done;
        bar.progress.at(
            std::accumulate(bar.done.begin(), bar.done.end(), std::size_t{0}),
            total * bar.done.size()
        );
    });
}

} // namespace tollbook::api
