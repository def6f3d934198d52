#pragma once

#include "projections/rebuild.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace tollbook {

// Makes a session that belongs to who asked; thread-safe.
using ConnectSql = std::function<Result<std::unique_ptr<SqlSession>>()>;

// Rebuilds several read models, up to `at_once` at a time, each in a session and a thread of its
// own: PostgreSQL takes the rows of one while the log is folded for another. They share what one
// rebuild may hold in memory. The reports are in the order wanted; a rebuild that is refused keeps
// none of the others from its end. `open_personal` and `progress` are called from several threads.
std::vector<Result<RebuildReport>> rebuild_all(
    const ConnectSql& connect,
    Source& source,
    std::vector<RebuildOptions> wanted,
    std::size_t at_once
);

} // namespace tollbook
