#include "projections/live_tables.hpp"
#include "projections/migrations.hpp"
#include "projections/rebuild.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

constexpr auto restore_checkpoint_sql =
    "UPDATE projection_checkpoints c SET version = p.version, state = p.state, seq = p.seq, "
    "hash = p.hash, recorded_at = p.recorded_at, generation = c.generation + 1 "
    "FROM projection_previous p WHERE p.projection = $1 AND c.projection = p.projection "
    "AND c.partition = p.partition RETURNING array_to_json(p.table_names)";

constexpr auto restore_tables_sql =
    "INSERT INTO projection_tables (projection, position, table_name) "
    "SELECT p.projection, t.position - 1, t.name FROM projection_previous p, "
    "unnest(p.table_names) WITH ORDINALITY AS t(name, position) WHERE p.projection = $1";

Status undo_in_transaction(SqlSession& db, const std::string& projection) {
    if (const Status status = hold_checkpoint(db, projection); !status) return status;
    const Result<std::vector<std::string>> fresh = registered_tables(db, projection);
    if (!fresh) return fresh.error();
    const Result<SqlRows> restored = db.query(restore_checkpoint_sql, {projection});
    if (!restored) return restored.error();
    if (restored->size() == 0) return Error{Errc::not_found, projection + " was not rebuilt"};
    std::vector<std::string> old;
    column::get(restored->at(0, 0), old);

    const std::string live(live_schema);
    const std::string undone = projection + "_undone";
    const std::string previous = projection + "_previous";
    if (const Status status = seize_tables(db, projection); !status) return status;
    if (const Status status = make_schema(db, undone); !status) return status;
    if (const Status status = move_tables(db, *fresh, {live, undone}); !status) return status;
    if (const Status status = move_tables(db, old, {previous, live}); !status) return status;
    for (const auto* sql :
         {"DELETE FROM projection_tables WHERE projection = $1",
          restore_tables_sql,
          "DELETE FROM parked_keys WHERE projection = $1",
          "INSERT INTO parked_keys SELECT * FROM parked_keys_previous WHERE projection = $1",
          "DELETE FROM parked_keys_previous WHERE projection = $1",
          "DELETE FROM projection_previous WHERE projection = $1"})
        if (const Result<SqlRows> done = db.query(sql, {projection}); !done) return done.error();
    if (const Status status = make_reads(db); !status) return status;
    return db.run(fmt::format(
        "DROP SCHEMA {} CASCADE; DROP SCHEMA {} CASCADE", sql_name(undone), sql_name(previous)
    ));
}

} // namespace

Status undo_rebuild(SqlSession& db, const std::string& projection) {
    return while_locked(db, projection, ProjectionLock::exclusive, [&] {
        return in_swap_turn(db, [&] {
            return in_transaction(db, [&] { return undo_in_transaction(db, projection); });
        });
    });
}

} // namespace tollbook
