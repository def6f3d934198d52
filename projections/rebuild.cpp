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
        , owner_{options.projection, source.identity().partition}
        , next_(options.projection + "_next")
        , source_(source)
        , replay_(db, source, options.replay, except_) {}

    Result<RebuildReport> run() {
        return while_locked(db_, options_.projection, ProjectionLock::exclusive, [&] {
            return run_locked();
        });
    }

private:
    Result<RebuildReport> run_locked() {
        if (const Status status = in_transaction(db_, [&] { return build(); }); !status)
            return status.error();
        return in_swap_turn(db_, [&] { return run_in_turn(); });
    }

    Result<RebuildReport> run_in_turn() {
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
        const std::uint32_t version = (*projection)->version();
        const Result<ProjectionCheckpoint> live = look(version);
        if (!live) return live.error();
        return replay_.build(std::move(*projection), next_, live->state);
    }

    Status catch_up() {
        const Result<ProjectionCheckpoint> live = look(replay_.projection().version());
        return live ? replay_.fold_until(live->state) : Status{live.error()};
    }

    // Where the live tables are and what waits there. In this order: what is parked later than that
    // checkpoint lies behind it.
    Result<ProjectionCheckpoint> look(std::uint32_t version) {
        Result<ProjectionCheckpoint> live =
            live_checkpoint(db_, options_.projection, owner_.partition);
        if (!live || live->version != version) return live;
        if (const Status status = except_.load(db_, owner_); !status) return status.error();
        return live;
    }

    // The live projector waits at its checkpoint until this transaction ends.
    Status prove_and_swap(RebuildReport& report) {
        if (const Status status = hold_checkpoint(db_, options_.projection); !status) return status;
        const Result<ProjectionCheckpoint> live = look(replay_.projection().version());
        if (!live) return live.error();
        if (const Status status = replay_.fold_until(live->state); !status) return status;
        Result<std::vector<TableComparison>> tables = compare_tables(db_, replay_.projection());
        if (!tables) return tables.error();
        report.at = live->state;
        report.tables = std::move(*tables);
        report.parked = replay_.parked().list();
        if (!all_equal(report.tables) && !options_.accept_differences) return Done{};
        if (const Status status = resume(report); !status) return status;
        report.swapped = true;
        return swap(*live);
    }

    Status resume(RebuildReport& report) {
        ParkedKeys& parked = replay_.parked();
        const Status resumed = fold_waiting(
            {db_, source_, replay_.projection(), except_, parked, report.at}, options_.replay
        );
        if (!resumed) return resumed;
        report.parked = parked.list();
        report.resumed = freed(except_, parked);
        return Done{};
    }

    Status swap(ProjectionCheckpoint live) {
        const Result<std::vector<std::string>> old = registered_tables(db_, options_.projection);
        if (!old) return old.error();
        const Result<SqlRows> kept =
            db_.query(keep_sql, {options_.projection, std::to_string(owner_.partition)});
        if (!kept) return kept.error();
        if (const Status status = seize_tables(db_, options_.projection); !status) return status;
        const std::string previous = options_.projection + "_previous";
        const std::string live_name(live_schema);
        if (const Status status = make_schema(db_, previous); !status) return status;
        if (const Status status = move_tables(db_, *old, {live_name, previous}); !status)
            return status;
        if (const Status status = register_tables(db_, replay_.projection()); !status)
            return status;
        const auto fresh = registered_tables(db_, options_.projection);
        if (!fresh) return fresh.error();
        if (const Status status = move_tables(db_, *fresh, {next_, live_name}); !status)
            return status;
        if (const Status status = swap_parked(); !status) return status;
        live.version = replay_.projection().version();
        if (const Status status = raise_generation(db_, live); !status) return status;
        if (const Status status = db_.run("DROP SCHEMA " + sql_name(next_)); !status) return status;
        return make_reads(db_);
    }

    Status swap_parked() {
        for (const auto* sql :
             {"DELETE FROM parked_keys_previous WHERE projection = $1",
              "INSERT INTO parked_keys_previous SELECT * FROM parked_keys WHERE projection = $1",
              "DELETE FROM parked_keys WHERE projection = $1"})
            if (const Result<SqlRows> done = db_.query(sql, {options_.projection}); !done)
                return done.error();
        return replay_.parked().write(db_, owner_);
    }

    SqlSession& db_;
    const RebuildOptions& options_;
    ParkedOwner owner_;
    std::string next_;
    Source& source_;
    ParkedKeys except_; // What the live tables wait for; none when the new version may differ.
    Replay replay_;
};

} // namespace

Result<RebuildReport> rebuild(SqlSession& db, Source& source, const RebuildOptions& options) {
    const Result<std::unique_ptr<Projection>> known = find_projection(options.projection, "");
    if (!known) return known.error();
    return Rebuild(db, source, options).run();
}

} // namespace tollbook
