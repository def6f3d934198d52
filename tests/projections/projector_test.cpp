#include "postgres_fixture.hpp"
#include "projections/migrations.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>

using namespace tollbook;

namespace {

constexpr Projector::Limits small_batch{1, {}}; // One frame.
constexpr Projector::Limits everything{64U << 20U, {}};

std::string digest(SqlSession& db) {
    return ask(
        db,
        "SELECT md5(string_agg(x, '|' ORDER BY x)) FROM ("
        "SELECT w::text AS x FROM wallets w UNION ALL SELECT s::text FROM wallet_statement s "
        "UNION ALL SELECT p::text FROM postings p UNION ALL SELECT a::text FROM "
        "account_balances a UNION ALL SELECT e::text FROM event_index e UNION ALL "
        "SELECT l::text FROM lots l) t"
    );
}

std::string seqs(SqlSession& db) {
    return ask(db, "SELECT string_agg(DISTINCT seq::text, ' ') FROM projection_checkpoints");
}

} // namespace

TEST_CASE("projector: rows do not depend on how the log is cut into batches") {
    MemorySource source;
    open_isp(source);
    run_business(source, 20, 3);
    const TestDatabase one;
    const TestDatabase other;
    const auto big = one.prepared();
    const auto small = other.prepared();
    REQUIRE(open_projector(*big, source)->advance(everything));
    const auto projector = open_projector(*small, source);
    while (projector->advance(small_batch).value() > 0) {
    }
    CHECK(digest(*big) == digest(*small));
    CHECK(seqs(*small) == std::to_string(source.head()->seq));
}

TEST_CASE("projector: what is delivered twice counts once") {
    MemorySource source;
    open_isp(source);
    run_business(source, 5, 1);
    const TestDatabase once;
    const TestDatabase twice;
    const auto db_once = once.prepared();
    const auto db_twice = twice.prepared();
    MemorySource repeating;
    open_isp(repeating);
    run_business(repeating, 5, 1);
    const auto projector = open_projector(*db_twice, repeating);
    REQUIRE(projector->advance(small_batch));
    repeating.repeat_everything();
    for (int i = 0; i < 3; ++i) {
        REQUIRE(projector->advance(everything));
        repeating.add(paid("LATE" + std::to_string(i), "B0", 10));
        source.add(paid("LATE" + std::to_string(i), "B0", 10));
    }
    REQUIRE(projector->advance(everything));
    REQUIRE(project_all(*db_once, source));
    CHECK(digest(*db_once) == digest(*db_twice));
}

TEST_CASE("projector: a second one on the same partition is refused, and nothing of it is written"
) {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db_first = database.prepared();
    const auto db_second = database.connect();
    const auto first = open_projector(*db_first, source);
    const auto second = open_projector(*db_second, source);
    REQUIRE(first->advance(small_batch));
    const Result<std::size_t> refused = second->advance(everything);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::store_locked);
    CHECK(refused.error().detail.find("another projector") != std::string::npos);
    CHECK(ask(*db_first, "SELECT count(*) FROM event_index") == "1");
    CHECK(first->advance(everything));
    CHECK(ask(*db_first, "SELECT count(*) FROM event_index") == std::to_string(source.head()->seq));
}

TEST_CASE("projector: a database restored to an older state is noticed by who wrote the newer one"
) {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const std::string old = database.name() + "_old";
    KnownStates known;
    {
        const auto db = database.prepared();
        REQUIRE(open_projector(*db, source)->advance(small_batch));
    }
    REQUIRE(administer("CREATE DATABASE " + old + " TEMPLATE " + database.name()));
    {
        const auto db = database.connect();
        const auto projector = open_projector(*db, source);
        REQUIRE(projector->advance(everything));
        known = projector->known();
        CHECK(Projector::open(*db, source, {}, known));
    }
    REQUIRE(administer("DROP DATABASE " + database.name()));
    REQUIRE(administer("ALTER DATABASE " + old + " RENAME TO " + database.name()));

    const auto db = database.connect();
    const auto refused = Projector::open(*db, source, {}, known);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::store_foreign);
    CHECK(refused.error().detail.find("restored") != std::string::npos);
    // Started afresh, with nothing to contradict it, the older state is a place to go on from.
    CHECK(project_all(*db, source));
}

TEST_CASE("projector: a checkpoint put back under a running projector stops it") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    const auto projector = open_projector(*db, source);
    REQUIRE(projector->advance(small_batch));
    REQUIRE(db->run("CREATE TABLE older AS SELECT * FROM projection_checkpoints"));
    REQUIRE(projector->advance(small_batch));
    REQUIRE(db->run("UPDATE projection_checkpoints c SET state = o.state, seq = o.seq "
                    "FROM older o WHERE o.projection = c.projection"));
    const Result<std::size_t> refused = projector->advance(everything);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::store_foreign);
}

