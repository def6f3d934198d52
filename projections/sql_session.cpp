#include "projections/sql_session.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <array>
#include <libpq-fe.h>
#include <unordered_map>

namespace tollbook {

namespace {

// libpqxx 6.4 escapes every byte above 127 in COPY and hides the session's handle. Its connection
// policy is the documented place that sees the handle; COPY goes straight to libpq through it.
class SeenConnect : public pqxx::connect_direct {
public:
    using pqxx::connect_direct::connect_direct;

    handle do_startconnect(handle old) override {
        handle made = pqxx::connect_direct::do_startconnect(old);
        seen = made;
        return made;
    }

    static thread_local handle seen;
};

thread_local SeenConnect::handle SeenConnect::seen = nullptr;

using Connection = pqxx::basic_connection_base<SeenConnect>;

// Classes of SQLSTATE that another attempt may cure: connection, resources, operator intervention,
// serialization; and a lock that was not free in time.
bool may_pass(std::string_view sqlstate) {
    constexpr std::array<std::string_view, 4> classes{"08", "53", "57", "40"};
    const auto starts = [&](std::string_view prefix) { return sqlstate.starts_with(prefix); };
    return sqlstate == "55P03" || std::ranges::any_of(classes, starts);
}

// Data exceptions, integrity constraints, sizes beyond a limit, and what a trigger raises.
bool is_of_the_data(std::string_view sqlstate) {
    constexpr std::array<std::string_view, 4> classes{"22", "23", "54", "P0001"};
    const auto starts = [&](std::string_view prefix) { return sqlstate.starts_with(prefix); };
    return std::ranges::any_of(classes, starts);
}

// Only what the server says has a SQLSTATE; without one libpq tells that there is no server.
Error failure_of(std::string_view sqlstate, std::string_view what) {
    Errc code = Errc::internal;
    if (sqlstate.empty() || may_pass(sqlstate)) code = Errc::database_unavailable;
    if (is_of_the_data(sqlstate)) code = Errc::value_out_of_range;
    return Error{code, fmt::format("{} {}", sqlstate, what)};
}

// Runs what calls libpqxx; its exceptions end here. `gone`: the server is; a failed send leaves
// libpq's own status as it was.
template <class Call>
auto guarded(bool& gone, Call&& call) -> decltype(call()) {
    try {
        return call();
    } catch (const pqxx::broken_connection& failure) {
        return Error{Errc::database_unavailable, failure.what()};
    } catch (const pqxx::transaction_rollback& failure) { // Class 40; no sql_error in 6.4.
        return Error{Errc::database_unavailable, failure.what()};
    } catch (const pqxx::sql_error& failure) {
        gone = gone || failure.sqlstate().empty();
        return failure_of(failure.sqlstate(), failure.what());
    } catch (const std::exception& failure) {
        return Error{Errc::internal, failure.what()};
    }
}

struct ResultEnd {
    void operator()(PGresult* result) const { PQclear(result); }
};

using RawResult = std::unique_ptr<PGresult, ResultEnd>;

// By default libpqxx 6.4 silently makes a new session, without our settings and transaction. The
// way to forbid it is deprecated because version 7 does not reconnect any more.
void forbid_reconnecting(Connection& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

std::string with_timeout(const std::string& dsn) {
    const bool is_uri = dsn.find("://") != std::string::npos;
    return is_uri ? dsn : dsn + " connect_timeout=10";
}

} // namespace

struct SqlSession::Session {
    explicit Session(const std::string& dsn) : connection(dsn), raw(SeenConnect::seen) {
        forbid_reconnecting(connection);
        work.emplace(connection);
    }

