#include "projections/replay.hpp"

#include "projections/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// The facts of a batch must be of the log that the live tables came from.
Status check_target(const std::vector<Fact>& facts, const ReaderState& target) {
    for (const Fact& fact : facts)
        if (fact.record.seq == target.seq && fact.hash != target.hash)
            return Error{Errc::store_foreign, fmt::format("seq {} is of another log", target.seq)};
    return Done{};
}

Error ends_early(std::uint64_t seq, const ReaderState& target) {
    return {
        Errc::store_foreign,
        fmt::format("the log ends at {}, the read model is at {}", seq, target.seq)};
}

} // namespace

// Held rows meet no constraint before the end, so they cannot tell whose fault it was.
Status Replay::build(
    std::unique_ptr<Projection> projection, const std::string& schema, const ReaderState& target
) {
    projection_ = std::move(projection);
    schema_ = schema;
    if (const Status status = db_.run("SAVEPOINT replay"); !status) return status;
    const Status built = attempt(Way::held, target);
    if (built || !is_poison(built.error())) return built;
    if (const Status undone = db_.run("ROLLBACK TO SAVEPOINT replay"); !undone) return undone;
    return attempt(Way::settled, target);
}

Status Replay::attempt(Way way, const ReaderState& target) {
    parked_ = {};
    cursor_ = source_.start();
    folded_seq_ = 0;
    finished_ = false;
    if (const Status status = run_ddl(db_, *projection_, schema_, DdlPart::rows); !status)
        return status;
    if (const Status status = open_tables(db_, *projection_, true); !status) return status;
    if (way == Way::settled) {
        if (const Status status = finish(); !status) return status;
    } else {
        for (RowSet* table : projection_->tables())
            table->hold();
    }
    if (const Status status = fold_until(target); !status) return status;
    return finish();
}

Status Replay::fold_until(const ReaderState& target) {
    while (folded_seq_ < target.seq) {
        if (const Status status = fold_batch(target); !status) return status;
        if (options_.progress) options_.progress({folded_seq_, target.seq});
        if (!finished_ && rows_in_memory() > options_.rows_held_max)
            if (const Status status = finish(); !status) return status;
    }
    return Done{};
}

// A batch may go beyond the target; the rest of it is read again for the next one.
Status Replay::fold_batch(const ReaderState& target) {
    const Result<Batch> batch =
        source_.read(cursor_, options_.bytes_max, std::chrono::milliseconds{0});
    if (!batch) return batch.error();
    if (batch->records.empty()) return ends_early(folded_seq_, target);
    const Result<std::vector<Fact>> facts =
        decode(*batch, source_.identity().partition, options_.open_personal);
    if (!facts) return facts.error();
    if (const Status status = check_target(*facts, target); !status) return status;
    ParkingFold fold(db_, *projection_, parked_);
    Facts news = news_of(*facts, target);
    const Status folded = finished_ ? fold.fold_and_park(std::move(news), cursor_)
                                    : fold.fold_whole(std::move(news), cursor_);
    if (!folded) return folded;
    folded_seq_ = std::min(batch->after.seq, target.seq);
    if (batch->after.seq <= target.seq) cursor_ = batch->after;
    return Done{};
}

Facts Replay::news_of(const std::vector<Fact>& facts, const ReaderState& target) const {
    Facts news = facts_in(facts, {folded_seq_, target.seq});
    if (except_.empty()) return news;
    std::erase_if(news, [&](const Fact* fact) {
        return except_.waits(*fact, keys_of(*projection_, *fact));
    });
    return news;
}

Status Replay::finish() {
    if (finished_) return Done{};
    finished_ = true;
    for (RowSet* table : projection_->tables())
        if (const Status status = table->settle(db_); !status) return status;
    if (const Status status = run_ddl(db_, *projection_, schema_, DdlPart::indexes); !status)
        return status;
    for (const RowSet* table : projection_->tables())
        if (const Status status = db_.run("ANALYZE " + table->shape().qualified()); !status)
            return status;
    return Done{};
}

std::size_t Replay::rows_in_memory() {
    std::size_t rows = 0;
    for (const RowSet* table : projection_->tables())
        rows += table->rows_in_memory();
    return rows;
}

namespace {

// Where the log is read on. A source that does not know the place any more is read from its start.
Result<ReaderState> first_state(Source& source, const ParkedKeys& waiting) {
    ReaderState first;
    bool found = false;
    for (const ParkedKey& key : waiting.list()) {
        const Result<ReaderState> state = parse_reader_state(key.from_state);
        if (!state) return state.error();
        if (!found || state->seq < first.seq) first = *state;
        found = true;
    }
    const Result<Batch> known = source.read(first, 1, std::chrono::milliseconds{0});
    if (!known && known.error().code == Errc::store_damaged) return source.start();
    return first;
}

} // namespace

Status fold_waiting(const Resumption& resumption, const ReplayOptions& options) {
    if (resumption.waiting.empty()) return Done{};
    Result<ReaderState> at = first_state(resumption.source, resumption.waiting);
    if (!at) return at.error();
    ParkingFold fold(resumption.db, resumption.projection, resumption.parked);
    while (at->seq < resumption.until.seq) {
        const Result<Batch> batch =
            resumption.source.read(*at, options.bytes_max, std::chrono::milliseconds{0});
        if (!batch) return batch.error();
        if (batch->records.empty()) return ends_early(at->seq, resumption.until);
        const Result<std::vector<Fact>> facts =
            decode(*batch, resumption.source.identity().partition, options.open_personal);
        if (!facts) return facts.error();
        if (const Status status = check_target(*facts, resumption.until); !status) return status;
        Facts waiting = facts_in(*facts, {at->seq, resumption.until.seq});
        std::erase_if(waiting, [&](const Fact* fact) {
            return !resumption.waiting.waits(*fact, keys_of(resumption.projection, *fact));
        });
        if (const Status status = fold.fold_and_park(std::move(waiting), *at); !status)
            return status;
        if (options.progress) options.progress({batch->after.seq, resumption.until.seq});
        at = batch->after;
    }
    return Done{};
}

} // namespace tollbook
