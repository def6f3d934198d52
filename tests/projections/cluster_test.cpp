#include "postgres_fixture.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

using namespace tollbook;

TEST_CASE("cluster: listens on no port, keeps what it holds, and is adopted by the next node") {
    const OpenDirectory directory;
    {
        const auto cluster = Cluster::start(directory.path);
        REQUIRE(cluster);
        CHECK_FALSE((*cluster)->adopted());
        const auto db = SqlSession::connect((*cluster)->dsn(), "test");
        REQUIRE(db);
        CHECK(ask(**db, "SHOW listen_addresses") == "");
        CHECK(ask(**db, "SHOW fsync") == "on");
        CHECK(ask(**db, "SHOW TimeZone") == "UTC");
        REQUIRE((*db)->run("CREATE TABLE public.kept (n integer)"));
        (*cluster)->leave();
    }
    {
        const auto cluster = Cluster::start(directory.path);
        REQUIRE(cluster);
        CHECK((*cluster)->adopted());
        const auto db = SqlSession::connect((*cluster)->dsn(), "test");
        REQUIRE(db);
        CHECK(ask(**db, "SELECT count(*) FROM public.kept") == "0");
    }
    CHECK_FALSE(std::filesystem::exists(directory.path + "/postgres/db/postmaster.pid"));
}

TEST_CASE("cluster: a directory that cannot serve is refused with the reason") {
    const OpenDirectory directory;
    const std::string missing = directory.path + "/missing";
    CHECK(Cluster::start(missing).error().code == Errc::config_invalid);

    const std::string deep = directory.path + "/" + std::string(90, 'x');
    std::filesystem::create_directory(deep);
    const auto too_long = Cluster::start(deep);
    CHECK(too_long.error().code == Errc::config_invalid);
    CHECK(too_long.error().detail.find("shorter") != std::string::npos);
}

TEST_CASE("cluster: a parent that postgres cannot enter is named" * doctest::skip(geteuid() != 0)) {
    const ScratchDirectory closed; // Mode 0700, root's.
    const std::string data = closed.path + "/data";
    std::filesystem::create_directory(data);
    const auto refused = Cluster::start(data);
    CHECK(refused.error().code == Errc::config_invalid);
    CHECK(refused.error().detail.find(closed.path) != std::string::npos);
}

TEST_CASE("sql session: a lost session stays lost, and says that it may be tried again") {
    const TestDatabase database;
    const auto db = database.connect();
    const std::string pid = ask(*db, "SELECT pg_backend_pid()");
    REQUIRE(administer("SELECT pg_terminate_backend(" + pid + ")"));
    for (int i = 0; i < 3; ++i)
        CHECK(db->run("SELECT 1").error().code == Errc::database_unavailable);
    CHECK(db->lost());
    CHECK(db->copy("t (a)", "x\n").error().code == Errc::database_unavailable);
}

TEST_CASE("sql session: after a crash of the server it says that it may be tried again") {
    const OpenDirectory directory;
    const auto cluster = Cluster::start(directory.path);
    REQUIRE(cluster);
    std::vector<std::unique_ptr<SqlSession>> sessions;
    std::vector<pid_t> processes;
    for (int i = 0; i < 2; ++i) {
        sessions.push_back(SqlSession::connect((*cluster)->dsn(), "test").value());
        processes.push_back(std::stoi(ask(*sessions.back(), "SELECT pg_backend_pid()")));
    }
    crash_server(directory.path);
    for (const pid_t process : processes)
        while (::kill(process, 0) == 0) { // The statement below is sent to nobody.
        }
    CHECK(sessions[0]->run("SELECT 1").error().code == Errc::database_unavailable);
    CHECK(sessions[1]->query("SELECT 1").error().code == Errc::database_unavailable);
    CHECK(sessions[0]->lost());
    CHECK(sessions[1]->lost());
}

TEST_CASE("sql session: a wrong statement is internal, a wrong row is not, and the session goes on"
) {
    const TestDatabase database;
    const auto db = database.prepared();
    CHECK(db->run("SELEKT").error().code == Errc::internal);
    CHECK(db->copy("nowhere (a)", "x\n").error().code == Errc::internal);
    REQUIRE(db->run("CREATE TABLE t (a integer PRIMARY KEY)"));
    CHECK(db->copy("t (a)", "1\n1\n").error().detail.starts_with("23505"));
    CHECK(db->copy("t (a)", "x\n").error().code == Errc::value_out_of_range);
    CHECK(db->query("SELECT 1 / 0").error().code == Errc::value_out_of_range);
    CHECK(db->copy("t (a)", "1\n").has_value());
    CHECK(ask(*db, "SELECT count(*) FROM t") == "1");
    CHECK(
        SqlSession::connect("host=/nowhere user=x", "t").error().code == Errc::database_unavailable
    );
}

TEST_CASE("sql session: names and texts are quoted") {
    const TestDatabase database;
    const auto db = database.connect();
    const std::string text = "it's \\ a \"test\"";
    CHECK(ask(*db, "SELECT " + sql_text(text)) == text);
    CHECK(ask(*db, "SELECT 1 AS " + sql_name(text)) == "1");
}
