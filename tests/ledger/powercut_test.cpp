// The power goes at a seeded step of the file system, or at a named point of the log; what was not
// synced is dropped, torn or kept in any order. What was acknowledged must be there afterwards.
#include "ledger/crash_point.hpp"
#include "ledger/frame.hpp"
#include "ledger/rocks_frames.hpp"
#include "ledger/store.hpp"
#include "ledger/store_handles.hpp"
#include "tests/support/fault_fs.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

using namespace tollbook;

namespace {

constexpr std::size_t small_buffer = 64U << 10U; // So that flushes and compactions take part.
constexpr std::uint64_t groups = 60;
constexpr std::uint64_t no_cut = ~std::uint64_t{0} >> 1U;

// Nothing is cut here; but the real disk is not made to sync either, which takes long.
rocksdb::Env* calm() {
    static const auto env = rocksdb::NewCompositeEnv(std::make_shared<FaultFs>());
    return env.get();
}

Status create(const std::string& path) { return Store::create(path, {false, calm()}); }

Result<std::unique_ptr<Store>> reopen(const std::string& path) {
    return Store::open(path, {false, calm()});
}

std::map<std::string, std::uint64_t, std::less<>> hits;
std::string cut_point;
std::uint64_t cut_hit = 0;
FaultFs* cut_fs = nullptr;

void at_point(std::string_view point) {
    if (++hits[std::string(point)] == cut_hit && point == cut_point) cut_fs->cut();
}

// As long as it lives, the power goes at the `hit`th time at that point.
class CutAtPoint {
public:
    CutAtPoint(FaultFs& fs, std::string_view point, std::uint64_t hit) {
        hits.clear();
        cut_point = point;
        cut_hit = hit;
        cut_fs = &fs;
        crash_point_hook = &at_point;
    }

    CutAtPoint(const CutAtPoint&) = delete;
    CutAtPoint& operator=(const CutAtPoint&) = delete;

    ~CutAtPoint() { crash_point_hook = nullptr; }
};

struct Life {
    Head acknowledged;
    std::uint64_t steps{};
    std::uint64_t recoveries{};
    std::string complaint; // Empty: nothing acknowledged was lost, and the store goes on.
};

// Appends groups until the power goes; a client would have been told of what is returned.
Head write_until_cut(
    FaultFs& fs, const std::string& path, std::uint64_t seed, StoreOptions options
) {
    const auto env =
        rocksdb::NewCompositeEnv(std::shared_ptr<rocksdb::FileSystem>(std::shared_ptr<void>(), &fs)
        );
    options.env = env.get();
    options.write_buffer_bytes = small_buffer;
    const Result<std::unique_ptr<Store>> store = Store::open(path, options);
    if (!store) return {};
    Log& log = (*store)->log();
    LogWriter writer(log);
    std::mt19937_64 random(seed);
    Head acknowledged = log.head();
    if (!writer.claim()) return acknowledged;
    for (std::uint64_t group = 0; group < groups; ++group) {
        std::vector<std::vector<TestCommand>> frames(1 + random() % 3);
        for (auto& frame : frames)
            frame.push_back(numbered(random(), random() % 4000));
        if (!writer.append(frames)) break;
        acknowledged = log.head();
        if (group % 8 == 7 && !log.sync_mark()) break;
    }
    return acknowledged;
}

Head write_until_cut(FaultFs& fs, const std::string& path, std::uint64_t seed, Sabotage sabotage) {
    StoreOptions options;
    options.sabotage = sabotage;
    if (seed % 4 == 1) options.frame_file_bytes_min = 6'000; // Every fourth group or so.
    return write_until_cut(fs, path, seed, options);
}

// Whether all records up to `acknowledged` are there, chained, and more can be written.
std::string complaint_of(Store& store, const Head& acknowledged) {
    if (store.log().head().seq < acknowledged.seq)
        return fmt::format("seq {} was lost", acknowledged.seq);
    const std::unique_ptr<Source> source = store.source();
    const Result<Batch> all = source->read(source->start(), 1U << 30U, {});
    if (!all) return all.error().detail;
    if (all->after.seq != store.log().head().seq) return "not all of it can be read";
    if (acknowledged.seq > 0 && all->hashes[acknowledged.seq - 1] != acknowledged.hash)
        return "another record was written over an acknowledged one";
    LogWriter next(store.log(), 9);
    if (!next.claim() || !next.append({"next", "key", {"{}"}, {}})) return "it does not go on";
    return {};
}

Life live(std::uint64_t seed, std::uint64_t cut_step, Loss loss, Sabotage sabotage = {}) {
    const ScratchDirectory scratch;
    const std::string path = scratch.path + "/data";
    REQUIRE(create(path));
    FaultFs fs;
    Life life;
    fs.cut_at(cut_step);
    life.acknowledged = write_until_cut(fs, path, seed, sabotage);
    life.steps = fs.steps();
    fs.cut();
    fs.lose(loss, seed);
    const Result<std::unique_ptr<Store>> store = reopen(path);
    if (!store) {
        life.complaint = fmt::format("{}: {}", info(store.error().code).slug, store.error().detail);
        return life;
    }
    life.recoveries = (*store)->recoveries();
    life.complaint = complaint_of(**store, life.acknowledged);
    return life;
}

constexpr std::array losses{Loss::drop, Loss::tear, Loss::reorder};

struct Tally {
    std::uint64_t lives{};
    std::uint64_t complaints{};
    std::uint64_t acknowledged{};
    std::uint64_t recoveries{};
    std::string first_complaint;
};

Tally live_often(std::uint64_t lives, Sabotage sabotage) {
    const std::uint64_t steps = live(1, no_cut, Loss::drop, Sabotage::none).steps;
    Tally tally;
    // A damaged write-ahead log comes of one cut in thirty or so.
    const auto wants_more = [&](std::uint64_t seed) {
        return seed <= lives || (sabotage == Sabotage::none && tally.recoveries == 0);
    };
    for (std::uint64_t seed = 1; wants_more(seed) && seed <= 4 * lives; ++seed) {
        const std::uint64_t cut_step = 1 + seed * 7919 % steps;
        const Life life = live(seed, cut_step, losses.at(seed % losses.size()), sabotage);
        ++tally.lives;
        tally.acknowledged += life.acknowledged.seq;
        tally.recoveries += life.recoveries;
        if (life.complaint.empty()) continue;
        if (tally.complaints++ == 0)
            tally.first_complaint = fmt::format("seed {}: {}", seed, life.complaint);
    }
    return tally;
}

} // namespace

