#include "api/http/read_sql.hpp"

#include "api/http/limits.hpp"
#include "ledger/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sodium.h>
#include <utility>

namespace tollbook::api {

namespace {

// The cursor is made where the key is: "<list>:<key>" in URL-safe base64.
constexpr std::string_view list_sql = R"(
SELECT json_build_object(
    'object', 'list',
    'data', coalesce((SELECT json_agg(s.item ORDER BY s.k {direction}) FROM shown s), '[]'::json),
    'has_more', (SELECT count(*) FROM page) > $2::integer,
    'next_cursor', CASE WHEN (SELECT count(*) FROM page) > $2::integer THEN (
        SELECT translate(encode(convert_to('{name}:' || s.k::text, 'UTF8'), 'base64'), E'+/=\n', '-_')
        FROM shown s ORDER BY s.k {reverse} LIMIT 1) END)
FROM (SELECT 1) one WHERE {tenant_exists})";

constexpr std::string_view page_sql = R"(
WITH page AS (
    SELECT {key} AS k, row_to_json(r) AS item FROM ({select}) r
    WHERE $1::{type} IS NULL OR {key} {beyond} $1::{type}
    ORDER BY {key} {direction} LIMIT $2::integer + 1
), shown AS (SELECT k, item FROM page ORDER BY k {direction} LIMIT $2::integer))";

std::string sql_of(const ListOf& list, bool of_tenant) {
    const std::string_view direction = list.newest_first ? "DESC" : "ASC";
    return fmt::format(
               page_sql,
               fmt::arg("key", list.key),
               fmt::arg("select", with_times(list.select)),
               fmt::arg("type", list.key_type),
               fmt::arg("beyond", list.newest_first ? "<" : ">"),
               fmt::arg("direction", direction)
           ) +
           fmt::format(
               list_sql,
               fmt::arg("direction", direction),
               fmt::arg("reverse", list.newest_first ? "ASC" : "DESC"),
               fmt::arg("name", list.name),
               fmt::arg("tenant_exists", of_tenant ? "EXISTS (SELECT FROM tenants)" : "true")
           );
}

std::optional<std::string> tenant_of(const Query& query) {
    if (query.tenant.empty()) return {};
    return query.tenant;
}

Result<ReadAnswer> answer_of(Result<Reading> reading, Errc absent) {
    if (!reading && reading.error().code == Errc::not_found) return Error{absent, {}};
    if (!reading) return reading.error();
    return ReadAnswer{std::move(reading->json), {0, reading->seq}, reading->parked_keys};
}

bool is_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    return ec == std::errc{} && stop == text.data() + text.size();
}

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

} // namespace

std::string with_times(std::string_view sql) {
    std::string out;
    while (true) {
        const std::size_t at = sql.find('@');
        out += sql.substr(0, at);
        if (at == std::string_view::npos) return out;
        sql.remove_prefix(at + 1);
        const auto end = std::ranges::find_if_not(sql, is_name);
        const std::string_view column(sql.begin(), end);
        out += fmt::format(
            R"(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS {})",
            column,
            column.substr(column.rfind('.') + 1)
        );
        sql.remove_prefix(column.size());
    }
}

Result<ReadAnswer> read_list(
    ReaderPool& pool, const Query& query, const ListOf& list, const std::vector<SqlParam>& filters
) {
    const Result<std::string> limit = limit_parameter(query);
    if (!limit) return limit.error();
    const Result<SqlParam> cursor = cursor_parameter(query, list);
    if (!cursor) return cursor.error();
    std::vector<SqlParam> params{*cursor, *limit};
    params.insert(params.end(), filters.begin(), filters.end());
    return answer_of(
        pool.read(tenant_of(query), sql_of(list, !query.tenant.empty()), params),
        Errc::tenant_unknown
    );
}

Result<ReadAnswer> read_one(
    ReaderPool& pool, const Query& query, const OneOf& one, const std::vector<SqlParam>& params
) {
    return answer_of(pool.read(tenant_of(query), with_times(one.select), params), one.absent);
}

SqlParam text_parameter(const Query& query, std::string_view name) {
    const std::string* value = query.find(name);
    return value == nullptr ? SqlParam{} : SqlParam{*value};
}

Result<SqlParam> time_parameter(const Query& query, std::string_view name) {
    const std::string* text = query.find(name);
    if (text == nullptr) return SqlParam{};
    const Result<Timestamp> at = parse_timestamp(*text);
    if (!at) return Error{Errc::value_out_of_range, std::string(name) + ": " + at.error().detail};
    return SqlParam{to_string(*at)};
}

Result<SqlParam> date_parameter(const Query& query, std::string_view name) {
    const std::string* text = query.find(name);
    if (text == nullptr) return SqlParam{};
    const Result<Date> day = parse_date(*text);
    if (!day) return Error{Errc::value_out_of_range, std::string(name) + ": " + day.error().detail};
    return SqlParam{to_string(*day)};
}

Result<std::string> limit_parameter(const Query& query) {
    const std::string* text = query.find("limit");
    if (text == nullptr) return std::to_string(list_items_default);
    std::size_t limit = 0;
    const auto [stop, ec] = std::from_chars(text->data(), text->data() + text->size(), limit);
    const bool whole = ec == std::errc{} && stop == text->data() + text->size();
    if (!whole || limit < 1 || limit > list_items_max)
        return Error{Errc::value_out_of_range, "limit: 1 to " + std::to_string(list_items_max)};
    return std::to_string(limit);
}

Result<SqlParam> cursor_parameter(const Query& query, const ListOf& list) {
    const std::string* text = query.find("cursor");
    if (text == nullptr) return SqlParam{};
    std::string decoded(text->size(), '\0');
    std::size_t length = 0;
    const int status = sodium_base642bin(
        reinterpret_cast<unsigned char*>(decoded.data()),
        decoded.size(),
        text->data(),
        text->size(),
        nullptr,
        &length,
        nullptr,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING
    );
    decoded.resize(length);
    const std::string prefix = std::string(list.name) + ":";
    if (status != 0 || !decoded.starts_with(prefix) || decoded.find('\0') != std::string::npos)
        return Error{Errc::invalid_cursor, {}};
    decoded.erase(0, prefix.size());
    if (list.key_type == "bigint" && !is_number(decoded)) return Error{Errc::invalid_cursor, {}};
    return SqlParam{std::move(decoded)};
}

} // namespace tollbook::api
