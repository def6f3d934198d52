#include "ledger/backup.hpp"

#include "ledger/directory.hpp"
#include "ledger/memory_log.hpp"
#include "tests/support/files.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace tollbook;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

// A log that grows, and its backup. Frames hold two records.
struct BackedUp {
    explicit BackedUp(Uuid cluster = {1}, Uuid incarnation = {2})
        : log({cluster, 0}, incarnation) {}

    void grow(std::uint64_t frames) {
        REQUIRE(writer.claim());
        for (std::uint64_t i = 0; i < frames; ++i) {
            number += 2;
            REQUIRE(writer.append({{numbered(number), numbered(number + 1)}}));
            records.insert(records.end(), writer.records().begin(), writer.records().end());
        }
    }

    Result<BackupStep> back_up(BackupKind kind = BackupKind::incremental) {
        return write_backup(log, path, kind);
    }

    std::string file(std::uint64_t first, std::uint64_t last) const {
        return path + "/" + backup_name({first, last});
    }

    // Three files: seq 1 to 6, 7 to 10, 11 to 20.
    void make_three() {
        for (const std::uint64_t frames : {3U, 2U, 5U}) {
            grow(frames);
            REQUIRE(back_up());
        }
    }

    Error refusal() const {
        const auto backup = Backup::open(path);
        return backup ? Error{Errc::internal, "it opens"} : backup.error();
    }

    ScratchDirectory scratch{ScratchDirectory::in_memory()};
    std::string path{scratch.path + "/backup"};
    MemoryLog log;
    LogWriter writer{log};
    std::uint64_t number{};
    std::vector<Record> records;
};

