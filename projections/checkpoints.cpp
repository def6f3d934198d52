#include "projections/checkpoints.hpp"

#include "projections/fields.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

Result<ProjectionCheckpoint> checkpoint_of(const SqlRows& rows, std::size_t i) {
    ProjectionCheckpoint checkpoint;
    column::get(rows.at(i, 0), checkpoint.projection);
    column::get(rows.at(i, 1), checkpoint.version);
    column::get(rows.at(i, 2), checkpoint.partition);
    column::get(rows.at(i, 4), checkpoint.generation);
    const Result<ReaderState> state = parse_reader_state(rows.at(i, 3).value_or(""));
    if (!state) return state.error();
    checkpoint.state = *state;
    return checkpoint;
}

// The first of them that is not where we left it.
Status compare(
    std::span<const ProjectionCheckpoint* const> from,
    const std::vector<ProjectionCheckpoint>& stored
) {
    for (const ProjectionCheckpoint* ours : from) {
        const auto found = std::ranges::find_if(stored, [&](const ProjectionCheckpoint& other) {
            return other.projection == ours->projection && other.version == ours->version;
        });
        if (found == stored.end()) return why_moved(*ours, nullptr);
        if (found->state != ours->state || found->generation != ours->generation)
            return why_moved(*ours, &*found);
    }
    return Done{};
}

constexpr auto checkpoint_sql =
    "SELECT projection, version, partition, state, generation FROM projection_checkpoints "
    "WHERE partition = $1::integer ORDER BY projection, version";

// Locks in one order, so two projectors never wait for each other.
constexpr auto lock_sql =
    "SELECT projection, version, partition, state, generation FROM projection_checkpoints "
    "WHERE partition = $1::integer ORDER BY projection, version FOR UPDATE";

Result<std::vector<ProjectionCheckpoint>> checkpoints_by(
    SqlSession& db, const char* sql, std::uint32_t partition
) {
    const Result<SqlRows> rows = db.query(sql, {std::to_string(partition)});
    if (!rows) return rows.error();
    std::vector<ProjectionCheckpoint> checkpoints;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        Result<ProjectionCheckpoint> checkpoint = checkpoint_of(*rows, i);
        if (!checkpoint) return checkpoint.error();
        checkpoints.push_back(std::move(*checkpoint));
    }
    return checkpoints;
}

constexpr auto advance_sql =
    "UPDATE projection_checkpoints c SET state = $4, seq = $5::bigint, hash = $6, "
    "recorded_at = $7::timestamptz "
    "FROM unnest($1::text[], $2::integer[]) AS u(projection, version) "
    "WHERE c.projection = u.projection AND c.version = u.version AND c.partition = $3::integer";

std::vector<SqlParam> advance_params(
    std::span<const ProjectionCheckpoint* const> from, const Advance& advance
) {
    std::vector<SqlParam> params(2, "{");
    for (const ProjectionCheckpoint* checkpoint : from) {
        for (SqlParam& array : params)
            if (array->size() > 1) *array += ',';
        column::put_element(*params[0], checkpoint->projection);
        column::put_element(*params[1], checkpoint->version);
    }
    for (SqlParam& array : params)
        *array += '}';
    params.emplace_back(std::to_string(from.front()->partition));
    params.emplace_back(to_string(advance.state));
    params.emplace_back(std::to_string(advance.state.seq));
    params.emplace_back(hex(advance.state.hash));
    params.emplace_back(to_string(advance.recorded_at));
    return params;
}

} // namespace

Result<std::vector<ProjectionCheckpoint>> read_checkpoints(
    SqlSession& db, std::uint32_t partition
) {
    return checkpoints_by(db, checkpoint_sql, partition);
}

Status make_checkpoint(SqlSession& db, const ProjectionCheckpoint& checkpoint) {
    const Result<SqlRows> made = db.query(
        "INSERT INTO projection_checkpoints "
        "(projection, version, partition, state, seq, hash, generation) "
        "VALUES ($1, $2::integer, $3::integer, $4, $5::bigint, $6, $7::bigint) "
        "ON CONFLICT DO NOTHING",
        {checkpoint.projection,
         std::to_string(checkpoint.version),
         std::to_string(checkpoint.partition),
         to_string(checkpoint.state),
         std::to_string(checkpoint.state.seq),
         hex(checkpoint.state.hash),
         std::to_string(checkpoint.generation)}
    );
    return made ? Status{Done{}} : Status{made.error()};
}

Status compare_and_set(
    SqlSession& db, std::span<const ProjectionCheckpoint* const> from, const Advance& advance
) {
    const auto stored = checkpoints_by(db, lock_sql, from.front()->partition);
    if (!stored) return stored.error();
    if (const Status status = compare(from, *stored); !status) return status;
    const Result<SqlRows> moved = db.query(advance_sql, advance_params(from, advance));
    return moved ? Status{Done{}} : Status{moved.error()};
}

Error why_moved(const ProjectionCheckpoint& ours, const ProjectionCheckpoint* stored) {
    const std::string name = fmt::format("{} v{}", ours.projection, ours.version);
    if (stored == nullptr) return Error{Errc::store_foreign, name + " has no checkpoint any more"};
    const std::string seqs =
        fmt::format("{}: we left it at {}, it is at {}", name, ours.state.seq, stored->state.seq);
    if (stored->generation > ours.generation)
        return Error{Errc::database_unavailable, name + ": its rows were replaced"};
    if (stored->state.seq > ours.state.seq)
        return Error{Errc::store_locked, seqs + ": another projector writes here"};
    if (stored->state.seq < ours.state.seq)
        return Error{Errc::store_foreign, seqs + ": the database was restored to an older state"};
    return Error{Errc::store_foreign, seqs + " of another log"};
}

} // namespace tollbook
