#include "projections/diff.hpp"

#include "postgres_fixture.hpp"
#include "projections/catalogue.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace tollbook;

namespace {

const ReplayOptions replaying{&open_told, {}};

struct Setting {
    Setting() {
        open_isp(source);
        run_business(source, 10, 3);
        source.add(into_suspense("S1", 70));
        source.add(suspended("ACC1-1", "ACC1", at("2026-11-20T21:05:00Z")));
        project_all(*db, source).value();
    }

    TableComparison diff(const std::string& projection, std::size_t table) {
        const auto diff = diff_projection(*db, source, projection, replaying);
        CHECK(diff);
        return diff->tables.at(table);
    }

    MemorySource source;
    TestDatabase database;
    std::unique_ptr<SqlSession> db{database.prepared()};
};

// "seq type id", newest first.
std::string names_of(const RowDifference& difference) {
    std::string names;
    for (const EventName& event : difference.events)
        names += fmt::format("{} {} {};", event.seq, event.type, event.event_id);
    return names;
}

// The newest events of the customer's wallet, by two other read models.
std::string expected(SqlSession& db, const std::string& customer) {
    return ask(
        db,
        "SELECT string_agg(seq || ' ' || type || ' ' || event_id || ';', '' ORDER BY seq DESC) "
        "FROM (SELECT e.* FROM event_index e JOIN wallet_statement s USING (tenant, seq) "
        "WHERE s.customer = '" +
            customer + "' ORDER BY e.seq DESC LIMIT 3) t"
    );
}

} // namespace

TEST_CASE("diff: every table of every projection equals its replay") {
    Setting setting;
    std::size_t tables = 0;
    for (const auto& projection : make_projections(live_schema)) {
        const auto diff = diff_projection(
            *setting.db, setting.source, std::string(projection->name()), replaying
        );
        REQUIRE(diff);
        for (const TableComparison& table : diff->tables) {
            INFO(table.table);
            CHECK(table.equal());
            CHECK(table.live_rows == table.replayed_rows);
            ++tables;
        }
        CHECK(diff->at.seq == setting.source.head()->seq);
    }
    CHECK(tables == 58);
    CHECK(ask(*setting.db, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%diff%'") == "0");
}

TEST_CASE("diff: a row edited, deleted or invented by hand is found, with what it contradicts") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run("UPDATE wallets SET balance_minor = balance_minor + 1 WHERE customer = 'B3'"));
    REQUIRE(db.run("DELETE FROM wallets WHERE customer = 'B4'"));
    REQUIRE(
        db.run("INSERT INTO wallets SELECT tenant, 'GHOST', entity, currency, 0, 0, 0, 0, NULL, 1 "
               "FROM wallets LIMIT 1")
    );
    const TableComparison wallets = setting.diff("wallets", 1);
    CHECK(wallets.table == "wallets");
    CHECK(wallets.different == 1);
    CHECK(wallets.missing == 1);
    CHECK(wallets.extra == 1);
    CHECK_FALSE(wallets.equal());
    REQUIRE(wallets.examples.size() == 3);
    const RowDifference& edited = wallets.examples.at(0);
    CHECK(to_string(edited) == "different tenant=savanna customer=B3 entity=main currency=KES");
    CHECK(edited.columns == std::vector<std::string>{"balance_minor"});
    CHECK(names_of(edited) == expected(db, "B3"));
    const RowDifference& deleted = wallets.examples.at(1);
    CHECK(to_string(deleted) == "missing tenant=savanna customer=B4 entity=main currency=KES");
    CHECK(names_of(deleted) == expected(db, "B4"));
    const RowDifference& invented = wallets.examples.at(2);
    CHECK(to_string(invented) == "extra tenant=savanna customer=GHOST entity=main currency=KES");
    CHECK(invented.events.empty());
}

TEST_CASE("diff: rows that are written once name the one event that made them") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run("UPDATE postings SET minor = 7 WHERE seq = 20 AND leg = 1"));
    REQUIRE(db.run("DELETE FROM account_books"));
    const TableComparison postings = setting.diff("accounts", 3);
    REQUIRE(postings.examples.size() == 1);
    CHECK(to_string(postings.examples.front()) == "different tenant=savanna seq=20 leg=1");
    REQUIRE(postings.examples.front().events.size() == 1);
    CHECK(postings.examples.front().events.front().seq == 20);
    const TableComparison books = setting.diff("accounts", 0);
    REQUIRE(books.examples.size() == 1);
    REQUIRE(books.examples.front().events.size() == 1);
    CHECK(books.examples.front().events.front().type == "tenant_opened");
}

TEST_CASE("diff: many differences are all counted and some are named") {
    Setting setting;
    REQUIRE(setting.db->run("UPDATE event_index SET actor = 'somebody'"));
    const auto diff = diff_projection(*setting.db, setting.source, "event_index", replaying);
    REQUIRE(diff);
    CHECK(diff->tables.front().different == setting.source.head()->seq);
    CHECK(diff->tables.front().examples.size() == TableComparison::examples_max);
    CHECK(
        diff_projection(*setting.db, setting.source, "nothing", {}).error().code == Errc::not_found
    );
    const auto other = setting.database.connect();
    REQUIRE(other->run("SELECT pg_advisory_lock(7237113, hashtext('wallets'))"));
    CHECK(
        diff_projection(*setting.db, setting.source, "wallets", {}).error().code ==
        Errc::store_locked
    );
}

TEST_CASE("diff: the live tables may be behind the log, and are compared where they are") {
    Setting setting;
    const std::uint64_t at = setting.source.head()->seq;
    run_business(setting.source, 3, 1, "C");
    const auto diff = diff_projection(*setting.db, setting.source, "wallets", replaying);
    REQUIRE(diff);
    CHECK(diff->at.seq == at);
    CHECK(all_equal(diff->tables));
}

TEST_CASE("diff: another log is refused") {
    Setting setting;
    MemorySource theirs(5);
    open_isp(theirs);
    run_business(theirs, 20, 3);
    const auto diff = diff_projection(*setting.db, theirs, "wallets", replaying);
    REQUIRE_FALSE(diff);
    CHECK(diff.error().code == Errc::store_foreign);
}
