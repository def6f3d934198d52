#include "projections/diff.hpp"

#include "projections/contradictions.hpp"
#include "projections/live_tables.hpp"

namespace tollbook {

namespace {

class Diff {
public:
    Diff(SqlSession& db, Source& source, std::string projection, const ReplayOptions& options)
        : db_(db)
        , source_(source)
        , name_(std::move(projection))
        , schema_(name_ + "_diff")
        , options_(options) {}

    Status run(DiffReport& report) {
        Result<std::unique_ptr<Projection>> projection = find_projection(name_, schema_);
        if (!projection) return projection.error();
        const auto live = live_checkpoint(db_, name_, source_.identity().partition);
        if (!live) return live.error();
        if (live->version != (*projection)->version())
            return Error{Errc::version_conflict, name_ + " is of another version: rebuild it"};
        report.at = live->state;
        const ParkedOwner owner{name_, source_.identity().partition};
        if (const Status status = except_.load(db_, owner); !status) return status;
        Replay replay(db_, source_, options_, except_);
        if (const Status status = build(replay, std::move(*projection), report.at); !status)
            return status;
        report.parked = except_.list();
        for (ParkedKey& key : replay.parked().list())
            report.parked.push_back(std::move(key));
        Result<std::vector<TableComparison>> tables = compare_tables(db_, replay.projection());
        if (!tables) return tables.error();
        report.tables = std::move(*tables);
        return name_events(report);
    }

private:
    Status build(Replay& replay, std::unique_ptr<Projection> projection, const ReaderState& until) {
        if (const Status status = make_schema(db_, schema_); !status) return status;
        return replay.build(std::move(projection), schema_, until);
    }

    Status name_events(DiffReport& report) {
        if (all_equal(report.tables)) return Done{};
        Result<std::unique_ptr<Projection>> projection = find_projection(name_, schema_);
        if (!projection) return projection.error();
        auto watched = std::make_unique<Contradictions>(std::move(*projection), report.tables);
        Replay replay(db_, source_, options_, except_);
        return build(replay, std::move(watched), report.at);
    }

    SqlSession& db_;
    Source& source_;
    std::string name_;
    std::string schema_;
    const ReplayOptions& options_;
    ParkedKeys except_;
};

} // namespace

Result<DiffReport> diff_projection(
    SqlSession& db, Source& source, const std::string& projection, const ReplayOptions& options
) {
    return while_locked(db, projection, ProjectionLock::shared, [&]() -> Result<DiffReport> {
        DiffReport report;
        if (const Status begun = db.run("BEGIN ISOLATION LEVEL REPEATABLE READ"); !begun)
            return begun.error();
        const Status compared = Diff(db, source, projection, options).run(report);
        db.rollback();
        if (!compared) return compared.error();
        return report;
    });
}

} // namespace tollbook
