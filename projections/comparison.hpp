#pragma once

#include "projections/projection.hpp"
#include "projections/sql_session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tollbook {

struct KeyPart {
    std::string column;
    std::string value;
};
BOOST_DESCRIBE_STRUCT(KeyPart, (), (column, value))

struct EventName {
    std::uint64_t seq{};
    std::string event_id;
    std::string type;
};
BOOST_DESCRIBE_STRUCT(EventName, (), (seq, event_id, type))

// A row that differs from its replay, and the events that it contradicts: the newest that made the
// replay's row what it is. A row that no event made has none.
struct RowDifference {
    static constexpr std::size_t events_max = 3;

    std::string kind; // missing | extra | different
    std::vector<KeyPart> key;
    std::vector<std::string> columns; // Those that differ.
    std::vector<EventName> events;    // Newest first.
};
BOOST_DESCRIBE_STRUCT(RowDifference, (), (kind, key, columns, events))

// "different tenant=savanna customer=ACC1"
std::string to_string(const RowDifference& difference);

// How a live table differs from its replay.
struct TableComparison {
    static constexpr std::size_t examples_max = 20;

    std::string table;
    std::uint64_t live_rows{};
    std::uint64_t replayed_rows{};
    std::uint64_t missing{};             // The replay has it, the live table has not.
    std::uint64_t extra{};               // The live table has it, the replay has not.
    std::uint64_t different{};           // Both have the key, some column differs.
    std::vector<RowDifference> examples; // The first of them, by key; their events not named yet.

    bool equal() const { return missing + extra + different == 0; }
};

// Compares every row of the live table with the one of that key in the replay's table, over the
// columns that both have. A table that is not live yet counts as equal.
Result<TableComparison> compare_table(SqlSession& db, const RowShape& replayed);

Result<std::vector<TableComparison>> compare_tables(SqlSession& db, Projection& replayed);

bool all_equal(const std::vector<TableComparison>& tables);

} // namespace tollbook
