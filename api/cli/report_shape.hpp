// What the reports of the API look like as tables.
#pragma once

#include "ledger/json_document.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

enum class ColumnKind { text, day, time, count, amount, percent };

struct ReportColumn {
    std::string_view field; // Of the API's rows.
    std::string_view title;
    ColumnKind kind{};
};

struct ReportShape {
    std::string_view name;
    std::string_view path; // Below the tenant.
    std::string_view rows; // The field that holds them.
    bool paged{};
    std::span<const ReportColumn> columns;
};

std::span<const ReportShape> report_shapes();
const ReportShape* report_named(std::string_view name);

// A value of a row. An amount's and a count's number is kept beside what is read of it.
struct Cell {
    std::string text;
    std::optional<std::int64_t> number;
};

using Row = std::vector<Cell>;

// A row of the API; a field that it does not have leaves its cell empty.
Row row_of(JsonNode object, const ReportShape& shape);

} // namespace tollbook::api
