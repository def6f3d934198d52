#include "projections/rebuild_all.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace tollbook {

namespace {

Result<RebuildReport> rebuild_apart(
    const ConnectSql& connect, Source& source, const RebuildOptions& options
) {
    const Result<std::unique_ptr<SqlSession>> db = connect();
    if (!db) return db.error();
    return rebuild(**db, source, options);
}

} // namespace

std::vector<Result<RebuildReport>> rebuild_all(
    const ConnectSql& connect,
    Source& source,
    std::vector<RebuildOptions> wanted,
    std::size_t at_once
) {
    at_once = std::clamp<std::size_t>(at_once, 1, std::max<std::size_t>(wanted.size(), 1));
    std::vector<Result<RebuildReport>> reports(wanted.size(), Result<RebuildReport>(Error{}));
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < wanted.size(); i = next++) {
            wanted[i].replay.rows_held_max /= at_once;
            reports[i] = rebuild_apart(connect, source, wanted[i]);
        }
    };
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < at_once; ++i)
        workers.emplace_back(work);
    workers.clear(); // Joins them.
    return reports;
}

} // namespace tollbook