TEST_CASE("projector: another log with the same numbers is refused") {
    MemorySource ours;
    open_isp(ours);
    MemorySource theirs(9);
    open_isp(theirs);
    theirs.add(plan_defined());
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, ours));
    const std::string before = digest(*db);
    const Status refused = project_all(*db, theirs);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::store_damaged);
    CHECK(digest(*db) == before);
}

TEST_CASE("projector: a fork is noticed by a projection that is ahead of the others") {
    MemorySource ours;
    open_isp(ours);
    MemorySource theirs;
    open_isp(theirs);
    ours.add(paid("R1", "ACC1", 100));
    theirs.diverge(7);
    theirs.add(paid("R1", "ACC1", 100));
    theirs.add(paid("R2", "ACC1", 100));
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, ours));
    // As if accounts were new here: it starts at the beginning, where both logs agree.
    REQUIRE(db->run("TRUNCATE account_books, account_balances, account_days, postings"));
    REQUIRE(db->run("DELETE FROM projection_checkpoints WHERE projection = 'accounts'"));
    const Status refused = project_all(*db, theirs);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::store_foreign);
}

TEST_CASE("projector: a projection that is new catches up and joins the others") {
    MemorySource source;
    open_isp(source);
    run_business(source, 5, 2);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const std::string before = digest(*db);
    REQUIRE(db->run("TRUNCATE account_books, account_balances, account_days, postings"));
    REQUIRE(db->run("DELETE FROM projection_checkpoints WHERE projection = 'accounts'"));
    source.add(paid("R1", "ACC1", 100));
    REQUIRE(project_all(*db, source));
    CHECK(seqs(*db) == std::to_string(source.head()->seq));
    CHECK(ask(*db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
    CHECK(digest(*db) != before);
}

TEST_CASE("projector: a batch costs a bounded number of statements, whatever its size") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    const auto statements_of_next = [&](int customers) {
        run_business(source, customers, 1, customers > 9 ? "M" : "F");
        const auto projector = open_projector(*db, source); // Nothing in memory: it must load.
        const std::uint64_t before = db->statements();
        const std::size_t records = projector->advance(everything).value();
        CHECK(records == static_cast<std::size_t>(customers) * 3);
        return db->statements() - before;
    };
    const std::uint64_t few = statements_of_next(3);
    const std::uint64_t many = statements_of_next(700);
    const std::uint64_t keyed_tables = 14; // Each may need a COPY beside its upsert.
    CHECK(few <= 41);
    CHECK(many <= few + keyed_tables);
}

TEST_CASE("projector: an event of a newer binary stops it and names the record") {
    MemorySource source;
    source.add(tenant_opened());
    const TestDatabase database;
    const auto db = database.prepared();

    struct Newer final : Source {
        explicit Newer(MemorySource& inner) : inner_(inner) {}

        LogIdentity identity() const override { return inner_.identity(); }

        ReaderState start() const override { return inner_.start(); }

        Result<ReaderState> head() override { return inner_.head(); }

        Result<Batch> read(
            const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
        ) override {
            Batch batch = inner_.read(from, bytes_max, wait).value();
            for (Record& record : batch.records)
                record.type = "wallet_teleported";
            return batch;
        }

        MemorySource& inner_;
    } newer(source);

    const Status refused = project_all(*db, newer);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::store_newer);
    CHECK(refused.error().detail.find("seq 1") != std::string::npos);
}

TEST_CASE("migrations: run again they change nothing; another text or a newer one is refused") {
    const TestDatabase database;
    const auto db = database.prepared();
    const std::string before = ask(*db, "SELECT count(*) FROM schema_migrations");
    REQUIRE(migrate(*db));
    CHECK(ask(*db, "SELECT count(*) FROM schema_migrations") == before);

    REQUIRE(db->run("UPDATE schema_migrations SET sha256 = 'x' WHERE name LIKE '001%'"));
    CHECK(migrate(*db).error().code == Errc::store_damaged);
    REQUIRE(db->run("DELETE FROM schema_migrations WHERE name LIKE '001%'"));
    REQUIRE(db->run("INSERT INTO schema_migrations VALUES ('002_from_the_future', 'y')"));
    CHECK(migrate(*db).error().code == Errc::store_newer);
}

TEST_CASE("migrations: a projection of another version waits for its rebuild") {
    MemorySource source;
    open_isp(source);
    const TestDatabase database;
    const auto db = database.prepared();
    REQUIRE(project_all(*db, source));
    REQUIRE(db->run("UPDATE projection_checkpoints SET version = 77 WHERE projection = 'routers'"));
    source.add(paid("R1", "ACC1", 100));
    const auto projector = open_projector(*db, source);
    CHECK(projector->outdated() == std::vector<std::string>{"routers"});
    REQUIRE(projector->advance(everything));
    CHECK(ask(*db, "SELECT count(DISTINCT seq) FROM projection_checkpoints") == "2");
}
