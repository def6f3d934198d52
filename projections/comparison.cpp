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
    std::string join; // l.a = r.a AND ...
    std::string key;  // json_build_object('column', 'a', 'value', coalesce(l.a, r.a)::text), ...
    std::string live_row; // l.c, ...
    std::string replay_row;
    std::string changed; // CASE WHEN l.c IS DISTINCT FROM r.c THEN 'c' END, ...
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
                "{0}json_build_object('column', {1}::text, 'value', coalesce(l.{2}, r.{2})::text)",
                i == 0 ? "" : ", ",
                sql_text(shape.columns[i].name),
                name
            );
        }
        if (std::ranges::find(live, shape.columns[i].name) == live.end()) continue;
        const std::string comma = parts.live_row.empty() ? "" : ", ";
        parts.live_row += comma + "l." + name;
        parts.replay_row += comma + "r." + name;
        parts.changed += fmt::format(
            "{0}CASE WHEN l.{1} IS DISTINCT FROM r.{1} THEN {2}::text END",
            comma,
            name,
            sql_text(shape.columns[i].name)
        );
    }
    return parts;
}

std::string comparison_sql(const Parts& parts) {
    return fmt::format(
        "WITH d AS (SELECT CASE WHEN l.{6} IS NULL THEN 'missing' WHEN r.{6} IS NULL THEN 'extra' "
        "ELSE 'different' END AS kind, json_build_array({3}) AS key, "
        "CASE WHEN l.{6} IS NULL OR r.{6} IS NULL THEN ARRAY[]::text[] "
        "ELSE array_remove(ARRAY[{8}], NULL) END AS columns "
        "FROM {0} l FULL JOIN {1} r ON {2} "
        "WHERE l.{6} IS NULL OR r.{6} IS NULL OR ROW({4}) IS DISTINCT FROM ROW({5})) "
        "SELECT (SELECT count(*) FROM {0}), (SELECT count(*) FROM {1}), "
        "count(*) FILTER (WHERE kind = 'missing'), count(*) FILTER (WHERE kind = 'extra'), "
        "count(*) FILTER (WHERE kind = 'different'), "
        "(SELECT coalesce(json_agg(json_build_object('kind', e.kind, 'key', e.key, "
        "'columns', e.columns, 'events', '[]'::json) ORDER BY e.key::text), '[]') "
        "FROM (SELECT * FROM d ORDER BY key::text LIMIT {7}) e) FROM d",
        parts.live,
        parts.replayed,
        parts.join,
        parts.key,
        parts.live_row,
        parts.replay_row,
        parts.first_key,
        TableComparison::examples_max,
        parts.changed
    );
}

} // namespace

std::string to_string(const RowDifference& difference) {
    std::string text = difference.kind;
    for (const KeyPart& part : difference.key)
        text += fmt::format(" {}={}", part.column, part.value);
    return text;
}

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
    auto examples = from_json<std::vector<RowDifference>>(rows->at(0, 5).value_or("[]"));
    if (!examples) return examples.error();
    comparison.examples = std::move(*examples);
    return comparison;
}

Result<std::vector<TableComparison>> compare_tables(SqlSession& db, Projection& replayed) {
    std::vector<TableComparison> tables;
    for (const RowSet* table : replayed.tables()) {
        Result<TableComparison> comparison = compare_table(db, table->shape());
        if (!comparison) return comparison.error();
        tables.push_back(std::move(*comparison));
    }
    return tables;
}

bool all_equal(const std::vector<TableComparison>& tables) {
    return std::ranges::all_of(tables, [](const TableComparison& t) { return t.equal(); });
}

} // namespace tollbook
