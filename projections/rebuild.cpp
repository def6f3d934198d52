#include "projections/rebuild.hpp"

#include "projections/catalogue.hpp"
#include "projections/migrations.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

// The one checkpoint of the live tables. Tables that several partitions share would need all of
// their logs at once.
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
    return Error{Errc::not_found, projection + " has no checkpoint"};
}

Result<std::unique_ptr<Projection>> find_projection(
    const std::string& name, const std::string& schema
) {
    std::unique_ptr<Projection> projection = make_projection(name, schema);
    if (projection == nullptr) return Error{Errc::not_found, "no projection is called " + name};
    return projection;
}

Result<std::vector<TableComparison>> compare(SqlSession& db, Projection& replayed) {
    std::vector<TableComparison> tables;
    for (const RowSet* table : replayed.tables()) {
        Result<TableComparison> comparison = compare_table(db, table->shape());
        if (!comparison) return comparison.error();
        tables.push_back(std::move(*comparison));
    }
    return tables;
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

struct Move {
    std::string from;
    std::string to;
};

Status move_tables(SqlSession& db, const std::vector<std::string>& tables, const Move& move) {
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

Status make_schema(SqlSession& db, const std::string& schema) {
    return db.run(
        fmt::format("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}", sql_name(schema))
    );
}

Status hold_checkpoint(SqlSession& db, const std::string& projection) {
    const Status bounded = db.run("SET LOCAL lock_timeout = '10s'");
    if (!bounded) return bounded;
    const Result<SqlRows> held = db.query(
        "SELECT 1 FROM projection_checkpoints WHERE projection = $1 FOR UPDATE", {projection}
    );
    return held ? Status{Done{}} : Status{held.error()};
}

// The old tables' names and checkpoint, for the way back.
constexpr auto keep_sql =
    "INSERT INTO projection_previous "
    "(projection, version, partition, state, seq, hash, recorded_at, table_names) "
    "SELECT c.projection, c.version, c.partition, c.state, c.seq, c.hash, c.recorded_at, "
    "(SELECT array_agg(t.table_name ORDER BY t.position) FROM projection_tables t "
    "WHERE t.projection = c.projection) "
    "FROM projection_checkpoints c WHERE c.projection = $1 AND c.partition = $2::integer "
    "ON CONFLICT (projection) DO UPDATE SET version = excluded.version, "
    "partition = excluded.partition, state = excluded.state, seq = excluded.seq, "
    "hash = excluded.hash, recorded_at = excluded.recorded_at, "
    "table_names = excluded.table_names";

class Rebuild {
public:
    Rebuild(SqlSession& db, Source& source, const RebuildOptions& options)
        : db_(db)
        , options_(options)
        , partition_(source.identity().partition)
        , next_(options.projection + "_next")
        , replay_(db, source, options.replay) {}

    Result<RebuildReport> run() {
        if (const Status status = lock(); !status) return status.error();
        Result<RebuildReport> report = run_locked();
        const auto unlocked =
            db_.query("SELECT pg_advisory_unlock(7237113, hashtext($1))", {options_.projection});
        if (!unlocked && report) return unlocked.error();
        return report;
    }

private:
    Status lock() {
        const Result<SqlRows> locked =
            db_.query("SELECT pg_try_advisory_lock(7237113, hashtext($1))", {options_.projection});
        if (!locked) return locked.error();
        if (locked->at(0, 0) == "t") return Done{};
        return Error{Errc::store_locked, options_.projection + " is being rebuilt"};
    }

    Result<RebuildReport> run_locked() {
        if (const Status status = in_transaction(db_, [&] { return build(); }); !status)
            return status.error();
        if (const Status status = in_transaction(db_, [&] { return catch_up(); }); !status)
            return status.error();
        RebuildReport report;
        const Status swapped = in_transaction(db_, [&] { return prove_and_swap(report); });
        if (!swapped) return swapped.error();
        return report;
    }

    // One transaction makes and fills the tables: nothing of it is written ahead.
    Status build() {
        Result<std::unique_ptr<Projection>> projection =
            find_projection(options_.projection, next_);
        if (!projection) return projection.error();
        if (const Status status = make_schema(db_, next_); !status) return status;
        if (const Status status = replay_.open(std::move(*projection), next_); !status)
            return status;
        if (const Status status = catch_up(); !status) return status;
        return replay_.finish();
    }

    Status catch_up() {
        const Result<ProjectionCheckpoint> live =
            live_checkpoint(db_, options_.projection, partition_);
        if (!live) return live.error();
        return replay_.fold_until(live->state);
    }

    // The live projector waits at its checkpoint until this transaction ends.
    Status prove_and_swap(RebuildReport& report) {
        if (const Status status = hold_checkpoint(db_, options_.projection); !status) return status;
        const Result<ProjectionCheckpoint> live =
            live_checkpoint(db_, options_.projection, partition_);
        if (!live) return live.error();
        if (const Status status = replay_.fold_until(live->state); !status) return status;
        Result<std::vector<TableComparison>> tables = compare(db_, replay_.projection());
        if (!tables) return tables.error();
        report.at = live->state;
        report.tables = std::move(*tables);
        if (!all_equal(report.tables) && !options_.accept_differences) return Done{};
        report.swapped = true;
        return swap();
    }

    Status swap() {
        const Result<std::vector<std::string>> old = registered_tables(db_, options_.projection);
        if (!old) return old.error();
        const Result<SqlRows> kept =
            db_.query(keep_sql, {options_.projection, std::to_string(partition_)});
        if (!kept) return kept.error();
        const std::string previous = options_.projection + "_previous";
        const std::string live(live_schema);
        if (const Status status = make_schema(db_, previous); !status) return status;
        if (const Status status = move_tables(db_, *old, {live, previous}); !status) return status;
        if (const Status status = register_tables(db_, replay_.projection()); !status)
            return status;
        const auto fresh = registered_tables(db_, options_.projection);
        if (!fresh) return fresh.error();
        if (const Status status = move_tables(db_, *fresh, {next_, live}); !status) return status;
        if (const Status status = move_checkpoint(); !status) return status;
        if (const Status status = db_.run("DROP SCHEMA " + sql_name(next_)); !status) return status;
        return make_reads(db_);
    }

    Status move_checkpoint() {
        const Result<SqlRows> moved = db_.query(
            "UPDATE projection_checkpoints SET version = $2::integer, generation = generation + 1 "
            "WHERE projection = $1",
            {options_.projection, std::to_string(replay_.projection().version())}
        );
        return moved ? Status{Done{}} : Status{moved.error()};
    }

    SqlSession& db_;
    const RebuildOptions& options_;
    std::uint32_t partition_;
    std::string next_;
    Replay replay_;
};

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
    if (const Status status = make_schema(db, undone); !status) return status;
    if (const Status status = move_tables(db, *fresh, {live, undone}); !status) return status;
    if (const Status status = move_tables(db, old, {previous, live}); !status) return status;
    for (const auto* sql :
         {"DELETE FROM projection_tables WHERE projection = $1",
          restore_tables_sql,
          "DELETE FROM projection_previous WHERE projection = $1"})
        if (const Result<SqlRows> done = db.query(sql, {projection}); !done) return done.error();
    if (const Status status = make_reads(db); !status) return status;
    return db.run(fmt::format(
        "DROP SCHEMA {} CASCADE; DROP SCHEMA {} CASCADE", sql_name(undone), sql_name(previous)
    ));
}

} // namespace

