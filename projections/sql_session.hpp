#pragma once

#include "ledger/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// The schema of the live read models; every session has it as its search path.
inline constexpr std::string_view live_schema = "tollbook";

// A bound value in text form; none is NULL.
using SqlParam = std::optional<std::string>;

// What a query answered, row by row, in text form.
struct SqlRows {
    std::size_t columns{};
    std::vector<std::optional<std::string>> cells;

    std::size_t size() const { return columns == 0 ? 0 : cells.size() / columns; }

    const std::optional<std::string>& at(std::size_t row, std::size_t column) const {
        return cells.at(row * columns + column);
    }
};

// One session of PostgreSQL, the only file that knows libpqxx. It never reconnects by itself: a
// lost session has lost its transaction and its settings, so its owner makes a new one.
//
// Whatever a new attempt may cure (lost, starting up, out of space or connections, deadlock) is
// database_unavailable; a value or row that the database does not take (a constraint, a range, a
// text) is value_out_of_range; what is wrong with the statement is internal. Not thread-safe.
class SqlSession {
public:
    // Sets time zone UTC, the application name and the search path.
    static Result<std::unique_ptr<SqlSession>> connect(
        const std::string& dsn, const std::string& application
    );

    SqlSession(const SqlSession&) = delete;
    SqlSession& operator=(const SqlSession&) = delete;
    ~SqlSession();

    // Several statements without parameters.
    Status run(const std::string& sql);

    // One statement; prepared at its first use in this session.
    Result<SqlRows> query(const std::string& sql, const std::vector<SqlParam>& params = {});

    // COPY `target` ("schema.table (a, b)") FROM STDIN; `lines` in COPY's text format.
    Status copy(const std::string& target, std::string_view lines);

    Status begin() { return run("BEGIN"); }

    Status commit() { return run("COMMIT"); }

    // Never fails: a session that is gone has rolled back.
    void rollback();

    bool lost() const;

    // Round trips so far: what a batch may cost is bounded, and tested.
    std::uint64_t statements() const;

private:
    struct Session;
    explicit SqlSession(std::unique_ptr<Session> session);

    Result<SqlRows> query_prepared(const std::string& sql, const std::vector<SqlParam>& params);
    Status copy_lines(const std::string& target, std::string_view lines);

    std::unique_ptr<Session> session_;
};

// Runs `work` between BEGIN and COMMIT; rolls back when it refuses.
template <class Work>
Status in_transaction(SqlSession& db, Work&& work) {
    if (const Status status = db.begin(); !status) return status;
    if (const Status status = work(); !status) {
        db.rollback();
        return status;
    }
    return db.commit();
}

// "name" as an SQL identifier, and 'text' as an SQL literal.
std::string sql_name(std::string_view name);
std::string sql_text(std::string_view text);

} // namespace tollbook
