#include "projections/replay.hpp"

#include "projections/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

Status Replay::open(std::unique_ptr<Projection> projection, const std::string& schema) {
    projection_ = std::move(projection);
    schema_ = schema;
    if (const Status status = run_ddl(db_, *projection_, schema_, DdlPart::rows); !status)
        return status;
    if (const Status status = open_tables(db_, *projection_, true); !status) return status;
    for (RowSet* table : projection_->tables())
        table->hold();
    return Done{};
}

Status Replay::fold_until(const ReaderState& target) {
    while (folded_seq_ < target.seq) {
        if (const Status status = fold_batch(target); !status) return status;
        if (options_.progress) options_.progress({folded_seq_, target.seq});
        if (!finished_ && rows_in_memory() > rows_held_max)
            if (const Status status = finish(); !status) return status;
    }
    return Done{};
}

// A batch may go beyond the target; the rest of it is read again for the next one.
Status Replay::fold_batch(const ReaderState& target) {
    const Result<Batch> batch =
        source_.read(cursor_, options_.bytes_max, std::chrono::milliseconds{0});
    if (!batch) return batch.error();
    if (batch->records.empty())
        return Error{
            Errc::store_foreign,
            fmt::format("the log ends at {}, the read model is at {}", folded_seq_, target.seq)};
    const Result<std::vector<Fact>> facts =
        decode(*batch, source_.identity().partition, options_.open_personal);
    if (!facts) return facts.error();
    for (const Fact& fact : *facts)
        if (fact.record.seq == target.seq && fact.hash != target.hash)
            return Error{Errc::store_foreign, fmt::format("seq {} is of another log", target.seq)};
    const Status folded = fold(db_, *projection_, *facts, {folded_seq_, target.seq});
    if (!folded) return folded;
    folded_seq_ = std::min(batch->after.seq, target.seq);
    if (batch->after.seq <= target.seq) cursor_ = batch->after;
    return Done{};
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

} // namespace tollbook
