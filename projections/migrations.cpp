#include "projections/migrations.hpp"

#include "ledger/record.hpp"
#include "projections/catalogue.hpp"
#include "projections/sql_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace tollbook {

namespace {

constexpr std::string_view divider = "-- after the rows\n";
constexpr std::string_view plain_prefix = "0";
constexpr std::string_view reads_prefix = "9";

using Applied = std::map<std::string, std::string, std::less<>>; // Hash by name.

std::string hash_of(std::string_view text) { return hex(sha256(text)); }

std::string_view text_of(std::string_view name) {
    const std::span<const SqlFile> files = sql_files();
    const auto file = std::ranges::find(files, name, &SqlFile::name);
    return file == files.end() ? std::string_view{} : file->text;
}

bool is_reads(const SqlFile& file) { return file.name.starts_with(reads_prefix); }

// A lock that ends with the transaction: one migration at a time.
constexpr std::string_view prepare = "SELECT pg_advisory_xact_lock(7237112);"
                                     "CREATE SCHEMA IF NOT EXISTS {0};"
                                     "CREATE TABLE IF NOT EXISTS schema_migrations ("
                                     "name text PRIMARY KEY, sha256 text NOT NULL)";

Result<Applied> applied_files(SqlSession& db) {
    const Result<SqlRows> rows = db.query("SELECT name, sha256 FROM schema_migrations");
    if (!rows) return rows.error();
    Applied applied;
    for (std::size_t i = 0; i < rows->size(); ++i)
        applied.emplace(rows->at(i, 0).value_or(""), rows->at(i, 1).value_or(""));
    return applied;
}

// A read model of another shape than this binary's has a file that it does not know: that one waits
// for its rebuild.
Status check(const Applied& applied) {
    for (const auto& [name, hash] : applied) {
        const std::string_view text = text_of(name);
        if (text.empty() && name.starts_with(plain_prefix))
            return Error{Errc::store_newer, fmt::format("the database has migration {}", name)};
        if (!text.empty() && !name.starts_with(reads_prefix) && hash != hash_of(text))
            return Error{Errc::store_damaged, fmt::format("migration {} was another text", name)};
    }
    return Done{};
}

Status note(SqlSession& db, std::string_view name, std::string_view text) {
    const Result<SqlRows> noted = db.query(
        "INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2) "
        "ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256",
        {std::string(name), hash_of(text)}
    );
    return noted ? Status{Done{}} : Status{noted.error()};
}

// Files that belong to no projection and are not made anew: 001_ and the like.
Status apply_numbered(SqlSession& db, const Applied& applied) {
    for (const SqlFile& file : sql_files()) {
        if (!file.name.starts_with(plain_prefix) || applied.contains(file.name)) continue;
        if (const Status status = db.run(std::string(file.text)); !status) return status;
        if (const Status status = note(db, file.name, file.text); !status) return status;
    }
    return Done{};
}

Result<bool> is_installed(SqlSession& db, const Projection& projection) {
    const Result<SqlRows> rows = db.query(
        "SELECT 1 FROM projection_tables WHERE projection = $1 LIMIT 1",
        {std::string(projection.name())}
    );
    if (!rows) return rows.error();
    return rows->size() > 0;
}

Status install(SqlSession& db, Projection& projection) {
    const Result<bool> there = is_installed(db, projection);
    if (!there) return there.error();
    if (*there) return Done{};
    for (const DdlPart part : {DdlPart::rows, DdlPart::indexes})
        if (const Status status = run_ddl(db, projection, live_schema, part); !status)
            return status;
    if (const Status status = register_tables(db, projection); !status) return status;
    return note(db, projection.ddl(), text_of(projection.ddl()));
}

// Whether the rows of a read model are of another shape than this binary's.
Result<bool> has_outdated(SqlSession& db) {
    const Result<SqlRows> rows =
        db.query("SELECT projection, max(version) FROM projection_checkpoints GROUP BY projection");
    if (!rows) return rows.error();
    const std::vector<std::unique_ptr<Projection>> known = make_projections(live_schema);
    for (std::size_t i = 0; i < rows->size(); ++i)
        for (const auto& projection : known)
            if (rows->at(i, 0) == projection->name() &&
                rows->at(i, 1) != std::to_string(projection->version()))
                return true;
    return false;
}

Status make_each_read(SqlSession& db) {
    for (const SqlFile& file : sql_files()) {
        if (!is_reads(file)) continue;
        if (const Status status = db.run(std::string(file.text)); !status) return status;
        if (const Status status = note(db, file.name, file.text); !status) return status;
    }
    return Done{};
}

constexpr auto stale_views_sql =
    "SELECT string_agg(DISTINCT format('%I.%I', n.nspname, v.relname), ', ') FROM pg_depend d "
    "JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid "
    "JOIN pg_class v ON v.oid = w.ev_class JOIN pg_namespace n ON n.oid = v.relnamespace "
    "JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid "
    "JOIN pg_namespace s ON s.oid = t.relnamespace "
    "WHERE n.nspname = $1 AND s.nspname LIKE '%\\_previous'";

// Views that read tables which others have taken the place of: no answer is better than an old one.
Status drop_stale_views(SqlSession& db) {
    const Result<SqlRows> views = db.query(stale_views_sql, {std::string(live_schema)});
    if (!views) return views.error();
    const std::optional<std::string> names(views->at(0, 0));
    return names ? db.run("DROP VIEW " + *names + " CASCADE") : Status{Done{}};
}

Status bring_reads(SqlSession& db, const Applied& applied) {
    for (const SqlFile& file : sql_files()) {
        const auto found = applied.find(file.name);
        const bool same = found != applied.end() && found->second == hash_of(file.text);
        if (is_reads(file) && !same) return make_reads(db);
    }
    return Done{};
}

Status migrate_in_transaction(SqlSession& db) {
    const std::string sql = fmt::format(prepare, sql_name(live_schema));
    if (const Status status = db.run(sql); !status) return status;
    const Result<Applied> applied = applied_files(db);
    if (!applied) return applied.error();
    if (const Status status = check(*applied); !status) return status;
    if (const Status status = apply_numbered(db, *applied); !status) return status;
    for (const auto& projection : make_projections(live_schema))
        if (const Status status = install(db, *projection); !status) return status;
    return bring_reads(db, *applied);
}

} // namespace

