#include "projections/projector.hpp"

#include "projections/catalogue.hpp"
#include "projections/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// Whether this process may have left the projection there, or a rebuild swapped its tables since,
// or another process carried it on while we did not. (Whether that was of this log, the source
// says.)
Status check_known(const ProjectionCheckpoint& stored, const KnownStates& known) {
    const auto found = known.find(stored.projection);
    if (found == known.end() || found->second.empty()) return Done{};
    const ProjectionCheckpoint& ours = found->second.front();
    if (stored.generation > ours.generation) return Done{};
    const bool carried_on = std::ranges::all_of(found->second, [&](const auto& state) {
        return stored.state.seq > state.state.seq;
    });
    if (carried_on) return Done{};
    for (const ProjectionCheckpoint& state : found->second)
        if (state.state == stored.state && state.generation == stored.generation) return Done{};
    return why_moved(ours, &stored);
}

// A checkpoint inside the batch must name a record of this very log.
Status check_hash(const ProjectionCheckpoint& at, const std::vector<Fact>& facts) {
    for (const Fact& fact : facts)
        if (fact.record.seq == at.state.seq && fact.hash != at.state.hash)
            return Error{
                Errc::store_foreign,
                fmt::format("{} is at seq {} of another log", at.projection, at.state.seq)};
    return Done{};
}

} // namespace

Result<std::unique_ptr<Projector>> Projector::open(
    SqlSession& db, Source& source, OpenPersonal open_personal, const KnownStates& known
) {
    std::unique_ptr<Projector> projector(new Projector(db, source, std::move(open_personal)));
    if (const Status status = projector->find_members(known); !status) return status.error();
    projector->find_position();
    return projector;
}

Status Projector::find_members(const KnownStates& known) {
    const std::uint32_t partition = source_.identity().partition;
    Result<std::vector<ProjectionCheckpoint>> stored = read_checkpoints(db_, partition);
    if (!stored) return stored.error();
    for (const ProjectionCheckpoint& checkpoint : *stored)
        if (const Status status = check_known(checkpoint, known); !status) return status;
    for (std::unique_ptr<Projection>& projection : make_projections(live_schema))
        if (const Status status = adopt(std::move(projection), *stored); !status) return status;
    return Done{};
}

Status Projector::adopt(
    std::unique_ptr<Projection> projection, const std::vector<ProjectionCheckpoint>& stored
) {
    const auto same_name = [&](const ProjectionCheckpoint& c) {
        return c.projection == projection->name();
    };
    const auto same = [&](const ProjectionCheckpoint& c) {
        return same_name(c) && c.version == projection->version();
    };
    ProjectionCheckpoint at{
        std::string(projection->name()),
        projection->version(),
        source_.identity().partition,
        source_.start(),
        0};
    const auto found = std::ranges::find_if(stored, same);
    if (found != stored.end()) {
        at = *found;
    } else if (std::ranges::any_of(stored, same_name)) {
        outdated_.emplace_back(projection->name());
        return Done{};
    } else if (const Status status = make_checkpoint(db_, at); !status) {
        return status;
    }
    const bool empty = at.state.seq == 0;
    if (const Status status = open_tables(db_, *projection, empty); !status) return status;
    Member& member = members_.emplace_back(Member{std::move(projection), std::move(at), {}});
    return member.parked.load(db_, member.owner());
}

Result<bool> Projector::was_rebuilt() {
    if (outdated_.empty()) return false;
    const auto stored = read_checkpoints(db_, source_.identity().partition);
    if (!stored) return stored.error();
    const auto projections = make_projections(live_schema);
    return std::ranges::any_of(*stored, [&](const ProjectionCheckpoint& checkpoint) {
        if (std::ranges::find(outdated_, checkpoint.projection) == outdated_.end()) return false;
        return std::ranges::any_of(projections, [&](const auto& projection) {
            return projection->name() == checkpoint.projection &&
                   projection->version() == checkpoint.version;
        });
    });
}

