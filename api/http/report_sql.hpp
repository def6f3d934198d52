// How a report becomes SQL: a page of its lines, and totals over all of them.
#pragma once

#include "api/http/read_sql.hpp"

#include <span>
#include <string_view>

namespace tollbook::api {

// What orders the lines, together unique; no value holds a tab.
struct ReportKey {
    std::string_view column;
    std::string_view type; // text | date | bigint
};

// `{from}`, `{to}`, `{as_of}`, `{known}` (a seq), `{account}`, `{by}` and `{entity}` stand for the
// parameters, each NULL when it was not given. "@column" as in ListOf.
struct ReportOf {
    std::string_view name;
    std::string_view lines; // A SELECT; its column names are the JSON names.
    std::span<const ReportKey> keys;
    std::string_view totals{};                    // A SELECT over `lines`.
    std::string_view shown{"SELECT * FROM page"}; // What is told of a page of lines.
};

// {"object": "report", "name", "from", "to", "as_of", "known_at", "entity", "totals", "data",
// "has_more", "next_cursor"}: of the times those that the report has, the entity if one was given.
// `as_of` is today when it was not given. Refuses days that end before they begin.
Result<ReadAnswer> read_report(ReaderPool& pool, const Query& query, const ReportOf& report);

} // namespace tollbook::api