Status migrate(SqlSession& db) {
    return in_transaction(db, [&] { return migrate_in_transaction(db); });
}

Status run_ddl(
    SqlSession& db, const Projection& projection, std::string_view schema, DdlPart part
) {
    const std::string_view text = text_of(projection.ddl());
    const std::size_t at = text.find(divider);
    if (at == std::string_view::npos)
        return Error{Errc::internal, fmt::format("{} has no divider", projection.ddl())};
    const std::string_view wanted =
        part == DdlPart::rows ? text.substr(0, at) : text.substr(at + divider.size());
    return db.run(fmt::format(
        "SET LOCAL search_path = {}; {}; SET LOCAL search_path = {}",
        sql_name(schema),
        wanted,
        sql_name(live_schema)
    ));
}

Status make_reads(SqlSession& db) {
    if (const Status status = db.run("SAVEPOINT reads"); !status) return status;
    const Status made = make_each_read(db);
    if (made) return db.run("RELEASE SAVEPOINT reads");
    if (made.error().code == Errc::database_unavailable) return made;
    if (const Status status = db.run("ROLLBACK TO SAVEPOINT reads"); !status) return status;
    const Result<bool> outdated = has_outdated(db);
    if (!outdated) return outdated.error();
    return *outdated ? drop_stale_views(db) : made;
}

Status register_tables(SqlSession& db, Projection& projection) {
    const std::string name(projection.name());
    Result<SqlRows> done = db.query("DELETE FROM projection_tables WHERE projection = $1", {name});
    if (!done) return done.error();
    std::size_t position = 0;
    for (const RowSet* table : projection.tables()) {
        done = db.query(
            "INSERT INTO projection_tables (projection, position, table_name) VALUES ($1, $2, $3)",
            {name, std::to_string(position++), table->shape().table}
        );
        if (!done) return done.error();
    }
    return Done{};
}

} // namespace tollbook
