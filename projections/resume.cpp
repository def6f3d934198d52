#include "projections/resume.hpp"

#include "projections/catalogue.hpp"
#include "projections/live_tables.hpp"

namespace tollbook {

namespace {

Status resume_in_transaction(
    SqlSession& db, Source& source, const ResumeOptions& options, ResumeReport& report
) {
    const ParkedOwner owner{options.projection, source.identity().partition};
    Result<std::unique_ptr<Projection>> projection =
        find_projection(options.projection, std::string(live_schema));
    if (!projection) return projection.error();
    if (const Status status = hold_checkpoint(db, options.projection); !status) return status;
    const auto live = live_checkpoint(db, options.projection, owner.partition);
    if (!live) return live.error();
    if (live->version != (*projection)->version())
        return Error{
            Errc::version_conflict, options.projection + " is of another version: rebuild it"};
    ParkedKeys parked;
    if (const Status status = parked.load(db, owner); !status) return status;
    const ParkedKeys chosen = parked.groups_of(options.tenant, options.key);
    if (chosen.empty()) return Done{};
    if (const Status status = parked.remove(db, owner, chosen); !status) return status;
    const ParkedKeys others = parked;
    if (const Status status = open_tables(db, **projection, false); !status) return status;
    const Status folded =
        fold_waiting({db, source, **projection, chosen, parked, live->state}, options.replay);
    if (!folded) return folded;
    if (const Status status = parked.write(db, owner); !status) return status;
    report.resumed = freed(chosen, parked);
    report.parked = freed(parked, others);
    return raise_generation(db, *live);
}

} // namespace

Result<ResumeReport> resume_parked(SqlSession& db, Source& source, const ResumeOptions& options) {
    return while_locked(
        db,
        options.projection,
        ProjectionLock::exclusive,
        [&]() -> Result<ResumeReport> {
            ResumeReport report;
            const Status resumed = in_transaction(db, [&] {
                return resume_in_transaction(db, source, options, report);
            });
            if (!resumed) return resumed.error();
            return report;
        }
    );
}

Result<std::vector<ParkedOf>> read_parked(SqlSession& db, std::uint32_t partition) {
    std::vector<ParkedOf> all;
    for (const auto& projection : make_projections(live_schema)) {
        ParkedKeys keys;
        ParkedOwner owner{std::string(projection->name()), partition};
        if (const Status status = keys.load(db, owner); !status) return status.error();
        if (!keys.empty()) all.push_back({std::move(owner.projection), keys.list()});
    }
    return all;
}

} // namespace tollbook
