#include "postgres_fixture.hpp"
#include "projections/catalogue.hpp"
#include "projections/diff.hpp"
#include "projections/rebuild.hpp"
#include "projections/resume.hpp"
#include "projections/runner.hpp"
#include "small_isp.hpp"
#include "support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace tollbook;

namespace {

const ReplayOptions replaying{&open_told, {}};

// What B3's second round of business cannot pass, until somebody drops it.
constexpr auto poison = "ALTER TABLE wallets ADD CONSTRAINT poison "
                        "CHECK (customer <> 'B3' OR balance_minor < 300)";
constexpr auto fix = "ALTER TABLE wallets DROP CONSTRAINT poison";

Told moved(const std::string& from, const std::string& to, const std::string& receipt) {
    PaymentMoved e;
    e.payment = "mpesa:" + receipt;
    e.minor = 50;
    e.debit = {from, 50, {{"mpesa:" + receipt, 50}}, 0, {}};
    e.credit = {to, 50, "mpesa:" + receipt + "#2", 0};
    e.reason = "wrong wallet";
    e.postings = {{"wallet:" + from, 50, {}, {}}, {"wallet:" + to, -50, {}, {}}};
    return {std::move(e), at("2026-11-20T07:00:00Z"), {}, {}};
}

struct Setting {
    Setting() { open_isp(source); }

    DiffReport diff(const std::string& name = "wallets") {
        return diff_projection(*db, log(), name, replaying).value();
    }

    ResumeReport resume(const std::string& key = {}, const std::string& name = "wallets") {
        return resume_parked(*db, log(), {name, {}, key, replaying}).value();
    }

    // "key first_seq waiting", one for each parked key of the projection.
    std::string parked(const std::string& name = "wallets") {
        return ask(
            *db,
            "SELECT coalesce(string_agg(key || ' ' || first_seq || ' ' || waiting, ', ' "
            "ORDER BY key), '') FROM parked_keys WHERE projection = '" +
                name + "'"
        );
    }

    std::string wallet(const std::string& customer) {
        return ask(*db, "SELECT balance_minor FROM wallets WHERE customer = '" + customer + "'");
    }

    virtual ~Setting() = default;

    virtual Source& log() { return source; }

    MemorySource source;
    TestDatabase database;
    std::unique_ptr<SqlSession> db{database.prepared()};
};

// Its payloads cannot be read, as if a byte had been lost, until `mended`.
struct Garbled final : Source {
    explicit Garbled(MemorySource& whole) : inner(whole) {}

    LogIdentity identity() const override { return inner.identity(); }

    ReaderState start() const override { return inner.start(); }

    Result<ReaderState> head() override { return inner.head(); }

    Result<Batch> read(
        const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
    ) override {
        Batch batch = inner.read(from, bytes_max, wait).value();
        for (Record& record : batch.records)
            if (!mended && record.seq == seq) record.payload.pop_back();
        return batch;
    }

    MemorySource& inner;
    std::uint64_t seq{};
    bool mended{};
};

struct GarbledSetting : Setting {
    Source& log() override { return garbled; }

    Garbled garbled{source};
};

} // namespace

