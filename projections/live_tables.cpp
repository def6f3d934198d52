#include "projections/live_tables.hpp"

#include "projections/catalogue.hpp"

#include <fmt/format.h>

namespace tollbook {

Result<ProjectionCheckpoint> live_checkpoint(
    SqlSession& db, const std::string& projection, std::uint32_t partition
) {
    const Result<SqlRows> others = db.query(
        "SELECT count(*) FROM projection_checkpoints WHERE projection = $1 "
        "AND partition <> $2::integer AND seq > 0",
        {projection, std::to_string(partition)}
    );
    if (!others) return others.error();
    if (others->at(0, 0) != "0")
        return Error{Errc::policy_unsupported, projection + " holds rows of several partitions"};
    const Result<std::vector<ProjectionCheckpoint>> stored = read_checkpoints(db, partition);
    if (!stored) return stored.error();
    for (const ProjectionCheckpoint& checkpoint : *stored)
        if (checkpoint.projection == projection) return checkpoint;
    return Error{Errc::not_found, projection + " has read nothing yet"};
}

Status hold_checkpoint(SqlSession& db, const std::string& projection) {
    const Status bounded = db.run("SET LOCAL lock_timeout = '10s'");
    if (!bounded) return bounded;
    const Result<SqlRows> held = db.query(
        "SELECT 1 FROM projection_checkpoints WHERE projection = $1 FOR UPDATE", {projection}
    );
    return held ? Status{Done{}} : Status{held.error()};
}

Result<std::unique_ptr<Projection>> find_projection(
    const std::string& name, const std::string& schema
) {
    std::unique_ptr<Projection> projection = make_projection(name, schema);
    if (projection == nullptr) return Error{Errc::not_found, "no projection is called " + name};
    return projection;
}

Result<std::vector<std::string>> registered_tables(SqlSession& db, const std::string& projection) {
    const Result<SqlRows> rows = db.query(
        "SELECT table_name FROM projection_tables WHERE projection = $1 ORDER BY position",
        {projection}
    );
    if (!rows) return rows.error();
    std::vector<std::string> tables;
    for (std::size_t i = 0; i < rows->size(); ++i)
        tables.push_back(rows->at(i, 0).value_or(""));
    return tables;
}

constexpr auto seized_sql = "SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ') "
                            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                            "WHERE (n.nspname = $2 AND (c.relkind = 'v' OR c.relname IN "
                            "(SELECT table_name FROM projection_tables WHERE projection = $1))) "
                            "OR (n.nspname = $1 || '_previous' AND c.relkind = 'r')";

// A reader of several tables may hold one and want the next while this holds that and wants the
// first; a plan that it made before the last swap still names the tables of then. Each attempt
// gives up long before PostgreSQL would end one of the two (deadlock_timeout).
Status seize_tables(SqlSession& db, const std::string& projection) {
    constexpr int attempts_max = 100;
    const Result<SqlRows> found = db.query(seized_sql, {projection, std::string(live_schema)});
    if (!found) return found.error();
    const std::string list = found->at(0, 0).value_or("");
    for (int attempt = 1;; ++attempt) {
        const Status seized = db.run(
            "SAVEPOINT seize; SET LOCAL lock_timeout = '100ms'; LOCK TABLE " + list +
            " IN ACCESS EXCLUSIVE MODE; SET LOCAL lock_timeout = '10s'; RELEASE SAVEPOINT seize"
        );
        if (seized) return seized;
        const bool busy = seized.error().code == Errc::database_unavailable && !db.lost();
        if (!busy || attempt == attempts_max) return seized;
        if (const Status undone = db.run("ROLLBACK TO SAVEPOINT seize; RELEASE SAVEPOINT seize");
            !undone)
            return undone;
    }
}

Status move_tables(SqlSession& db, const std::vector<std::string>& tables, const TableMove& move) {
    for (const std::string& table : tables) {
        const Status moved = db.run(fmt::format(
            "ALTER TABLE {}.{} SET SCHEMA {}",
            sql_name(move.from),
            sql_name(table),
            sql_name(move.to)
        ));
        if (!moved) return moved;
    }
    return Done{};
}

Status raise_generation(SqlSession& db, const ProjectionCheckpoint& checkpoint) {
    const Result<SqlRows> raised = db.query(
        "UPDATE projection_checkpoints SET version = $2::integer, generation = generation + 1 "
        "WHERE projection = $1",
        {checkpoint.projection, std::to_string(checkpoint.version)}
    );
    return raised ? Status{Done{}} : Status{raised.error()};
}

Status make_schema(SqlSession& db, const std::string& schema) {
    return db.run(
        fmt::format("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}", sql_name(schema))
    );
}

Status lock_projection(SqlSession& db, const std::string& projection, ProjectionLock lock) {
    const Result<SqlRows> locked = db.query(
        lock == ProjectionLock::shared ? "SELECT pg_try_advisory_lock_shared(7237113, hashtext($1))"
                                       : "SELECT pg_try_advisory_lock(7237113, hashtext($1))",
        {projection}
    );
    if (!locked) return locked.error();
    if (locked->at(0, 0) == "t") return Done{};
    return Error{Errc::store_locked, projection + " is being rebuilt, resumed or compared"};
}

Status unlock_projection(SqlSession& db, const std::string& projection, ProjectionLock lock) {
    const Result<SqlRows> unlocked = db.query(
        lock == ProjectionLock::shared ? "SELECT pg_advisory_unlock_shared(7237113, hashtext($1))"
                                       : "SELECT pg_advisory_unlock(7237113, hashtext($1))",
        {projection}
    );
    return unlocked ? Status{Done{}} : Status{unlocked.error()};
}

Status lock_swap(SqlSession& db) { return db.run("SELECT pg_advisory_lock(7237115)"); }

Status unlock_swap(SqlSession& db) { return db.run("SELECT pg_advisory_unlock(7237115)"); }

} // namespace tollbook
