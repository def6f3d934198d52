#pragma once

#include "projections/sql_session.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// An answer of the read models, and the newest record that all of them held when it was made:
// both come from one snapshot.
struct Reading {
    std::string json;
    std::uint64_t seq{};
    std::uint64_t parked_keys{}; // Of the tenant: their rows are older than that.
};

struct ReaderPoolOptions {
    std::string dsn;
    std::size_t connections_max{8};
    std::chrono::milliseconds wait_max{5'000}; // For a free connection.
    std::chrono::milliseconds statement_max{10'000};
};

// Read-only sessions for the API. Thread-safe; connects when it must, drops a session that broke.
class ReaderPool {
public:
    explicit ReaderPool(ReaderPoolOptions options) : options_(std::move(options)) {}

    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;

    // Runs a SELECT of one column and at most one row, whose text is the answer ("SELECT
    // json_agg(...)"). With a tenant it runs as tollbook_reader, and row-level security shows that
    // tenant's rows only; without one it sees all (health, the platform's own lists).
    // Refuses with not_found when there is no row or its value is NULL, with overloaded when no
    // connection came free in time, with database_unavailable while PostgreSQL is away.
    Result<Reading> read(
        const std::optional<std::string>& tenant,
        const std::string& sql,
        const std::vector<SqlParam>& params = {}
    );

private:
    struct Session {
        std::unique_ptr<SqlSession> db;
        std::optional<std::string> tenant; // As the session is set now.
        bool used{};
    };

    Result<Reading> read_in(
        Session& session,
        const std::optional<std::string>& tenant,
        const std::string& sql,
        const std::vector<SqlParam>& params
    );

    Result<std::unique_ptr<Session>> take();
    Result<std::unique_ptr<Session>> connect() const;
    void give_back(std::unique_ptr<Session> session);

    ReaderPoolOptions options_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Session>> idle_;
    std::size_t lent_{};
};

} // namespace tollbook