Result<RebuildReport> rebuild(SqlSession& db, Source& source, const RebuildOptions& options) {
    const Result<std::unique_ptr<Projection>> known = find_projection(options.projection, "");
    if (!known) return known.error();
    return Rebuild(db, source, options).run();
}

Status undo_rebuild(SqlSession& db, const std::string& projection) {
    return in_transaction(db, [&] { return undo_in_transaction(db, projection); });
}

Result<DiffReport> diff_projection(
    SqlSession& db, Source& source, const std::string& projection, const ReplayOptions& options
) {
    const std::string schema = projection + "_diff";
    Result<std::unique_ptr<Projection>> replayed = find_projection(projection, schema);
    if (!replayed) return replayed.error();
    DiffReport report;
    const auto replay_and_compare = [&]() -> Status {
        const auto live = live_checkpoint(db, projection, source.identity().partition);
        if (!live) return live.error();
        if (live->version != (*replayed)->version())
            return Error{Errc::version_conflict, projection + " is of another version: rebuild it"};
        if (const Status status = make_schema(db, schema); !status) return status;
        Replay replay(db, source, options);
        if (const Status status = replay.open(std::move(*replayed), schema); !status) return status;
        if (const Status status = replay.fold_until(live->state); !status) return status;
        if (const Status status = replay.finish(); !status) return status;
        Result<std::vector<TableComparison>> tables = compare(db, replay.projection());
        if (!tables) return tables.error();
        report.at = live->state;
        report.tables = std::move(*tables);
        return Done{};
    };
    if (const Status begun = db.run("BEGIN ISOLATION LEVEL REPEATABLE READ"); !begun)
        return begun.error();
    const Status compared = replay_and_compare();
    db.rollback();
    if (!compared) return compared.error();
    return report;
}

} // namespace tollbook
