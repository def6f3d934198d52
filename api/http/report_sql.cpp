#include "api/http/report_sql.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook::api {

namespace {

// Every parameter stands in `given`, so that each has a type in every report.
constexpr std::string_view report_sql = R"(
WITH given AS (
    SELECT $2::date AS from_day, $3::date AS to_day,
           coalesce($4::date, book_today(clock_at, timezone)) AS as_of, $5::text AS known_at,
           known_seq($5::timestamptz) AS known, $6::text AS account, $7::text AS by,
           $8::text AS entity
    FROM tenants
), lines AS ({lines}), beyond AS (
    SELECT r.* FROM lines r WHERE {beyond} ORDER BY {order} LIMIT $1::integer + 1
), page AS (SELECT r.* FROM beyond r ORDER BY {order} LIMIT $1::integer), shown AS ({shown})
SELECT json_build_object(
    'object', 'report', 'name', '{name}', {told}
    'totals', coalesce((SELECT json_agg(row_to_json(t)) FROM ({totals}) t), '[]'::json),
    'data', coalesce((SELECT json_agg(row_to_json(r) ORDER BY {order}) FROM shown r), '[]'::json),
    'has_more', (SELECT count(*) FROM beyond) > $1::integer,
    'next_cursor', CASE WHEN (SELECT count(*) FROM beyond) > $1::integer THEN (
        SELECT translate(encode(convert_to('{name}:' || concat_ws(E'\t', {cursor}), 'UTF8'),
                                'base64'), E'+/=\n', '-_')
        FROM page r ORDER BY {reverse} LIMIT 1) END)
FROM given g)";

constexpr std::size_t fixed_params = 8;

// "r.a DESC, r.b DESC": the keys, each between two texts.
std::string of_keys(const ReportOf& report, std::string_view before, std::string_view behind) {
    std::string out;
    for (const ReportKey& key : report.keys)
        out += fmt::format("{}{}{}{}", out.empty() ? "" : ", ", before, key.column, behind);
    return out;
}

std::string beyond_cursor(const ReportOf& report) {
    std::string values;
    std::size_t number = fixed_params;
    for (const ReportKey& key : report.keys)
        values += fmt::format("{}${}::{}", values.empty() ? "" : ", ", ++number, key.type);
    return fmt::format(
        "${}::text IS NULL OR ({}) > ({})", fixed_params + 1, of_keys(report, "r.", ""), values
    );
}

// What was not given is a literal: the planner then leaves its condition out. What is looked up is
// looked up once.
std::string lines_of(const ReportOf& report, const std::vector<SqlParam>& params) {
    const bool dated = params[3].has_value();
    const bool known = params[4].has_value();
    const bool of_entity = params[7].has_value();
    return fmt::format(
        fmt::runtime(report.lines),
        fmt::arg("from", "$2::date"),
        fmt::arg("to", "$3::date"),
        fmt::arg("as_of", dated ? "$4::date" : "(SELECT as_of FROM given)"),
        fmt::arg("known", known ? "(SELECT known FROM given)" : "NULL::bigint"),
        fmt::arg("account", "$6::text"),
        fmt::arg("by", "$7::text"),
        fmt::arg("entity", of_entity ? "$8::text" : "NULL::text")
    );
}

// What of the parameters is told again: those that the lines ask for, and an entity that was given.
std::string told_of(const ReportOf& report, const std::vector<SqlParam>& params) {
    const auto asks_for = [&](std::string_view name) {
        return report.lines.find(name) != std::string_view::npos;
    };
    std::string out;
    if (asks_for("{from}")) out += "'from', g.from_day, 'to', g.to_day, ";
    if (asks_for("{as_of}")) out += "'as_of', g.as_of, ";
    if (asks_for("{known}")) out += "'known_at', g.known_at, ";
    if (params[7]) out += "'entity', g.entity, ";
    return out;
}

std::string sql_of(const ReportOf& report, const std::vector<SqlParam>& params) {
    return fmt::format(
        report_sql,
        fmt::arg("name", report.name),
        fmt::arg("told", told_of(report, params)),
        fmt::arg("lines", lines_of(report, params)),
        fmt::arg("beyond", beyond_cursor(report)),
        fmt::arg("order", of_keys(report, "r.", "")),
        fmt::arg("reverse", of_keys(report, "r.", " DESC")),
        fmt::arg("cursor", of_keys(report, "r.", "::text")),
        fmt::arg("shown", report.shown),
        fmt::arg("totals", report.totals.empty() ? "SELECT WHERE false" : report.totals)
    );
}

bool reads_as(std::string_view type, const std::string& text) {
    if (type == "date") return parse_date(text).has_value();
    if (type == "text") return true;
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, value);
    return ec == std::errc{} && stop == end;
}

// The values of the keys behind which the page begins; as many nothings without a cursor.
Result<std::vector<SqlParam>> cursor_values(const Query& query, const ReportOf& report) {
    const Result<SqlParam> cursor =
        cursor_parameter(query, {.name = report.name, .select = {}, .key = {}});
    if (!cursor) return cursor.error();
    std::vector<SqlParam> values;
    if (!*cursor) {
        values.resize(report.keys.size());
        return values;
    }
    std::string_view rest = **cursor;
    for (const ReportKey& key : report.keys) {
        const bool last = values.size() + 1 == report.keys.size();
        const std::size_t end = rest.find('\t');
        if (last != (end == std::string_view::npos)) return Error{Errc::invalid_cursor, {}};
        std::string value(rest.substr(0, end));
        if (!reads_as(key.type, value)) return Error{Errc::invalid_cursor, {}};
        values.emplace_back(std::move(value));
        rest.remove_prefix(last ? rest.size() : end + 1);
    }
    return values;
}

Result<std::vector<SqlParam>> params_of(const Query& query) {
    const Result<std::string> limit = limit_parameter(query);
    if (!limit) return limit.error();
    std::vector<SqlParam> params{*limit};
    for (const std::string_view name : {"from", "to", "as_of"}) {
        const Result<SqlParam> day = date_parameter(query, name);
        if (!day) return day.error();
        params.push_back(*day);
    }
    const SqlParam& from = params[1];
    const SqlParam& to = params[2];
    if (from && to && parse_date(*to).value() < parse_date(*from).value())
        return Error{Errc::value_out_of_range, "from: is after to"};
    const Result<SqlParam> known_at = time_parameter(query, "known_at");
    if (!known_at) return known_at.error();
    params.push_back(*known_at);
    params.push_back(text_parameter(query, "account"));
    params.push_back(text_parameter(query, "by"));
    params.push_back(text_parameter(query, "entity"));
    return params;
}

} // namespace

Result<ReadAnswer> read_report(ReaderPool& pool, const Query& query, const ReportOf& report) {
    Result<std::vector<SqlParam>> params = params_of(query);
    if (!params) return params.error();
    const Result<std::vector<SqlParam>> cursor = cursor_values(query, report);
    if (!cursor) return cursor.error();
    params->insert(params->end(), cursor->begin(), cursor->end());
    const std::string sql = sql_of(report, *params);
    return read_one(pool, query, {.select = sql}, *params);
}

} // namespace tollbook::api
