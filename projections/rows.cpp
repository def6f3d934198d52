#include "projections/rows.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

// The text type that travels in an array parameter; arrays and JSON are cast where they arrive,
// because an array of arrays would be unnested to its leaves.
std::string_view travelling(std::string_view type) {
    return type == "text[]" || type == "jsonb" ? std::string_view("text") : type;
}

template <class Format>
std::string listed(const std::vector<RowColumn>& columns, std::size_t count, Format&& format) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) list += ", ";
        list += format(columns[i], i + 1);
    }
    return list;
}

std::string names(const RowShape& shape, std::size_t count) {
    return listed(shape.columns, count, [](const RowColumn& column, std::size_t) {
        return sql_name(column.name);
    });
}

std::string arrays(const RowShape& shape, std::size_t count) {
    return listed(shape.columns, count, [](const RowColumn& column, std::size_t number) {
        return fmt::format("${}::{}[]", number, travelling(column.type));
    });
}

std::string selected(const RowShape& shape) {
    return listed(shape.columns, shape.columns.size(), [](const RowColumn& column, std::size_t) {
        return fmt::format(fmt::runtime(column.expression), "t." + sql_name(column.name));
    });
}

} // namespace

std::string copy_target(const RowShape& shape) {
    return fmt::format("{} ({})", shape.qualified(), names(shape, shape.columns.size()));
}

std::string upsert_sql(const RowShape& shape) {
    const std::size_t count = shape.columns.size();
    const std::string values = listed(shape.columns, count, [](const RowColumn& column, auto) {
        return fmt::format("u.{}::{}", sql_name(column.name), column.type);
    });
    const std::vector<RowColumn> changing(
        shape.columns.begin() + static_cast<std::ptrdiff_t>(shape.keys), shape.columns.end()
    );
    const std::string sets = listed(changing, changing.size(), [](const RowColumn& column, auto) {
        return fmt::format("{0} = excluded.{0}", sql_name(column.name));
    });
    return fmt::format(
        "INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS u({}) ON CONFLICT ({}) DO UPDATE SET {}",
        shape.qualified(),
        names(shape, count),
        values,
        arrays(shape, count),
        names(shape, count),
        names(shape, shape.keys),
        sets
    );
}

std::string select_sql(const RowShape& shape) {
    const std::string joined =
        listed(shape.columns, shape.keys, [](const RowColumn& column, std::size_t) {
            return fmt::format("t.{0} = u.{0}", sql_name(column.name));
        });
    std::string condition = joined;
    for (std::size_t comma = condition.find(", "); comma != std::string::npos;
         comma = condition.find(", "))
        condition.replace(comma, 2, " AND ");
    return fmt::format(
        "SELECT {} FROM unnest({}) AS u({}) JOIN {} AS t ON {}",
        selected(shape),
        arrays(shape, shape.keys),
        names(shape, shape.keys),
        shape.qualified(),
        condition
    );
}

std::string select_all_sql(const RowShape& shape) {
    return fmt::format("SELECT {} FROM {} AS t", selected(shape), shape.qualified());
}

} // namespace tollbook
