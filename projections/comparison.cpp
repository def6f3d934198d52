#include "projections/comparison.hpp"

#include "projections/fields.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

Result<std::vector<std::string>> live_columns(SqlSession& db, const std::string& table) {
    const Result<SqlRows> rows = db.query(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = $1 AND table_name = $2",
        {std::string(live_schema), table}
    );
    if (!rows) return rows.error();
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < rows->size(); ++i)
        columns.push_back(rows->at(i, 0).value_or(""));
    return columns;
}

// What the comparison's statement is made of.
struct Parts {
    std::string live;
    std::string replayed;
    std::string join;     // l.a = r.a AND ...
    std::string key;      // 'a', coalesce(l.a, r.a), ...
    std::string live_row; // l.c, ...
    std::string replay_row;
    std::string first_key;
};

Parts parts_of(const RowShape& shape, const std::vector<std::string>& live) {
    Parts parts;
    const RowShape live_shape{std::string(live_schema), shape.table, 0, {}};
    parts.live = live_shape.qualified();
    parts.replayed = shape.qualified();
    parts.first_key = sql_name(shape.columns.front().name);
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        const std::string name = sql_name(shape.columns[i].name);
        if (i < shape.keys) {
            parts.join += fmt::format("{0}l.{1} = r.{1}", i == 0 ? "" : " AND ", name);
            parts.key += fmt::format(
                "{0}{1}, coalesce(l.{2}, r.{2})",
                i == 0 ? "" : ", ",
                sql_text(shape.columns[i].name),
                name
            );
        }
        if (std::ranges::find(live, shape.columns[i].name) == live.end()) continue;
        const std::string comma = parts.live_row.empty() ? "" : ", ";
        parts.live_row += comma + "l." + name;
        parts.replay_row += comma + "r." + name;
    }
    return parts;
}

std::string comparison_sql(const Parts& parts) {
    return fmt::format(
        "WITH d AS (SELECT CASE WHEN l.{6} IS NULL THEN 'missing' WHEN r.{6} IS NULL THEN 'extra' "
        "ELSE 'different' END AS kind, jsonb_build_object({3})::text AS key "
        "FROM {0} l FULL JOIN {1} r ON {2} "
        "WHERE l.{6} IS NULL OR r.{6} IS NULL OR ROW({4}) IS DISTINCT FROM ROW({5})) "
        "SELECT (SELECT count(*) FROM {0}), (SELECT count(*) FROM {1}), "
        "count(*) FILTER (WHERE kind = 'missing'), count(*) FILTER (WHERE kind = 'extra'), "
        "count(*) FILTER (WHERE kind = 'different'), (SELECT coalesce(json_agg(e.text), '[]') "
        "FROM (SELECT kind || ' ' || key AS text FROM d ORDER BY key LIMIT {7}) e) FROM d",
        parts.live,
        parts.replayed,
        parts.join,
        parts.key,
        parts.live_row,
        parts.replay_row,
        parts.first_key,
        TableComparison::examples_max
    );
}

} // namespace

Result<TableComparison> compare_table(SqlSession& db, const RowShape& replayed) {
    TableComparison comparison;
    comparison.table = replayed.table;
    const Result<std::vector<std::string>> columns = live_columns(db, replayed.table);
    if (!columns) return columns.error();
    if (columns->empty()) return comparison;
    const Result<SqlRows> rows = db.query(comparison_sql(parts_of(replayed, *columns)));
    if (!rows) return rows.error();
    column::get(rows->at(0, 0), comparison.live_rows);
    column::get(rows->at(0, 1), comparison.replayed_rows);
    column::get(rows->at(0, 2), comparison.missing);
    column::get(rows->at(0, 3), comparison.extra);
    column::get(rows->at(0, 4), comparison.different);
    column::get(rows->at(0, 5), comparison.examples);
    return comparison;
}

bool all_equal(const std::vector<TableComparison>& tables) {
    return std::ranges::all_of(tables, [](const TableComparison& t) { return t.equal(); });
}

} // namespace tollbook
