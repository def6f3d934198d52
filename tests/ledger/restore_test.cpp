#include "ledger/restore.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/directory.hpp"
#include "ledger/reader_rule.hpp"
#include "ledger/store.hpp"
#include "ledger/topic_link.hpp"
#include "tests/support/fault_fs.hpp"
#include "tests/support/files.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/memory_topic.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"
#include "tests/support/topic_read.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace tollbook;
namespace fs = std::filesystem;

namespace {

// A closed store and its backup of two files. Ten terms, in each a frame of two records.
struct Original {
    // What a log holds in its second half tells it from another one.
    explicit Original(const std::string& second_half = "{}") {
        REQUIRE(Store::create_for(data, {{1}, 0}, incarnation));
        const auto store = Store::open(data);
        REQUIRE(store);
        Log& log = (*store)->log();
        for (std::uint64_t i = 0; i < 10; ++i) {
            LogWriter writer(log, static_cast<std::uint8_t>(i));
            REQUIRE(writer.claim());
            const std::string key = std::to_string(i);
            const std::string payload = i < 5 ? "{}" : second_half;
            REQUIRE(
                writer.append({{{"t" + key, "a", {payload}, {}}, {"t" + key, "b", {payload}, {}}}})
            );
            if (i == 4 || i == 9) REQUIRE(write_backup(log, backup, BackupKind::incremental));
        }
        head = log.head();
    }

    Result<RestoreSummary> restore(RestoreOptions options = {}) const {
        const auto opened = Backup::open(backup);
        REQUIRE(opened);
        if (options.directory.empty()) options.directory = target;
        return restore_backup(**opened, options);
    }

    Errc refusal(RestoreOptions options = {}) const {
        const auto restored = restore(std::move(options));
        return restored ? Errc::internal : restored.error().code;
    }

    std::string export_of(const std::string& directory) const {
        const auto store = Store::open(directory, {true});
        REQUIRE(store);
        const std::string path = scratch.path + "/export";
        REQUIRE(write_export((*store)->log(), {state_at_start((*store)->log()), 0}, path));
        return content_of(path);
    }

    bool target_holds_nothing() const {
        return Store::open(target).error().code == Errc::not_found &&
               (!fs::exists(target) || fs::is_empty(target));
    }

    ScratchDirectory scratch{ScratchDirectory::in_memory()};
    std::string data{scratch.path + "/data"};
    std::string backup{scratch.path + "/backup"};
    std::string target{scratch.path + "/new"};
    Head head;
    Uuid incarnation{2};
};

} // namespace

TEST_CASE("restore: all of a backup is the same log in the same life") {
    const Original original;
    const auto restored = original.restore();
    REQUIRE(restored);
    CHECK(restored->head == original.head);
    CHECK_FALSE(restored->is_new_incarnation);
    CHECK(restored->incarnation == original.incarnation);
    CHECK_FALSE(restored->has_keys);
    CHECK(original.export_of(original.target) == original.export_of(original.data));
    CHECK_FALSE(fs::exists(original.target + "/restoring"));
    const auto store = Store::open(original.target);
    REQUIRE(store);
    CHECK((*store)->log().leadership().term == 10);
    LogWriter writer((*store)->log(), 99);
    REQUIRE(writer.claim());
    REQUIRE(writer.append({"next", "key", {"{}"}, {}}));
    CHECK(write_backup((*store)->log(), original.backup, BackupKind::incremental));
}

TEST_CASE("restore: up to a record it is a log of another life with the same chain") {
    const Original original;
    RestoreOptions options;
    for (const auto& [at, end] : {std::pair(7, 8), std::pair(8, 8), std::pair(10, 10)}) {
        options.at = at;
        options.directory = original.target + std::to_string(at);
        const auto restored = original.restore(options);
        REQUIRE(restored);
        CHECK(restored->head.seq == end);
        CHECK(restored->is_new_incarnation);
        CHECK(restored->incarnation != original.incarnation);
        const auto whole = Store::open(original.data, {true});
        const auto frames = (*whole)->log().frames_after(restored->head.seq - 1, 1);
        CHECK(decode_frame(frames->front().bytes)->last_hash() == restored->head.hash);
        const auto store = Store::open(options.directory);
        REQUIRE(store);
        CHECK((*store)->incarnation() == restored->incarnation);
        const auto source = (*store)->source();
        const auto batch = source->read(source->start(), 1U << 20U, {});
        REQUIRE(batch);
        CHECK(batch->records.size() == restored->head.seq);
        CHECK(batch->after.incarnation == restored->incarnation);
    }
    options.at = 20; // Nothing is cut off.
    options.directory = original.target;
    CHECK(original.restore(options)->incarnation == original.incarnation);
}

