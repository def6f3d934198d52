#include "api/live_runs.hpp"

#include "ledger/guarded.hpp"

#include <set>
#include <utility>

namespace tollbook::api {

namespace {

using RunName = std::pair<const Partition*, std::string>;

Guarded<std::set<RunName>>& live_runs() {
    static Guarded<std::set<RunName>> runs;
    return runs;
}

} // namespace

LiveRun::LiveRun(const Partition& partition, std::string run)
    : partition_(&partition), run_(std::move(run)) {
    live_runs().with([&](auto& runs) { runs.emplace(partition_, run_); });
}

LiveRun::~LiveRun() {
    live_runs().with([&](auto& runs) { runs.erase({partition_, run_}); });
}

bool is_live(const Partition& partition, const std::string& run) {
    return live_runs().with([&](const auto& runs) { return runs.contains({&partition, run}); });
}

} // namespace tollbook::api
