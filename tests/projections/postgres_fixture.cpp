#include "postgres_fixture.hpp"

#include "ledger/ensure.hpp"
#include "memory_source.hpp"
#include "projections/migrations.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

namespace tollbook {

OpenDirectory::OpenDirectory() {
    namespace fs = std::filesystem;
    fs::permissions(path, fs::perms::others_exec | fs::perms::group_exec, fs::perm_options::add);
}

Cluster& shared_cluster() {
    static const OpenDirectory directory;
    static const std::unique_ptr<Cluster> cluster = [] {
        std::unique_ptr<Cluster> started = Cluster::start(directory.path).value();
        const auto db = SqlSession::connect(started->dsn(), "test");
        // No machine loses power in a test run; clusters that tests start themselves do sync.
        (*db)->run("ALTER SYSTEM SET fsync = off").value();
        (*db)->run("SELECT pg_reload_conf()").value();
        return started;
    }();
    return *cluster;
}

Status administer(const std::string& sql) {
    const auto db = SqlSession::connect(shared_cluster().dsn(), "test");
    return db ? (*db)->run(sql) : Status{db.error()};
}

namespace {

// Databases are used again by later tests: making one writes 8 MB.
std::vector<std::string>& free_databases() {
    static std::vector<std::string> names;
    return names;
}

constexpr auto empty_it =
    "DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE "
    "'pg\\_%' AND nspname NOT IN ('information_schema', 'public') "
    "LOOP EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP; END $$";

} // namespace

void crash_server(const std::string& data) {
    std::ifstream file(data + "/postgres/db/postmaster.pid");
    pid_t server = 0;
    file >> server;
    ensure(server > 1 && ::kill(server, SIGQUIT) == 0);
}

TestDatabase::TestDatabase() {
    static int number = 0;
    if (free_databases().empty()) {
        name_ = "test_" + std::to_string(++number);
        administer("CREATE DATABASE " + name_).value();
        return;
    }
    name_ = free_databases().back();
    free_databases().pop_back();
    connect()->run(empty_it).value();
}

TestDatabase::~TestDatabase() { free_databases().push_back(name_); }

std::string TestDatabase::dsn() const {
    const std::string shared = shared_cluster().dsn();
    return shared.substr(0, shared.rfind('=') + 1) + name_;
}

std::unique_ptr<SqlSession> TestDatabase::connect() const {
    return SqlSession::connect(dsn(), "test").value();
}

std::unique_ptr<SqlSession> TestDatabase::prepared() const {
    std::unique_ptr<SqlSession> db = connect();
    migrate(*db).value();
    return db;
}

std::unique_ptr<Projector> open_projector(
    SqlSession& db, Source& source, const KnownStates& known
) {
    return Projector::open(db, source, &open_told, known).value();
}

Status project_all(SqlSession& db, Source& source) {
    const std::unique_ptr<Projector> projector = open_projector(db, source);
    for (;;) {
        const Result<std::size_t> records = projector->advance({1U << 20U, {}});
        if (!records) return records.error();
        if (*records == 0) return Done{};
    }
}

std::string ask(SqlSession& db, const std::string& sql) {
    const Result<SqlRows> rows = db.query(sql);
    if (!rows) return rows.error().detail;
    if (rows->size() == 0) return "-";
    return rows->at(0, 0).value_or("NULL");
}

std::string ask_lines(SqlSession& db, const std::string& what, const std::string& from) {
    return ask(
        db,
        "SELECT string_agg(line, ', ' ORDER BY line) FROM (SELECT concat_ws(' ', " + what +
            ") AS line FROM " + from + ") x"
    );
}

std::string statement(SqlSession& db, const std::string& customer) {
    return ask(
        db,
        "SELECT string_agg(kind || ' ' || minor || ' ' || balance_minor, ', ' "
        "ORDER BY seq, line) FROM wallet_statement WHERE customer = '" +
            customer + "'"
    );
}

} // namespace tollbook
