// How reads become SQL. All text is constant; what a caller sends is bound.
#pragma once

#include "api/http/routes.hpp"
#include "projections/reader_pool.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

// A SELECT whose column names are the JSON names; "@column" is that timestamp as RFC 3339 text.
struct ListOf {
    std::string_view name;   // Of the list: a cursor of another list is refused.
    std::string_view select; // May use $3, $4, ... for `filters`.
    std::string_view key;    // What orders the list, of a row `r`; unique in it.
    std::string_view key_type{"text"};
    bool newest_first{};
};

// One page: limit, cursor and the list object around the rows. `filters` become $3, $4, ...
Result<ReadAnswer> read_list(
    ReaderPool& pool,
    const Query& query,
    const ListOf& list,
    const std::vector<SqlParam>& filters = {}
);

// One JSON value; `absent` is the refusal when there is none. "@column" as above.
struct OneOf {
    std::string_view select;
    Errc absent{Errc::tenant_unknown};
};

Result<ReadAnswer> read_one(
    ReaderPool& pool, const Query& query, const OneOf& one, const std::vector<SqlParam>& params = {}
);

// The text of an optional parameter that reads as a time or a date; refuses others with
// value_out_of_range.
Result<SqlParam> time_parameter(const Query& query, std::string_view name);
Result<SqlParam> date_parameter(const Query& query, std::string_view name);
SqlParam text_parameter(const Query& query, std::string_view name);

// 1..list_items_max, list_items_default when absent.
Result<std::string> limit_parameter(const Query& query);

// The key that an opaque cursor holds; none when there is no cursor. Refuses with invalid_cursor.
Result<SqlParam> cursor_parameter(const Query& query, const ListOf& list);

// "@added_at" -> its RFC 3339 text, named added_at.
std::string with_times(std::string_view sql);

} // namespace tollbook::api
