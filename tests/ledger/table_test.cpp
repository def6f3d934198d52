#include "ledger/table_members.hpp"

#include "tests/support/map_row_store.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <random>

using namespace tollbook;

namespace {

struct Lot {
    std::string id;
    std::int64_t minor{};

    friend bool operator==(const Lot&, const Lot&) = default;
};
BOOST_DESCRIBE_STRUCT(Lot, (), (id, minor))

struct Purse {
    std::int64_t minor{};
    std::vector<Lot> lots;

    friend bool operator==(const Purse&, const Purse&) = default;
};
BOOST_DESCRIBE_STRUCT(Purse, (), (minor, lots))

// A state of two tables, hot and cold, beside the disk that it is checkpointed to.
struct State {
    Journal journal;
    Table<Purse> hot{journal, 'h', Residency::hot};
    Table<Purse> cold{journal, 'c', Residency::cold, 0};

    void restore(const MapRowStore& disk) {
        for (const auto& [key, value] : disk.rows)
            if (journal.cold_tags().find(key.front()) == std::string::npos)
                journal.restore_row(key, value);
        journal.attach(disk);
    }

    void checkpoint(MapRowStore& disk) {
        journal.forget_undo(journal.mark());
        disk.write(journal.take_changed_rows());
        journal.flushed();
    }
};

using Model = std::map<std::string, Purse>;

struct Models {
    Model hot;
    Model cold;
};

std::string key_of(std::uint64_t n) { return "K" + std::to_string(n % 40); }

void random_edit(State& state, Models& models, std::mt19937_64& random) {
    const std::string key = key_of(random());
    const bool hot = random() % 2 == 0;
    Table<Purse>& table = hot ? state.hot : state.cold;
    Model& model = hot ? models.hot : models.cold;
    if (random() % 4 == 0) table.want(key_of(random()));
    if (random() % 8 == 0) state.journal.fetch_wanted();
    if (random() % 4 == 0) {
        table.erase(key);
        model.erase(key);
        return;
    }
    const Lot lot{"L" + std::to_string(random() % 1000), static_cast<std::int64_t>(random() % 100)};
    const auto change = [&](Purse& purse) {
        purse.minor += lot.minor;
        if (purse.lots.size() > 2) purse.lots.clear();
        purse.lots.push_back(lot);
    };
    change(table.edit(key));
    change(model[key]);
}

void check_equal(const State& state, const Models& models) {
    for (std::uint64_t n = 0; n < 40; ++n) {
        const auto same = [&](const Table<Purse>& table, const Model& model) {
            const Purse* row = table.find(key_of(n));
            const auto expected = model.find(key_of(n));
            REQUIRE((row != nullptr) == (expected != model.end()));
            if (row != nullptr) REQUIRE(*row == expected->second);
        };
        same(state.hot, models.hot);
        same(state.cold, models.cold);
    }
}

} // namespace

TEST_CASE("table: edits are found, erased rows are not") {
    State state;
    CHECK(state.hot.find("A") == nullptr);
    state.hot.edit("A").minor = 5;
    CHECK(state.hot.find("A")->minor == 5);
    state.hot.erase("A");
    CHECK(state.hot.find("A") == nullptr);
    CHECK(state.hot.edit("A") == Purse{});
}

TEST_CASE("table: undo takes back edits, new rows and erased rows, over several marks") {
    State state;
    state.hot.edit("kept").minor = 1;
    const auto first = state.journal.mark();
    state.hot.edit("kept").minor = 2;
    state.hot.edit("new").minor = 3;
    const auto second = state.journal.mark();
    state.hot.erase("kept");
    state.cold.edit("kept").minor = 4;

    state.journal.undo_to(second);
    CHECK(state.hot.find("kept")->minor == 2);
    CHECK(state.cold.find("kept") == nullptr);
    state.hot.edit("kept").minor = 9;
    state.journal.undo_to(first);
    CHECK(state.hot.find("kept")->minor == 1);
    CHECK(state.hot.find("new") == nullptr);
}

