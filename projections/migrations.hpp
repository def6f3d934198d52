#pragma once

#include "projections/projection.hpp"
#include "projections/sql_session.hpp"

#include <string>
#include <string_view>

namespace tollbook {

// Brings the live schema to what this binary holds, in one transaction: numbered files once and in
// order (schema_migrations has their names and hashes), the DDL of a projection when no version of
// it is there yet, 900_* whenever its text changed. Safe to run from several nodes at once.
// A read model of another version stays as it is until it is rebuilt. Refuses with store_newer when
// the database was migrated by a newer binary, and with store_damaged when an applied file has
// another text.
Status migrate(SqlSession& db);

// The tables of a projection in a schema that exists: `rows` makes them bare, `indexes` adds keys,
// indexes and policies once they are filled.
enum class DdlPart { rows, indexes };
Status run_ddl(SqlSession& db, const Projection& projection, std::string_view schema, DdlPart part);

// Views and functions of the live schema, made anew on today's tables, within the caller's
// transaction. While a read model of another version has not what they read, they stay as they are,
// and a view of tables that were replaced is dropped; the last rebuild brings them.
Status make_reads(SqlSession& db);

// Which tables are the projection's: what a rebuild will replace one day.
Status register_tables(SqlSession& db, Projection& projection);

} // namespace tollbook