TEST_CASE("restore: a new life may be asked for without cutting anything") {
    const Original original;
    RestoreOptions options;
    options.new_incarnation = true;
    const auto restored = original.restore(options);
    REQUIRE(restored);
    CHECK(restored->is_new_incarnation);
    CHECK(restored->incarnation != original.incarnation);
    CHECK(restored->head == original.head);

    const auto store = Store::open(original.target);
    REQUIRE(store);
    MemoryTopic topic; // In place of one that was lost.
    TopicLink link({(*store)->log(), topic, "", {}});
    REQUIRE(link.meet(Growth::refused));
    const TopicRead read = read_all_of(topic, (*store)->identity(), restored->incarnation);
    CHECK(read.hashes.size() == original.head.seq);
    CHECK(read.hashes.at(original.head.seq) == original.head.hash);
}

TEST_CASE("restore: a reader of the old life takes nothing of a log that was cut") {
    const Original original;
    RestoreOptions options;
    options.at = 8;
    REQUIRE(original.restore(options));
    const auto store = Store::open(original.target);
    REQUIRE(store);
    Log& log = (*store)->log();
    ReaderState reader = state_at_head(log);
    reader.incarnation = original.incarnation;
    LogWriter writer(log, 99);
    REQUIRE(writer.claim());
    REQUIRE(writer.append({"next", "key", {"{}"}, {}}));
    const auto messages = log.messages_after({reader.seq, reader.term}, 1U << 20U);
    REQUIRE(messages->size() == 2);
    for (const StoredFrame& message : *messages) {
        const Verdict verdict = judge(reader, log.identity(), {99, message.bytes});
        REQUIRE(std::holds_alternative<Dropped>(verdict));
        CHECK(std::get<Dropped>(verdict).reason == DropReason::foreign);
    }
    CHECK(
        write_backup(log, original.backup, BackupKind::incremental).error().code ==
        Errc::store_foreign
    );
}

TEST_CASE("restore: a directory that holds a store, or half of one, stays as it is") {
    const Original original;
    RestoreOptions options;
    options.directory = original.data;
    const std::string before = original.export_of(original.data);
    auto restored = original.restore(options);
    CHECK(restored.error().code == Errc::store_foreign);
    CHECK(restored.error().detail.find("data.dir") != std::string::npos);
    {
        const auto open = Store::open(original.data); // In use.
        REQUIRE(open);
        CHECK(original.refusal(options) == Errc::store_foreign);
    }
    CHECK(original.export_of(original.data) == before);
    for (const char* name : {"/identity", "/log", "/mark"}) {
        options.directory = original.target + "half";
        fs::create_directories(options.directory + name);
        CHECK(original.refusal(options) == Errc::store_foreign);
        CHECK_FALSE(fs::exists(options.directory + "/restoring"));
        fs::remove_all(options.directory);
    }
}

TEST_CASE("restore: a seq that the backup does not hold is refused before anything is made") {
    const Original original;
    for (const std::uint64_t at : {0U, 21U}) {
        RestoreOptions options;
        options.at = at;
        CHECK(original.refusal(options) == Errc::config_invalid);
        CHECK_FALSE(fs::exists(original.target));
    }
}

TEST_CASE("restore: one that was interrupted is no store, and the next one removes it") {
    const Original original;
    fs::create_directories(original.target);
    fs::copy(original.data, original.target + "/restoring", fs::copy_options::recursive);
    CHECK(Store::open(original.target).error().code == Errc::not_found);
    {
        const auto lock = DirectoryLock::take(original.target);
        REQUIRE(lock);
        CHECK(original.refusal() == Errc::store_locked);
    }
    CHECK(original.restore()->head == original.head);
    CHECK_FALSE(fs::exists(original.target + "/restoring"));
}