TEST_CASE("parking: a row that the database refuses parks its customer, and others go on") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run(poison));
    run_business(setting.source, 10, 3);
    REQUIRE(project_all(db, setting.source));
    const std::string first =
        ask(db,
            "SELECT min(e.seq) FROM event_index e JOIN postings p USING (tenant, seq) "
            "WHERE p.account = 'wallet:B3' AND e.type = 'payment_received' AND e.seq > "
            "(SELECT min(seq) FROM postings WHERE account = 'wallet:B3')");
    CHECK(setting.parked() == "customer:B3 " + first + " 4");
    CHECK(
        ask(db, "SELECT reason FROM parked_keys") ==
        "23514 ERROR:  new row for relation \"wallets\" violates check constraint \"poison\""
    );
    CHECK(ask(db, "SELECT type FROM parked_keys") == "payment_received");
    CHECK(setting.wallet("B3") == "150");
    CHECK(setting.wallet("B4") == "450");
    CHECK(ask(db, "SELECT count(*) FROM wallet_statement WHERE customer = 'B3'") == "2");
    CHECK(
        ask(db, "SELECT DISTINCT seq FROM projection_checkpoints") ==
        std::to_string(setting.source.head()->seq)
    );
    // Money is not skipped: the ledger has it, the wallets do not.
    CHECK(ask(db, "SELECT difference_minor FROM control_checks WHERE name = 'wallets'") == "300");
    const DiffReport diff = setting.diff();
    CHECK(all_equal(diff.tables));
    CHECK_FALSE(diff.equal());
    REQUIRE(diff.parked.size() == 1);
    CHECK(diff.parked.front().key == "customer:B3");
}

TEST_CASE("parking: resumed after the fix, the rows are those of a replay; again is harmless") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run(poison));
    run_business(setting.source, 10, 3);
    REQUIRE(project_all(db, setting.source));
    const std::string before = setting.parked();
    const ResumeReport early = setting.resume();
    CHECK(early.resumed.empty());
    REQUIRE(early.parked.size() == 1);
    CHECK(setting.parked() == before);

    REQUIRE(db.run(fix));
    const ResumeReport resumed = setting.resume("customer:B3");
    REQUIRE(resumed.resumed.size() == 1);
    CHECK(resumed.parked.empty());
    CHECK(setting.parked().empty());
    CHECK(setting.wallet("B3") == "450");
    CHECK(setting.diff().equal());
    CHECK(setting.resume().resumed.empty());
    run_business(setting.source, 2, 1, "C");
    setting.source.add(paid("LATE", "B3", 5));
    REQUIRE(project_all(db, setting.source));
    CHECK(setting.wallet("B3") == "455");
    CHECK(setting.diff().equal());
    CHECK(ask(db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
}

TEST_CASE("parking: who shares an event with a parked key waits with it, and resumes with it") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run(poison));
    run_business(setting.source, 6, 2);
    REQUIRE(project_all(db, setting.source));
    setting.source.add(paid("X1", "B4", 10)); // Before the two meet.
    setting.source.add(moved("B3", "B4", "BR0X3"));
    setting.source.add(moved("B4", "B5", "BR0X4"));
    setting.source.add(paid("X2", "B4", 20));
    setting.source.add(paid("X3", "B2", 30));
    REQUIRE(project_all(db, setting.source));
    CHECK(setting.wallet("B2") == "330");
    CHECK(setting.wallet("B3") == "150");
    CHECK(setting.wallet("B4") == "310");
    CHECK(setting.wallet("B5") == "300");
    CHECK(ask(db, "SELECT count(DISTINCT group_seq) || '/' || count(*) FROM parked_keys") == "1/3");
    CHECK(all_equal(setting.diff().tables));

    REQUIRE(db.run(fix));
    CHECK(setting.resume("customer:B5").resumed.size() == 3);
    CHECK(setting.wallet("B3") == "250");
    CHECK(setting.wallet("B4") == "330");
    CHECK(setting.wallet("B5") == "350");
    CHECK(setting.diff().equal());
}

TEST_CASE("parking: groups that meet become one; a key of another group stays parked") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run("ALTER TABLE wallets ADD CONSTRAINT poison "
                   "CHECK (customer NOT IN ('B1', 'B3', 'B5') OR balance_minor < 300)"));
    run_business(setting.source, 6, 2);
    REQUIRE(project_all(db, setting.source));
    CHECK(ask(db, "SELECT count(DISTINCT group_seq) FROM parked_keys") == "3");
    setting.source.add(moved("B5", "B3", "BR0X5"));
    REQUIRE(project_all(db, setting.source));
    CHECK(ask(db, "SELECT count(DISTINCT group_seq) FROM parked_keys") == "2");
    REQUIRE(db.run(fix));
    CHECK(setting.resume("customer:B5").resumed.size() == 2);
    CHECK(ask(db, "SELECT key FROM parked_keys") == "customer:B1");
    CHECK(setting.wallet("B3") == "350");
    CHECK(setting.wallet("B1") == "150");
    CHECK(all_equal(setting.diff().tables));
    CHECK(setting.resume().resumed.size() == 1);
    CHECK(setting.diff().equal());
}

