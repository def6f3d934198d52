#pragma once

#include "projections/cluster.hpp"
#include "projections/fold.hpp"
#include "projections/projector.hpp"
#include "projections/sql_session.hpp"
#include "support/scratch_directory.hpp"

#include <memory>
#include <string>

namespace tollbook {

// A directory that the user postgres can reach, gone at the end.
struct OpenDirectory : ScratchDirectory {
    OpenDirectory();
};

// One private PostgreSQL for the whole test run; it stops when the run ends.
Cluster& shared_cluster();

// Ends the cluster below a data directory at once; its next start recovers.
void crash_server(const std::string& data);

// An empty database of it for one test.
class TestDatabase {
public:
    TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;
    ~TestDatabase();

    const std::string& name() const { return name_; }

    std::string dsn() const;

    std::unique_ptr<SqlSession> connect() const;

    // Migrated.
    std::unique_ptr<SqlSession> prepared() const;

private:
    std::string name_;
};

// Runs statements beside all test databases.
Status administer(const std::string& sql);

std::unique_ptr<Projector> open_projector(
    SqlSession& db, Source& source, const KnownStates& known = {}
);

// Folds everything that the source holds.
Status project_all(SqlSession& db, Source& source);

// The first cell of the answer; "NULL" for a null, "-" for no row, the error's text for a refusal.
std::string ask(SqlSession& db, const std::string& sql);

// The lines of an answer in order, each with its values behind each other.
std::string ask_lines(SqlSession& db, const std::string& what, const std::string& from);

// The statement of a customer's wallet: what each line is, its amount and the balance after it.
std::string statement(SqlSession& db, const std::string& customer);

} // namespace tollbook