TEST_CASE("table: a cold row is read once, and again only after it was flushed") {
    State state;
    MapRowStore disk;
    disk.rows["cA"] = to_json(Purse{7, {}});
    state.restore(disk);
    CHECK(disk.reads == 0);
    CHECK(state.cold.find("A")->minor == 7);
    CHECK(state.cold.find("B") == nullptr);
    state.cold.edit("A").minor = 8;
    CHECK(state.cold.find("B") == nullptr);
    CHECK(disk.reads == 2);

    state.checkpoint(disk);
    CHECK(state.cold.rows_in_memory() == 0);
    CHECK(disk.rows.at("cA") == R"({"minor":8,"lots":[]})");
    CHECK(state.cold.find("A")->minor == 8);
}

TEST_CASE("table: rows that are wanted are read with one question, each once") {
    State state;
    MapRowStore disk;
    disk.rows["cA"] = to_json(Purse{7, {}});
    disk.rows["cB"] = to_json(Purse{8, {}});
    state.restore(disk);
    state.hot.edit("H").minor = 1;
    state.cold.edit("known").minor = 2;
    const std::size_t reads = disk.reads;
    for (const char* key : {"A", "none", "B", "A", "known"})
        state.cold.want(key);
    state.hot.want("H");
    state.hot.want("none");
    CHECK(disk.questions == 0);
    state.journal.fetch_wanted();
    CHECK(disk.questions == 1);
    CHECK(disk.reads - reads == 4); // A is wanted twice.
    CHECK(state.cold.find("A")->minor == 7);
    CHECK(state.cold.find("B")->minor == 8);
    CHECK(state.cold.find("none") == nullptr);
    CHECK(state.cold.find("known")->minor == 2);
    CHECK(state.hot.find("H")->minor == 1);
    CHECK(state.hot.find("none") == nullptr);
    state.journal.fetch_wanted();
    CHECK(disk.questions == 1);
    CHECK(disk.reads - reads == 4);
}

TEST_CASE("table: an erased cold row does not come back from the disk") {
    State state;
    MapRowStore disk;
    disk.rows["cA"] = to_json(Purse{7, {}});
    state.restore(disk);
    state.cold.erase("A");
    CHECK(state.cold.find("A") == nullptr);
    state.checkpoint(disk);
    CHECK(disk.rows.empty());
    CHECK(state.cold.find("A") == nullptr);
}

TEST_CASE("table: rows edited while a checkpoint is written stay and are written by the next") {
    State state;
    MapRowStore disk;
    state.journal.attach(disk);
    state.cold.edit("A").minor = 1;
    state.journal.forget_undo(state.journal.mark());
    const std::vector<RowImage> taken = state.journal.take_changed_rows();
    state.cold.edit("A").minor = 2;
    disk.write(taken);
    state.journal.flushed();
    CHECK(state.cold.find("A")->minor == 2);
    CHECK(disk.rows.at("cA") == R"({"minor":1,"lots":[]})");
    state.checkpoint(disk);
    CHECK(disk.rows.at("cA") == R"({"minor":2,"lots":[]})");
}

TEST_CASE("table: a row to which there is a way back stays in memory over a flush") {
    State state;
    MapRowStore disk;
    state.journal.attach(disk);
    const auto mark = state.journal.mark();
    state.cold.edit("A").minor = 1;
    disk.write(state.journal.take_changed_rows());
    state.journal.flushed();
    state.journal.undo_to(mark);
    CHECK(state.cold.find("A") == nullptr);
    state.checkpoint(disk);
    CHECK(disk.rows.empty());
}