TEST_CASE("restore: cut off between any two of its last steps it is a store only at the very end") {
    struct Cut {};

    static std::uint64_t steps_left = 0;
    const Original original;
    std::uint64_t stores = 0;
    for (std::uint64_t step = 1; step <= 3; ++step) { // log, mark, identity.
        fs::remove_all(original.target);
        steps_left = step;
        crash_point_hook = [](std::string_view point) {
            if (point == "restore.moved" && --steps_left == 0) throw Cut{};
        };
        CHECK_THROWS_AS((void)original.restore(), Cut);
        crash_point_hook = nullptr;
        REQUIRE(fs::exists(original.target + "/log"));
        const auto store = Store::open(original.target);
        if (store) {
            ++stores;
            CHECK(step == 3);
            CHECK((*store)->log().head() == original.head);
        } else {
            CHECK(store.error().code == Errc::not_found);
        }
        CHECK(original.refusal() == Errc::store_foreign); // It says so, and touches nothing.
        CHECK(fs::exists(original.target + "/log"));
    }
    CHECK(stores == 1);
}

TEST_CASE("restore: what a disk refuses leaves no store") {
    const Original original;
    auto faulty = std::make_shared<FaultFs>();
    const auto env = rocksdb::NewCompositeEnv(faulty);
    RestoreOptions options;
    options.env = env.get();
    SUBCASE("it is full") {
        faulty->set_free_space(1000);
        CHECK(original.refusal(options) == Errc::read_only);
        faulty->set_free_space(1U << 30U);
    }
    SUBCASE("a sync of the log fails") {
        faulty->fail_next(FileStep::sync, ".log", rocksdb::IOStatus::IOError("no"));
        CHECK(original.refusal(options) == Errc::store_unavailable);
    }
    SUBCASE("identity cannot get its name") {
        faulty->fail_next(FileStep::rename, "/identity.new", rocksdb::IOStatus::IOError("no"));
        CHECK(original.refusal(options) == Errc::store_unavailable);
    }
    CHECK(original.target_holds_nothing());
    CHECK(original.restore(options)->head == original.head);
}

TEST_CASE("restore: a file that changed after the backup was opened is noticed") {
    const Original original;
    const auto opened = Backup::open(original.backup);
    REQUIRE(opened);
    const std::string& path = (*opened)->files().back().path;
    SUBCASE("by its sums") {
        std::string content = content_of(path);
        content.at(content.size() / 2) ^= 1;
        std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    }
    const auto put_shorter = [&] {
        const auto store = Store::open(original.data, {true});
        REQUIRE(store);
        REQUIRE(write_export((*store)->log(), {(*opened)->files().back().from, 14}, path));
    };
    std::optional<std::uint64_t> at;
    SUBCASE("by its end, when a shorter one stands there") {
        put_shorter();
        at = 18;
    }
    SUBCASE("by its end, when all of it is asked for") { put_shorter(); }
    SUBCASE("by the hash of its end, when another log's file stands there") {
        const Original other(R"({"other":1})");
        const std::string theirs = other.backup + "/" + fs::path(path).filename().string();
        fs::copy_file(theirs, path, fs::copy_options::overwrite_existing);
    }
    RestoreOptions options;
    options.directory = original.target;
    options.at = at;
    const auto restored = restore_backup(**opened, options);
    REQUIRE_FALSE(restored);
    CHECK(restored.error().code == Errc::store_damaged);
    CHECK(restored.error().detail.starts_with(path));
    CHECK(original.target_holds_nothing());
}

TEST_CASE("restore: keys come along when they are given, and are never overwritten") {
    const Original original;
    RestoreOptions options;
    options.keys = original.scratch.path + "/keys-copy";
    fs::create_directories(options.keys + "/keys");
    std::ofstream(options.keys + "/keys/keys") << "wrapped";
    CHECK(original.refusal(options) == Errc::config_invalid);
    std::ofstream(options.keys + "/master.key") << "secret";
    fs::permissions(options.keys + "/master.key", fs::perms::owner_read | fs::perms::owner_write);
    CHECK(original.target_holds_nothing());
    CHECK(original.restore(options)->has_keys);
    CHECK(content_of(original.target + "/keys/keys") == "wrapped");
    CHECK(content_of(original.target + "/master.key") == "secret");
    CHECK(
        fs::status(original.target + "/master.key").permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write)
    );
    options.directory = original.target + "2";
    fs::create_directory(options.directory);
    std::ofstream(options.directory + "/master.key") << "another";
    CHECK(original.refusal(options) == Errc::store_foreign);
    CHECK(content_of(options.directory + "/master.key") == "another");
}