TEST_CASE("parking: a projector that starts again goes on where it was, whatever the batches") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run(poison));
    run_business(setting.source, 6, 4);
    for (bool more = true; more;) // One frame each, and nothing in memory but what is stored.
        more = open_projector(db, setting.source)->advance({1, {}}).value() > 0;
    const std::string one_by_one = setting.parked();
    CHECK(one_by_one.ends_with(" 6"));

    Setting other;
    REQUIRE(other.db->run(poison));
    run_business(other.source, 6, 4);
    REQUIRE(project_all(*other.db, other.source));
    CHECK(other.parked() == one_by_one);
    CHECK(all_equal(setting.diff().tables));
    CHECK(all_equal(other.diff().tables));
}

TEST_CASE("parking: what another attempt may cure parks nothing and writes nothing") {
    for (const std::string sqlstate : {"53100", "40001", "57014", "08006"}) {
        INFO(sqlstate);
        Setting setting;
        SqlSession& db = *setting.db;
        REQUIRE(db.run(
            "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING ERRCODE = '" +
            sqlstate +
            "'; END $$;"
            "CREATE TRIGGER fails BEFORE INSERT ON wallets EXECUTE FUNCTION fails()"
        ));
        CHECK(project_all(db, setting.source).error().code == Errc::database_unavailable);
        CHECK(ask(db, "SELECT count(*) FROM parked_keys") == "0");
        CHECK(ask(db, "SELECT max(seq) FROM projection_checkpoints") == "0");
    }
}

TEST_CASE("parking: a table that is gone stops the projector, whatever the events are") {
    Setting setting;
    REQUIRE(setting.db->run("ALTER TABLE lots RENAME TO lots_of_somebody"));
    setting.source.add(paid("R1", "ACC1", 10));
    CHECK(project_all(*setting.db, setting.source).error().code == Errc::internal);
    CHECK(ask(*setting.db, "SELECT count(*) FROM parked_keys") == "0");
}