TEST_CASE("power cut: nothing acknowledged is lost, wherever it falls") {
    const Tally tally = live_often(100, Sabotage::none);
    MESSAGE(
        tally.lives << " lives, " << tally.acknowledged << " records acknowledged, "
                    << tally.recoveries << " damaged write-ahead logs recovered"
    );
    CHECK(tally.first_complaint == "");
    CHECK(tally.acknowledged > 2000); // Else it proved nothing.
    CHECK(tally.recoveries > 0);
}

TEST_CASE("power cut: an append that is not synced is noticed") {
    const Tally tally = live_often(20, Sabotage::append_without_sync);
    MESSAGE(tally.complaints << " of " << tally.lives << " lives noticed it");
    CHECK(tally.complaints > 5);
}

// The cut falls between such a mark and its records. That mark was not synced, so that it is on the
// disk every second time.
TEST_CASE("power cut: a mark that goes ahead of the sync is noticed") {
    std::uint64_t complaints = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const ScratchDirectory scratch;
        const std::string path = scratch.path + "/data";
        REQUIRE(create(path));
        FaultFs fs;
        {
            const CutAtPoint cut(fs, "log.marked", 2); // The first is the claim's.
            (void)write_until_cut(fs, path, seed, Sabotage::mark_before_sync);
        }
        REQUIRE(fs.is_cut());
        fs.lose(seed % 2 == 0 ? Loss::tear : Loss::reorder, seed);
        complaints += reopen(path) ? 0U : 1U;
    }
    MESSAGE(complaints << " of 12 lives noticed it");
    CHECK(complaints > 0);
}

TEST_CASE("power cut: at every named point of the log") {
    const std::map<std::string, std::uint64_t> points{
        {"log.before_write", 20}, {"log.file_written", 5}, {"log.written", 20}, {"log.marked", 20}};
    for (const auto& [point, hit] : points) {
        for (const Loss loss : losses) {
            const ScratchDirectory scratch;
            const std::string path = scratch.path + "/data";
            REQUIRE(create(path));
            FaultFs fs;
            const CutAtPoint cut(fs, point, hit);
            const Head acknowledged = write_until_cut(fs, path, 5, Sabotage::none);
            REQUIRE(fs.is_cut());
            REQUIRE(hits[point] == hit);
            fs.lose(loss, 5);
            const Result<std::unique_ptr<Store>> store = reopen(path);
            REQUIRE(store);
            const std::uint64_t head = (*store)->log().head().seq;
            CHECK(complaint_of(**store, acknowledged) == "");
            // Synced: it is there, though the mark failed and nobody was told.
            CHECK((head > acknowledged.seq) == (point == "log.written"));
        }
    }
}

