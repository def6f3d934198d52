#include "projections/rebuild.hpp"

#include "projections/live_tables.hpp"
#include "projections/migrations.hpp"

namespace tollbook {

namespace {

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
        return while_locked(db_, options_.projection, ProjectionLock::exclusive, [&] {
            return run_locked();
        });
    }

private:
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
        Result<std::vector<TableComparison>> tables = compare_tables(db_, replay_.projection());
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

} // namespace

Result<RebuildReport> rebuild(SqlSession& db, Source& source, const RebuildOptions& options) {
    const Result<std::unique_ptr<Projection>> known = find_projection(options.projection, "");
    if (!known) return known.error();
    return Rebuild(db, source, options).run();
}

} // namespace tollbook
