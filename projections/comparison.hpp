#pragma once

#include "projections/rows.hpp"
#include "projections/sql_session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tollbook {

// How a live table differs from its replay.
struct TableComparison {
    static constexpr std::size_t examples_max = 20;

    std::string table;
    std::uint64_t live_rows{};
    std::uint64_t replayed_rows{};
    std::uint64_t missing{};           // The replay has it, the live table has not.
    std::uint64_t extra{};             // The live table has it, the replay has not.
    std::uint64_t different{};         // Both have the key, some column differs.
    std::vector<std::string> examples; // "different {\"tenant\": ..., ...}", in the order of keys

    bool equal() const { return missing + extra + different == 0; }
};

// Compares every row of the live table with the one of that key in the replay's table, over the
// columns that both have. A table that is not live yet counts as equal.
Result<TableComparison> compare_table(SqlSession& db, const RowShape& replayed);

bool all_equal(const std::vector<TableComparison>& tables);

} // namespace tollbook