TEST_CASE("table: of rows that were read or flushed as many stay as it may keep") {
    Journal journal;
    Table<Purse> table(journal, 'c', Residency::cold, 3);
    MapRowStore disk;
    for (const char* key : {"cA", "cB", "cC", "cD", "cE"})
        disk.rows[key] = to_json(Purse{7, {}});
    journal.attach(disk);
    for (const char* key : {"A", "B", "C", "D", "E"})
        CHECK(table.find(key)->minor == 7);
    CHECK(table.rows_in_memory() == 5);
    journal.mark();
    CHECK(table.rows_in_memory() == 3);
    CHECK(table.find("E")->minor == 7); // The newest comers stayed.
    CHECK(disk.reads == 5);
    CHECK(table.find("A")->minor == 7);
    CHECK(disk.reads == 6);

    for (const char* key : {"F", "G", "H", "I"})
        table.edit(key).minor = 1;
    journal.forget_undo(journal.mark());
    disk.write(journal.take_changed_rows());
    journal.flushed();
    CHECK(table.rows_in_memory() == 3);
    CHECK(disk.rows.size() == 9);
}

TEST_CASE("table: a kept row that is edited again leaves memory only after its next flush") {
    Journal journal;
    Table<Purse> table(journal, 'c', Residency::cold, 1);
    MapRowStore disk;
    journal.attach(disk);
    const auto flush = [&] {
        journal.forget_undo(journal.mark());
        disk.write(journal.take_changed_rows());
        journal.flushed();
    };
    table.edit("A").minor = 1;
    flush();
    table.edit("A").minor = 2;
    table.edit("B").minor = 1;
    table.edit("C").minor = 1;
    journal.forget_undo(journal.mark());
    CHECK(table.find("A")->minor == 2);
    flush();
    CHECK(table.rows_in_memory() == 1);
    CHECK(table.find("A")->minor == 2);
    CHECK(disk.rows.at("cA") == R"({"minor":2,"lots":[]})");
}

TEST_CASE("table: random edits, undos, checkpoints and restarts agree with a model") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        auto state = std::make_unique<State>();
        MapRowStore disk;
        state->journal.attach(disk);
        Models models;
        Models durable;
        for (int step = 0; step < 30; ++step) {
            const Models before = models;
            const auto mark = state->journal.mark();
            for (std::uint64_t n = random() % 20; n > 0; --n)
                random_edit(*state, models, random);
            const auto choice = random() % 6;
            if (choice == 0) {
                state->journal.undo_to(mark);
                models = before;
            } else if (choice == 1) {
                state->checkpoint(disk);
                durable = models;
            } else if (choice == 2) {
                state = std::make_unique<State>();
                state->restore(disk);
                models = durable;
            }
            check_equal(*state, models);
        }
    }
}

TEST_CASE("table: equal states have equal hashes, whatever is in memory") {
    std::mt19937_64 random(7);
    State state;
    MapRowStore disk;
    Models models;
    state.journal.attach(disk);
    for (int n = 0; n < 200; ++n)
        random_edit(state, models, random);
    state.checkpoint(disk);
    for (int n = 0; n < 20; ++n)
        random_edit(state, models, random);

    const Hash hash = state.journal.state_hash();
    State other;
    for (const auto& [key, purse] : models.hot)
        other.hot.edit(key) = purse;
    for (const auto& [key, purse] : models.cold)
        other.cold.edit(key) = purse;
    CHECK(other.journal.state_hash() == hash);
    other.hot.edit("K1").minor += 1;
    CHECK(other.journal.state_hash() != hash);
}

TEST_CASE("table: editing a hot row is cheap") {
    State state;
    std::vector<std::string> keys;
    for (int n = 0; n < 100'000; ++n)
        keys.push_back("ACC" + std::to_string(n));
    for (const std::string& key : keys)
        state.hot.edit(key).lots.push_back({"L1", 5});
    std::mt19937_64 random(3);
    state.journal.forget_undo(state.journal.mark());
    constexpr int edits = 400'000;
    const auto start = std::chrono::steady_clock::now();
    for (int n = 0; n < edits; ++n)
        state.hot.edit(keys[random() % keys.size()]).minor += 1;
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    MESSAGE("ns per edit of a hot row: " << spent.count() / edits);
    CHECK(spent.count() / edits < 20'000);
}
