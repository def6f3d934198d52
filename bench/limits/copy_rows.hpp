#pragma once

#include "projections/sql_session.hpp"

#include <cstdint>
#include <string>

namespace tollbook::bench {

struct CopiedRows {
    std::uint64_t rows{};
    double seconds{};
};

// When the tables get their keys and indexes: before the clock starts, or behind the rows and timed
// with them.
enum class Indexes { before, after };

// The limit of a projection and of a rebuild: every row that stands in the live read models, copied
// into empty tables with the same keys and indexes in the new schema "raw", one COPY and one
// transaction for each table. The rows go by files in `directory`, which the server writes and
// reads; writing them is not timed. Leaves schema and files to whoever drops the database.
CopiedRows copy_rows(SqlSession& db, const std::string& directory, Indexes indexes);

} // namespace tollbook::bench