    Connection connection;
    PGconn* raw;
    std::optional<pqxx::nontransaction> work; // Transactions are begun and ended by statements.
    std::unordered_map<std::string, std::string> prepared; // Name by text.
    std::uint64_t statements{};
    bool gone{};
};

SqlSession::SqlSession(std::unique_ptr<Session> session) : session_(std::move(session)) {}

SqlSession::~SqlSession() = default;

Result<std::unique_ptr<SqlSession>> SqlSession::connect(
    const std::string& dsn, const std::string& application
) {
    bool gone = false;
    Result<std::unique_ptr<SqlSession>> made =
        guarded(gone, [&]() -> Result<std::unique_ptr<SqlSession>> {
            return std::unique_ptr<SqlSession>(
                new SqlSession(std::make_unique<Session>(with_timeout(dsn)))
            );
        });
    if (!made) return Error{Errc::database_unavailable, made.error().detail};
    const Status ready = (*made)->run(fmt::format(
        "SET client_min_messages = warning; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD';"
        "SET application_name = {}; SET search_path = {}",
        sql_text(application),
        sql_name(live_schema)
    ));
    if (!ready) return ready.error();
    return made;
}

Status SqlSession::run(const std::string& sql) {
    ++session_->statements;
    return guarded(session_->gone, [&]() -> Status {
        session_->work->exec(sql);
        return Done{};
    });
}

Result<SqlRows> SqlSession::query(const std::string& sql, const std::vector<SqlParam>& params) {
    ++session_->statements;
    return guarded(session_->gone, [&] { return query_prepared(sql, params); });
}

Result<SqlRows> SqlSession::query_prepared(
    const std::string& sql, const std::vector<SqlParam>& params
) {
    auto found = session_->prepared.find(sql);
    if (found == session_->prepared.end()) {
        const std::string name = fmt::format("s{}", session_->prepared.size());
        session_->connection.prepare(name, sql);
        found = session_->prepared.emplace(sql, name).first;
    }
    const pqxx::result answer =
        session_->work->exec_prepared(found->second, pqxx::prepare::make_dynamic_params(params));
    SqlRows rows;
    rows.columns = answer.columns();
    rows.cells.reserve(rows.columns * answer.size());
    for (const auto& row : answer)
        for (const auto& cell : row)
            rows.cells.emplace_back(
                cell.is_null()
                    ? std::optional<std::string>{}
                    : std::optional<std::string>(std::in_place, cell.c_str(), cell.size())
            );
    return rows;
}

Status SqlSession::copy(const std::string& target, std::string_view lines) {
    ++session_->statements;
    return copy_lines(target, lines);
}

Status SqlSession::copy_lines(const std::string& target, std::string_view lines) {
    PGconn* raw = session_->raw;
    const auto failed = [&](PGresult* result) {
        const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        if (PQstatus(raw) == CONNECTION_BAD || sqlstate == nullptr)
            return Error{Errc::database_unavailable, PQerrorMessage(raw)};
        return failure_of(sqlstate, PQresultErrorMessage(result));
    };
    const RawResult opened(PQexec(raw, ("COPY " + target + " FROM STDIN").c_str()));
    if (PQresultStatus(opened.get()) != PGRES_COPY_IN) return failed(opened.get());

    constexpr std::size_t piece_max = 1U << 20U; // libpq counts in int and buffers what it gets.
    for (std::size_t at = 0; at < lines.size(); at += piece_max) {
        const std::string_view piece = lines.substr(at, piece_max);
        if (PQputCopyData(raw, piece.data(), static_cast<int>(piece.size())) != 1)
            return Error{Errc::database_unavailable, PQerrorMessage(raw)};
    }
    if (PQputCopyEnd(raw, nullptr) != 1)
        return Error{Errc::database_unavailable, PQerrorMessage(raw)};
    Status outcome = Done{};
    while (const RawResult result{PQgetResult(raw)})
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK && outcome)
            outcome = failed(result.get());
    return outcome;
}

void SqlSession::rollback() {
    if (lost()) return;
    const Status ignored = run("ROLLBACK");
    static_cast<void>(ignored.has_value());
}

bool SqlSession::lost() const {
    return session_->gone || PQstatus(session_->raw) == CONNECTION_BAD;
}

std::uint64_t SqlSession::statements() const { return session_->statements; }

std::string sql_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

std::string sql_text(std::string_view text) {
    std::string quoted = text.find('\\') == std::string_view::npos ? "'" : " E'";
    for (const char c : text)
        quoted += c == '\'' || c == '\\' ? std::string(2, c) : std::string(1, c);
    return quoted + '\'';
}

} // namespace tollbook
