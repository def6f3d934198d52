#include "projections/reader_pool.hpp"

#include "postgres_fixture.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace tollbook;

namespace {

ReaderPoolOptions options_for(const TestDatabase& database) {
    ReaderPoolOptions options;
    options.dsn = database.dsn();
    return options;
}

void open_two_tenants(MemorySource& source) {
    open_isp(source);
    Told other = tenant_opened();
    other.tenant = "coast";
    source.add(std::move(other));
    Told customer = customer_registered("X1", "Somebody else");
    customer.tenant = "coast";
    source.add(std::move(customer));
}

} // namespace

TEST_CASE("reader pool: an answer says how many keys of its tenant are parked") {
    MemorySource source;
    open_two_tenants(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(db->run("ALTER TABLE sites ADD CONSTRAINT poison CHECK (site <> 'ACC1-1')"));
    REQUIRE(project_all(*db, source));
    ReaderPool pool(options_for(database));
    CHECK(pool.read("savanna", "SELECT 1")->parked_keys == 1);
    CHECK(pool.read("coast", "SELECT 1")->parked_keys == 0);
    CHECK(pool.read(std::nullopt, "SELECT 1")->parked_keys == 1);
}

TEST_CASE("reader pool: a tenant sees its own rows only, in every table and view") {
    MemorySource source;
    open_two_tenants(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    ReaderPool pool(options_for(database));

    const std::string all = "SELECT json_agg(customer ORDER BY customer) FROM customers";
    CHECK(pool.read("savanna", all)->json == R"(["ACC1", "ACC2"])");
    CHECK(pool.read("coast", all)->json == R"(["X1"])");
    CHECK(pool.read("savanna", all)->seq == source.head()->seq);
    CHECK(pool.read(std::nullopt, all)->json == R"(["ACC1", "ACC2", "X1"])");
    CHECK(pool.read("nobody", all).error().code == Errc::not_found);
    CHECK(pool.read("it's", all).error().code == Errc::not_found);

    const std::string tables =
        ask(*db,
            "SELECT string_agg(format('SELECT count(*) AS n FROM %I WHERE tenant <> ''coast''', "
            "c.relname), ' UNION ALL ') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "AND a.attname = 'tenant' WHERE c.relnamespace = 'tollbook'::regnamespace "
            "AND c.relkind IN ('r', 'v')");
    CHECK(pool.read("coast", "SELECT sum(n) FROM (" + tables + ") t")->json == "0");
    CHECK(pool.read(std::nullopt, "SELECT sum(n) > 0 FROM (" + tables + ") t")->json == "true");
    CHECK(
        ask(*db,
            "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND "
            "a.attname = 'tenant' WHERE c.relnamespace = 'tollbook'::regnamespace AND "
            "c.relkind = 'r' AND NOT c.relrowsecurity") == "0"
    );
}

TEST_CASE("reader pool: parameters are bound, and nothing can be written") {
    const TestDatabase database;
    const auto db = database.prepared();
    ReaderPool pool(options_for(database));
    CHECK(pool.read("t", "SELECT $1::text || $2::bigint", {"é'--", "7"})->json == "é'--7");
    CHECK(pool.read("t", "SELECT $1::text", {std::nullopt}).error().code == Errc::not_found);
    CHECK(pool.read("t", "SELECT pg_advisory_lock(1)::text, 2").error().code == Errc::internal);
    const auto refused = pool.read(std::nullopt, "SELECT nextval('nothing')");
    CHECK(refused.error().code == Errc::internal);
    CHECK(pool.read("t", "SELECT 1")->json == "1");
}

TEST_CASE("reader pool: who finds no free connection is told so") {
    const TestDatabase database;
    const auto db = database.prepared();
    ReaderPoolOptions options = options_for(database);
    options.connections_max = 1;
    options.wait_max = std::chrono::milliseconds{50};
    ReaderPool pool(options);
    std::jthread slow([&] { CHECK(pool.read("t", "SELECT pg_sleep(1)::text || 'x'")); });
    while (ask(*db,
               "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1)%' "
               "AND application_name = 'tollbook reader'") == "0") {
    }
    CHECK(pool.read("t", "SELECT 1").error().code == Errc::overloaded);
}

TEST_CASE("reader pool: a session that died while idle is replaced") {
    const TestDatabase database;
    const auto db = database.prepared();
    ReaderPool pool(options_for(database));
    const std::string pid = pool.read("t", "SELECT pg_backend_pid()")->json;
    REQUIRE(administer("SELECT pg_terminate_backend(" + pid + ")"));
    CHECK(pool.read("t", "SELECT 1")->json == "1");
}

TEST_CASE("reader pool: without a database it says unavailable") {
    ReaderPoolOptions options;
    options.dsn = "host=/nowhere user=x";
    ReaderPool pool(options);
    CHECK(pool.read("t", "SELECT 1").error().code == Errc::database_unavailable);
}