TEST_CASE("parking: only a batch with a poison event is searched, in a bounded number of folds") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run(poison));
    run_business(setting.source, 500, 1);
    const auto projector = open_projector(db, setting.source);
    std::uint64_t before = db.statements();
    REQUIRE(projector->advance({64U << 20U, {}}));
    const std::uint64_t clean = db.statements() - before;
    setting.source.add(paid("BAD", "B3", 1'000));
    run_business(setting.source, 500, 1, "C");
    before = db.statements();
    const std::size_t records = projector->advance({64U << 20U, {}}).value();
    const std::uint64_t searched = db.statements() - before;
    CHECK(records == 1'501);
    CHECK(searched < clean * 2 + 16 * 30); // log2(1501) halvings, each a fold of four tables.
    before = db.statements();
    run_business(setting.source, 500, 1, "D");
    REQUIRE(projector->advance({64U << 20U, {}}));
    CHECK(db.statements() - before <= clean + 1);
    CHECK(all_equal(setting.diff().tables));
}

TEST_CASE("parking: a payload that cannot be read parks its tenant, where the event is needed") {
    GarbledSetting setting;
    SqlSession& db = *setting.db;
    run_business(setting.source, 3, 1);
    setting.garbled.seq = setting.source.head()->seq - 1; // A payment of B2.
    Told other = tenant_opened();
    other.tenant = "tsavo";
    std::get<TenantOpened>(other.event).tenant = "tsavo";
    setting.source.add(std::move(other));
    Told theirs = customer_registered("T1", "Theirs");
    theirs.tenant = "tsavo";
    setting.source.add(std::move(theirs));
    Told payment = paid("T1", "T1", 77);
    payment.tenant = "tsavo";
    setting.source.add(std::move(payment));
    run_business(setting.source, 1, 1, "C");
    REQUIRE(project_all(db, setting.garbled));

    const std::string head = std::to_string(setting.source.head()->seq);
    CHECK(ask(db, "SELECT DISTINCT seq FROM projection_checkpoints") == head);
    CHECK(setting.wallet("T1") == "77");
    CHECK(setting.wallet("C0") == "-");
    CHECK(ask(db, "SELECT count(*) FROM event_index") == head);
    CHECK(
        ask(db, "SELECT string_agg(DISTINCT tenant || key || first_seq, '') FROM parked_keys") ==
        fmt::format("savanna*{}", setting.garbled.seq)
    );
    CHECK(ask(db, "SELECT count(*) FROM parked_keys") == "18");
    for (const auto& projection : make_projections(live_schema)) {
        INFO(projection->name());
        CHECK(all_equal(setting.diff(std::string(projection->name())).tables));
    }
    setting.garbled.mended = true;
    for (const auto& projection : make_projections(live_schema)) {
        const std::string name(projection->name());
        INFO(name);
        CHECK(setting.resume({}, name).resumed.size() == (name == "event_index" ? 0 : 1));
        CHECK(setting.diff(name).equal());
    }
    CHECK(setting.wallet("C0") == "150");
    CHECK(ask(db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
}

TEST_CASE("parking: a tenant's accounts stand still as a whole") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run("ALTER TABLE postings ADD CONSTRAINT poison CHECK (minor <> 777)"));
    setting.source.add(paid("R1", "ACC1", 100));
    setting.source.add(paid("R2", "ACC1", 777));
    setting.source.add(paid("R3", "ACC2", 50));
    REQUIRE(project_all(db, setting.source));
    CHECK(setting.parked("accounts").starts_with("* "));
    CHECK(setting.wallet("ACC2") == "50");
    CHECK(ask(db, "SELECT sum(debit_minor) FROM trial_balance") == "100");
    CHECK(ask(db, "SELECT sum(balance_minor) FROM trial_balance") == "0");
    CHECK(ask(db, "SELECT count(*) > 0 FROM control_checks WHERE difference_minor <> 0") == "t");
    REQUIRE(db.run("ALTER TABLE postings DROP CONSTRAINT poison"));
    CHECK(setting.resume({}, "accounts").resumed.size() == 1);
    CHECK(setting.diff("accounts").equal());
    CHECK(ask(db, "SELECT count(*) FROM control_checks WHERE difference_minor <> 0") == "0");
}

TEST_CASE("parking: an event of very many keys parks its tenant") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run("ALTER TABLE wallets ADD CONSTRAINT poison CHECK (balance_minor <> 13)"));
    OpeningBalancesPosted e;
    for (std::size_t i = 0; i <= ParkedKeys::keys_of_event_max; ++i)
        e.wallets.push_back({fmt::format("O{}", i), 13, "opening"});
    setting.source.add({std::move(e), at("2026-11-20T06:00:00Z"), {}, {}});
    setting.source.add(paid("R1", "ACC1", 1));
    REQUIRE(project_all(db, setting.source));
    CHECK(setting.parked().starts_with("* "));
    CHECK(setting.parked().ends_with(" 2"));
    REQUIRE(db.run(fix));
    CHECK(setting.resume().resumed.size() == 1);
    CHECK(setting.diff().equal());
}

