#pragma once

#include "projections/checkpoints.hpp"
#include "projections/parking_fold.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tollbook {

// The states in which this process may have left each projection: the last that it committed, and
// the one whose commit it never heard of. Anything else was written by somebody else.
using KnownStates = std::map<std::string, std::vector<ProjectionCheckpoint>>;

// Carries the records of one partition into the live read models, batch by batch. All projections
// that can move together move in one transaction; one that lags (new, or behind) catches up first
// and joins. A record that cannot be folded parks its keys, see ParkedKeys. After any refusal the
// object is spent: what it holds in memory may not be what the database holds. Not thread-safe.
class Projector {
public:
    // Finds or makes the checkpoints of a migrated database. A projection whose tables are of
    // another version stays where it is, until it is rebuilt. Refuses like compare_and_set when a
    // checkpoint is none of `known`.
    static Result<std::unique_ptr<Projector>> open(
        SqlSession& db, Source& source, OpenPersonal open_personal, const KnownStates& known
    );

    struct Limits {
        std::size_t bytes_max{4U << 20U};
        std::chrono::milliseconds wait{200};
    };

    // One batch: reads it, folds it, commits it. Returns how many records it had.
    Result<std::size_t> advance(Limits limits);

    // Where the projection that lags most is, and when its newest record was recorded.
    const ReaderState& position() const { return position_; }

    Timestamp recorded_at() const { return recorded_at_; }

    KnownStates known() const;

    std::vector<ProjectionCheckpoint> checkpoints() const;

    // What is parked, of those that have something.
    std::vector<ParkedCount> parked() const;

    // Projections that wait for a rebuild. None of them is carried here.
    const std::vector<std::string>& outdated() const { return outdated_; }

    // Whether one of those was rebuilt meanwhile: a projector that is opened now carries it.
    Result<bool> was_rebuilt();

private:
    struct Member {
        std::unique_ptr<Projection> projection;
        ProjectionCheckpoint at;
        ParkedKeys parked;

        ParkedOwner owner() const { return {at.projection, at.partition}; }
    };

    // whole: set-wise, as nearly always. parking: finds the records that cannot be folded.
    enum class Way { whole, parking };

    Projector(SqlSession& db, Source& source, OpenPersonal open_personal)
        : db_(db), source_(source), open_personal_(std::move(open_personal)) {}

    Status find_members(const KnownStates& known);
    Status adopt(
        std::unique_ptr<Projection> projection, const std::vector<ProjectionCheckpoint>& stored
    );
    Status write(const Batch& batch);
    Status write_by(Way way, const std::vector<Fact>& facts, const Advance& advance);
    Status write_in_transaction(Way way, const std::vector<Fact>& facts, const Advance& advance);
    Status forget();
    void find_position();

    SqlSession& db_;
    Source& source_;
    OpenPersonal open_personal_;
    std::vector<Member> members_;
    std::vector<Member*> moving_; // Those that the batch has news for.
    std::vector<std::string> outdated_;
    std::vector<ReaderState> attempted_; // A commit of unknown outcome.
    ReaderState position_;
    Timestamp recorded_at_;
};

} // namespace tollbook