// What RocksDB makes of two write-ahead logs of which the older one lost its tail: seen in 5 of 900
// lives of a log that is synced lazily, too seldom to wait for it.
TEST_CASE("power cut: of a log that is synced lazily, what stands behind a hole is cut") {
    const ScratchDirectory scratch;
    const std::string path = scratch.path + "/data";
    REQUIRE(create(path));
    StoreOptions lazily;
    lazily.sync_lazily = true;
    FaultFs fs;
    const auto env =
        rocksdb::NewCompositeEnv(std::shared_ptr<rocksdb::FileSystem>(std::shared_ptr<void>(), &fs)
        );
    lazily.env = env.get();
    {
        const auto store = Store::open(path, lazily);
        REQUIRE(store);
        LogWriter writer((*store)->log());
        REQUIRE(writer.claim());
        for (std::uint64_t number = 1; number <= 9; ++number)
            REQUIRE(writer.append(numbered(number)));
        const Database& database = *(*store)->handles().database;
        rocksdb::WriteOptions synced;
        synced.sync = true;
        REQUIRE(database.db->Delete(synced, database.frames, frame_key(5)).ok());
        fs.cut();
    }
    fs.lose(Loss::drop, 1);
    const auto strict = reopen(path);
    REQUIRE_FALSE(strict);
    CHECK(strict.error() == Error{Errc::store_damaged, "behind seq 4: frames are missing"});
    lazily.env = calm();
    const auto store = Store::open(path, lazily);
    REQUIRE(store);
    CHECK((*store)->log().head().seq == 4);
    CHECK((*store)->recoveries() == 1);
    CHECK(complaint_of(**store, {}) == "");
}

TEST_CASE("power cut: a log that is synced lazily may end earlier, and has no hole") {
    StoreOptions lazily;
    lazily.sync_lazily = true;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        const ScratchDirectory scratch;
        const std::string path = scratch.path + "/data";
        REQUIRE(create(path));
        FaultFs fs;
        fs.cut_at(20 + seed * 31 % 130);
        (void)write_until_cut(fs, path, seed, lazily);
        fs.cut();
        fs.lose(losses.at(seed % losses.size()), seed);
        lazily.env = calm();
        const Result<std::unique_ptr<Store>> store = Store::open(path, lazily);
        REQUIRE(store);
        CHECK(complaint_of(**store, {}) == "");
    }
}

TEST_CASE("power cut: a store is made whole or not at all") {
    std::uint64_t whole = 0;
    std::uint64_t step = 1;
    for (bool cut = true; cut; ++step) {
        const ScratchDirectory scratch;
        const std::string path = scratch.path + "/data";
        auto fs = std::make_shared<FaultFs>();
        const auto env = rocksdb::NewCompositeEnv(fs);
        fs->cut_at(step);
        const Status made = Store::create(path, {false, env.get()});
        cut = fs->is_cut();
        fs->cut();
        fs->lose(losses.at(step % losses.size()), step);
        const Result<std::unique_ptr<Store>> store = reopen(path);
        CAPTURE(step);
        if (made) REQUIRE(store);
        if (store)
            ++whole;
        else
            CHECK(store.error().code == Errc::not_found);
    }
    CHECK(whole > 0);
    CHECK(step > 20);
}

TEST_CASE("power cut: a failed sync ends the log, and the next open decides") {
    const ScratchDirectory scratch;
    const std::string path = scratch.path + "/data";
    REQUIRE(create(path));
    auto fs = std::make_shared<FaultFs>();
    const auto env = rocksdb::NewCompositeEnv(fs);
    Head head;
    {
        const auto store = Store::open(path, {false, env.get()});
        REQUIRE(store);
        LogWriter writer((*store)->log());
        REQUIRE(writer.claim());
        REQUIRE(writer.append(numbered(1)));
        head = (*store)->log().head();
        fs->fail_next(FileStep::sync, ".log", rocksdb::IOStatus::IOError("no sync today"));
        CHECK(writer.append(numbered(2)).error().code == Errc::store_unavailable);
        CHECK((*store)->log().head() == head);
        CHECK(writer.append(numbered(3)).error().code == Errc::store_unavailable); // For good.
    }
    const auto store = reopen(path);
    REQUIRE(store);
    CHECK(complaint_of(**store, head) == "");
}

TEST_CASE("power cut: a full disk refuses and stays whole") {
    const ScratchDirectory scratch;
    const std::string path = scratch.path + "/data";
    REQUIRE(create(path));
    auto fs = std::make_shared<FaultFs>();
    const auto env = rocksdb::NewCompositeEnv(fs);
    Head head;
    {
        const auto store = Store::open(path, {false, env.get()});
        REQUIRE(store);
        LogWriter writer((*store)->log());
        REQUIRE(writer.claim());
        REQUIRE(writer.append(numbered(1)));
        const std::uint64_t steps = fs->steps();
        fs->set_free_space(1000);
        CHECK(writer.append(numbered(2)).error().code == Errc::read_only);
        CHECK(fs->steps() == steps); // Nothing was even tried.
        fs->set_free_space(1U << 30U);
        LogWriter again((*store)->log());
        REQUIRE(again.append({"later", "key", {"{}"}, {}})); // Room again: it goes on.
        head = (*store)->log().head();
        fs->fail_next(FileStep::append, ".log", rocksdb::IOStatus::NoSpace("full"));
        CHECK(again.append({"full", "key", {"{}"}, {}}).error().code == Errc::read_only);
        CHECK((*store)->log().head() == head);
    }
    const auto store = reopen(path);
    REQUIRE(store);
    CHECK((*store)->log().head() == head);
    CHECK(complaint_of(**store, head) == "");
}