void Projector::find_position() {
    position_ = source_.start();
    const auto by_seq = [](const Member& a, const Member& b) {
        return a.at.state.seq < b.at.state.seq;
    };
    const auto lowest = std::ranges::min_element(members_, by_seq);
    if (lowest != members_.end()) position_ = lowest->at.state;
}

Result<std::size_t> Projector::advance(Limits limits) {
    const Result<Batch> batch = source_.read(position_, limits.bytes_max, limits.wait);
    if (!batch) return batch.error();
    if (batch->records.empty()) return std::size_t{0};
    if (const Status status = write(*batch); !status) return status.error();
    return batch->records.size();
}

Status Projector::write(const Batch& batch) {
    const Result<std::vector<Fact>> facts =
        decode(batch, source_.identity().partition, open_personal_);
    if (!facts) return facts.error();
    moving_.clear();
    for (Member& member : members_) {
        if (member.at.state.seq >= batch.after.seq) continue;
        if (const Status status = check_hash(member.at, *facts); !status) return status;
        moving_.push_back(&member);
    }
    const Advance advance{batch.after, batch.records.back().command.recorded_at};
    Status written = write_by(Way::whole, *facts, advance);
    if (!written && is_poison(written.error())) {
        if (const Status status = forget(); !status) return status;
        written = write_by(Way::parking, *facts, advance);
    }
    if (!written) return written;
    for (Member* member : moving_)
        member->at.state = batch.after;
    recorded_at_ = advance.recorded_at;
    find_position();
    return Done{};
}

Status Projector::write_by(Way way, const std::vector<Fact>& facts, const Advance& advance) {
    if (const Status status = db_.begin(); !status) return status;
    if (const Status status = write_in_transaction(way, facts, advance); !status) {
        db_.rollback();
        return status;
    }
    attempted_.assign(1, advance.state);
    if (const Status status = db_.commit(); !status) return status;
    attempted_.clear();
    return Done{};
}

Status Projector::write_in_transaction(
    Way way, const std::vector<Fact>& facts, const Advance& advance
) {
    std::vector<const ProjectionCheckpoint*> from;
    for (const Member* member : moving_)
        from.push_back(&member->at);
    if (const Status status = compare_and_set(db_, from, advance); !status) return status;
    for (Member* member : moving_) {
        ParkingFold fold(db_, *member->projection, member->parked);
        Facts news = facts_in(facts, {member->at.state.seq});
        const Status folded = way == Way::whole ? fold.fold_whole(std::move(news), position_)
                                                : fold.fold_and_park(std::move(news), position_);
        if (!folded) return folded;
        if (const Status status = member->parked.write(db_, member->owner()); !status)
            return status;
    }
    return Done{};
}

// What a batch that was rolled back left in memory.
Status Projector::forget() {
    for (Member* member : moving_) {
        const bool empty = member->at.state.seq == 0;
        if (const Status status = open_tables(db_, *member->projection, empty); !status)
            return status;
        if (const Status status = member->parked.load(db_, member->owner()); !status) return status;
    }
    return Done{};
}

std::vector<ParkedCount> Projector::parked() const {
    std::vector<ParkedCount> counts;
    for (const Member& member : members_)
        if (!member.parked.empty()) counts.push_back(count_of(member.at.projection, member.parked));
    return counts;
}

KnownStates Projector::known() const {
    KnownStates known;
    for (const Member& member : members_)
        known[member.at.projection] = {member.at};
    for (const Member* member : moving_)
        for (const ReaderState& state : attempted_) {
            std::vector<ProjectionCheckpoint>& states = known[member->at.projection];
            states.push_back(member->at);
            states.back().state = state;
        }
    return known;
}

std::vector<ProjectionCheckpoint> Projector::checkpoints() const {
    std::vector<ProjectionCheckpoint> checkpoints;
    for (const Member& member : members_)
        checkpoints.push_back(member.at);
    return checkpoints;
}

} // namespace tollbook