bool names(const Error& error, const std::string& text) {
    return error.detail.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("backup: files that run on are one source of the same records") {
    BackedUp made;
    made.make_three();
    const auto backup = Backup::open(made.path);
    REQUIRE(backup);
    REQUIRE((*backup)->files().size() == 3);
    CHECK((*backup)->identity() == made.log.identity());
    CHECK((*backup)->start() == state_at_start(made.log));
    CHECK((*backup)->head()->hash == made.log.head().hash);
    CHECK((*backup)->head()->seq == 20);
    for (const std::size_t bytes : {1U, 1U << 20U}) {
        std::vector<Record> records;
        ReaderState state = (*backup)->start();
        while (state.seq < 20) {
            const auto batch = (*backup)->read(state, bytes, {});
            REQUIRE(batch);
            REQUIRE_FALSE(batch->records.empty());
            records.insert(records.end(), batch->records.begin(), batch->records.end());
            state = batch->after;
        }
        CHECK(records == made.records);
        CHECK((*backup)->read(state, bytes, {})->records.empty());
    }
    CHECK((*backup)->file_of(1).path == made.file(1, 6));
    CHECK((*backup)->file_of(6).path == made.file(1, 6));
    CHECK((*backup)->file_of(7).path == made.file(7, 10));
    CHECK((*backup)->file_of(99).path == made.file(11, 20));
    const BackupFile& second = (*backup)->files().at(1);
    CHECK(second.first_recorded_at == made.records.at(6).command.recorded_at);
    CHECK(second.last_recorded_at == made.records.at(9).command.recorded_at);
    CHECK(second.bytes == fs::file_size(second.path));
}

TEST_CASE("backup: an empty log and a log without news add no file") {
    BackedUp made;
    CHECK(made.back_up()->path.empty());
    CHECK(names_in(made.path).empty());
    CHECK(made.refusal().code == Errc::not_found);
    made.grow(2);
    CHECK(made.back_up()->path == made.file(1, 4));
    REQUIRE(made.writer.claim());
    const auto step = made.back_up();
    REQUIRE(step);
    CHECK(step->path.empty());
    CHECK(step->summary.last_seq == 4);
    CHECK(step->summary.last_hash == made.log.head().hash);
    CHECK(names_in(made.path).size() == 1);
}

TEST_CASE("backup: a full one takes the place of all files") {
    BackedUp made;
    made.make_three();
    REQUIRE(made.back_up(BackupKind::full));
    CHECK(names_in(made.path) == std::vector<std::string>{backup_name({1, 20})});
    CHECK(Backup::open(made.path));
    REQUIRE(made.back_up(BackupKind::full)); // Again, of the same name.
    CHECK(names_in(made.path).size() == 1);
    made.grow(1);
    CHECK(made.back_up()->path == made.file(21, 22));
    put_content(made.file(21, 22), "damaged");
    CHECK_FALSE(made.back_up());
    REQUIRE(made.back_up(BackupKind::full));
    CHECK(names_in(made.path) == std::vector<std::string>{backup_name({1, 22})});
}

TEST_CASE("backup: what a full one stands for is passed over, and removed by the next write") {
    BackedUp made;
    made.make_three();
    REQUIRE(write_export(made.log, {state_at_start(made.log), 0}, made.file(1, 20)));
    const auto backup = Backup::open(made.path);
    REQUIRE(backup);
    CHECK((*backup)->files().size() == 1);
    REQUIRE(made.back_up());
    CHECK(names_in(made.path) == std::vector<std::string>{backup_name({1, 20})});
}

TEST_CASE("backup: what an interrupted write left is no file, and goes with the next one") {
    BackedUp made;
    made.make_three();
    put_content(made.file(21, 30) + ".partial", "half");
    put_content(made.path + "/notes.txt", "mine");
    CHECK(Backup::open(made.path));
    CHECK(made.back_up()->path.empty());
    CHECK(names_in(made.path).size() == 4);
    CHECK(fs::exists(made.path + "/notes.txt"));
}

TEST_CASE("backup: a write that fails leaves the files as they were") {
    BackedUp made;
    made.make_three();
    made.grow(1);
    fs::create_directory(made.file(21, 22)); // Nothing can be renamed to it.
    put_content(made.file(21, 22) + "/in", "the way");
    const std::vector<std::string> before = names_in(made.path);
    CHECK_FALSE(write_export(made.log, {state_at_head(made.log), 0}, made.file(21, 22)));
    CHECK(names_in(made.path) == before);
}

TEST_CASE("backup: one write at a time") {
    BackedUp made;
    made.make_three();
    {
        const auto lock = DirectoryLock::take(made.path);
        REQUIRE(lock);
        CHECK(made.back_up().error().code == Errc::store_locked);
    }
    CHECK(made.back_up());
}

TEST_CASE("backup: a directory that is not the log's own backup is refused and stays as it is") {
    BackedUp made;
    made.make_three();
    const std::vector<std::string> before = names_in(made.path);
    const auto refused = [&](Log& log, const std::string& why) {
        for (const BackupKind kind : {BackupKind::incremental, BackupKind::full}) {
            const auto step = write_backup(log, made.path, kind);
            REQUIRE_FALSE(step);
            CHECK(step.error().code == Errc::store_foreign);
            CAPTURE(step.error().detail);
            CHECK(names(step.error(), why));
        }
        CHECK(names_in(made.path) == before);
    };
    BackedUp other({7});
    other.make_three();
    refused(other.log, "cluster");
    BackedUp later({1}, {7});
    later.make_three();
    refused(later.log, "incarnation");
    BackedUp shorter;
    shorter.grow(3);
    refused(shorter.log, "data.dir to seq 6");
    BackedUp forked;
    forked.number = 100;
    forked.grow(12);
    const auto step = write_backup(forked.log, made.path, BackupKind::incremental);
    CHECK(step.error().code == Errc::store_foreign);
    CHECK(names(step.error(), "another"));
}

TEST_CASE("backup: whatever is wrong with the files is named, and nothing is added to them") {
    BackedUp made;
    made.make_three();
    const std::string first = made.file(1, 6);
    const std::string second = made.file(7, 10);
    const std::string third = made.file(11, 20);
    const std::string spare = made.scratch.path + "/spare";
    Errc code = Errc::store_damaged;
    std::string file;
    std::string why;

    SUBCASE("the first is gone") {
        fs::remove(first);
        file = second;
        why = "gap";
    }
    SUBCASE("one between is gone") {
        fs::remove(second);
        file = third;
        why = "gap before it: seq 7 to 10";
    }
    SUBCASE("two have each other's names") {
        fs::rename(second, spare);
        fs::rename(third, second);
        fs::rename(spare, third);
        file = second;
        why = "it holds seq 11 to 20";
    }
    SUBCASE("one overlaps the next") {
        BackedUp same;
        same.grow(3);
        same.grow(2);
        same.grow(1);
        REQUIRE(write_export(same.log, {state_at_start(same.log), 8}, made.file(1, 8)));
        file = second;
        why = "overlap";
    }
    SUBCASE("one is of a log with other records") {
        BackedUp forked;
        forked.number = 100;
        forked.make_three();
        fs::copy_file(forked.file(7, 10), second, fs::copy_options::overwrite_existing);
        file = second;
        why = "seq 6 has another hash";
    }
    SUBCASE("one is of another cluster") {
        BackedUp other({7});
        other.make_three();
        fs::copy_file(other.file(7, 10), second, fs::copy_options::overwrite_existing);
        code = Errc::store_foreign;
        file = second;
        why = "another cluster";
    }
    SUBCASE("one is of another incarnation") {
        BackedUp other({1}, {7});
        other.make_three();
        fs::copy_file(other.file(11, 20), third, fs::copy_options::overwrite_existing);
        code = Errc::store_foreign;
        file = third;
        why = "another incarnation";
    }
    SUBCASE("a bit of one is flipped") {
        std::string content = content_of(second);
        content.at(content.size() / 2) ^= 1;
        put_content(second, content);
        file = second;
        why = "behind seq";
    }
    SUBCASE("the end of one names another hash, and its sum is right") {
        constexpr std::size_t end_bytes = 4 + 8 + 32; // Zero length, last seq, its hash.
        std::string content = content_of(third);
        content.resize(content.size() - export_sum_bytes);
        content.back() ^= 1;
        const Hash sum =
            sha256(std::string_view(content).substr(content.size() - end_bytes - export_sum_bytes));
        content.append(sum.begin(), sum.begin() + export_sum_bytes);
        put_content(third, content);
        file = third;
        why = "another hash for seq 20";
    }
    SUBCASE("one is cut short") {
        const std::string content = content_of(third);
        put_content(third, content.substr(0, content.size() - 1));
        file = third;
        why = "behind seq 20: export: it is cut short";
    }
    CHECK(made.refusal().code == code);
    CAPTURE(made.refusal().detail);
    CHECK(names(made.refusal(), file));
    CHECK(names(made.refusal(), why));
    made.grow(1);
    CHECK(made.back_up().error().code == code);
    CHECK_FALSE(fs::exists(made.file(21, 22)));
}