TEST_CASE("parking: a rebuild proves what is live, then takes what waits; undone, it waits again") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run(poison)); // The new tables have no such thing.
    run_business(setting.source, 10, 3);
    REQUIRE(project_all(db, setting.source));
    const std::string before = setting.parked();
    const RebuildReport report = rebuild(db, setting.source, {"wallets", replaying, false}).value();
    CHECK(all_equal(report.tables));
    CHECK(report.swapped);
    CHECK(report.resumed.size() == 1);
    CHECK(report.parked.empty());
    CHECK(setting.parked().empty());
    CHECK(setting.wallet("B3") == "450");
    CHECK(setting.diff().equal());

    REQUIRE(undo_rebuild(db, "wallets"));
    CHECK(setting.parked() == before);
    CHECK(setting.wallet("B3") == "150");
    setting.source.add(paid("LATE", "B3", 5));
    REQUIRE(project_all(db, setting.source));
    CHECK(setting.wallet("B3") == "150");
    REQUIRE(db.run(fix));
    CHECK(setting.resume().resumed.size() == 1);
    CHECK(setting.diff().equal());
}

TEST_CASE("parking: a rebuild keeps parked what its tables cannot take either") {
    GarbledSetting setting;
    SqlSession& db = *setting.db;
    run_business(setting.source, 3, 2);
    setting.garbled.seq = setting.source.head()->seq - 1;
    REQUIRE(project_all(db, setting.garbled));
    const std::string before = setting.parked();
    const RebuildReport report =
        rebuild(db, setting.garbled, {"wallets", replaying, false}).value();
    CHECK(report.swapped);
    CHECK(all_equal(report.tables));
    CHECK(report.parked.size() == 1);
    CHECK(report.resumed.empty());
    CHECK(setting.parked() == before);
    setting.garbled.mended = true;
    CHECK(setting.resume().resumed.size() == 1);
    CHECK(setting.diff().equal());
}

TEST_CASE("parking: a resume whose session is lost has changed nothing, and is made again") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run(poison));
    run_business(setting.source, 10, 3);
    REQUIRE(project_all(db, setting.source));
    REQUIRE(db.run(fix));
    const std::string before = setting.parked();
    const auto doomed = setting.database.connect();
    const std::string pid = ask(*doomed, "SELECT pg_backend_pid()");
    ReplayOptions ending = replaying;
    ending.bytes_max = 4'096;
    ending.progress = [&](const ReplayProgress&) {
        REQUIRE(db.run("SELECT pg_terminate_backend(" + pid + ", 10000)"));
    };
    const auto lost = resume_parked(*doomed, setting.source, {"wallets", {}, {}, ending});
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == Errc::database_unavailable);
    CHECK(setting.parked() == before);
    CHECK(setting.wallet("B3") == "150");
    CHECK(setting.resume().resumed.size() == 1);
    CHECK(setting.diff().equal());
}

TEST_CASE("parking: a runner tells what is parked, and goes on with what another session resumed") {
    Setting setting;
    SqlSession& db = *setting.db;
    REQUIRE(db.run(poison));
    RunnerOptions options;
    options.dsn = setting.database.dsn();
    options.open_personal = &open_told;
    options.limits = {1U << 20U, std::chrono::milliseconds{5}};
    options.retry_min = std::chrono::milliseconds{10};
    ProjectionRunner runner(setting.source, std::move(options));
    const auto caught_up = [&] {
        return runner.wait_for(
            setting.source.head()->seq, std::chrono::steady_clock::now() + std::chrono::minutes{2}
        );
    };
    run_business(setting.source, 5, 3);
    REQUIRE(caught_up());
    const ProjectionProgress progress = runner.progress();
    CHECK(progress.state == RunnerState::running);
    REQUIRE(progress.parked.size() == 1);
    CHECK(progress.parked.front().projection == "wallets");
    CHECK(progress.parked.front().keys == 1);
    CHECK(progress.parked.front().waiting == 4);

    REQUIRE(db.run(fix));
    CHECK(setting.resume().resumed.size() == 1);
    setting.source.add(paid("LATE", "B3", 5));
    REQUIRE(caught_up());
    CHECK(runner.progress().parked.empty());
    CHECK(setting.wallet("B3") == "455");
    CHECK(setting.diff().equal());
}
