// What rebuild, undo, diff and resume do with the live tables of a projection.
#pragma once

#include "projections/checkpoints.hpp"
#include "projections/projection.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tollbook {

// The one checkpoint of the live tables. Refuses with not_found when there is none, and with
// policy_unsupported when they hold rows of several partitions: those would need all logs at once.
Result<ProjectionCheckpoint> live_checkpoint(
    SqlSession& db, const std::string& projection, std::uint32_t partition
);

// The live projector waits at its checkpoint until the caller's transaction ends.
Status hold_checkpoint(SqlSession& db, const std::string& projection);

// A projection of this binary, writing into `schema`; not_found when the name is not known.
Result<std::unique_ptr<Projection>> find_projection(
    const std::string& name, const std::string& schema
);

Result<std::vector<std::string>> registered_tables(SqlSession& db, const std::string& projection);

// Takes the live tables of the projection, those before the last rebuild and every view from all
// readers until the transaction ends, without ever making one of them wait in a circle. Refuses
// with database_unavailable when readers hold them for too long.
Status seize_tables(SqlSession& db, const std::string& projection);

struct TableMove {
    std::string from;
    std::string to;
};

Status move_tables(SqlSession& db, const std::vector<std::string>& tables, const TableMove& move);

// The live rows are other ones now: the projector reads them, and its checkpoint, again.
Status raise_generation(SqlSession& db, const ProjectionCheckpoint& checkpoint);

// An empty schema of that name; what was in it is gone.
Status make_schema(SqlSession& db, const std::string& schema);

// Who replaces rows of a projection's tables is alone; any number may look at them meanwhile.
enum class ProjectionLock { exclusive, shared };

// Refuses with store_locked while another session holds a lock that excludes this one.
Status lock_projection(SqlSession& db, const std::string& projection, ProjectionLock lock);
Status unlock_projection(SqlSession& db, const std::string& projection, ProjectionLock lock);

// Runs `work` under the lock.
template <class Work>
auto while_locked(SqlSession& db, const std::string& projection, ProjectionLock lock, Work&& work)
    -> decltype(work()) {
    if (const Status locked = lock_projection(db, projection, lock); !locked) return locked.error();
    auto outcome = work();
    const Status unlocked = unlock_projection(db, projection, lock);
    if (!unlocked && outcome) return unlocked.error();
    return outcome;
}

// Waits while another session puts tables in the place of others: that session has read its own,
// and to lock a view is to lock all tables below it, so that two would wait for each other.
Status lock_swap(SqlSession& db);
Status unlock_swap(SqlSession& db);

// Runs `work` under that lock.
template <class Work>
auto in_swap_turn(SqlSession& db, Work&& work) -> decltype(work()) {
    if (const Status locked = lock_swap(db); !locked) return locked.error();
    auto outcome = work();
    const Status unlocked = unlock_swap(db);
    if (!unlocked && outcome) return unlocked.error();
    return outcome;
}

} // namespace tollbook
