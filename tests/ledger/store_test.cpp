#include "ledger/store.hpp"

#include "ledger/local_source.hpp"
#include "tests/support/files.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace tollbook;
namespace fs = std::filesystem;

namespace {

void flip(const fs::path& path, std::size_t at) {
    std::string content = content_of(path);
    REQUIRE(at < content.size());
    content[at] ^= 1;
    put_content(path, content);
}

// A store with this many records, closed. Its write-ahead log holds them all.
struct Filled {
    explicit Filled(std::uint64_t count) {
        REQUIRE(Store::create(path));
        const auto store = Store::open(path);
        REQUIRE(store);
        LogWriter writer((*store)->log());
        REQUIRE(writer.claim());
        for (std::uint64_t i = 0; i < count; ++i)
            REQUIRE(writer.append(numbered(i, 200)));
        head = (*store)->log().head();
    }

    fs::path newest_wal() const {
        fs::path newest;
        for (const auto& entry : fs::directory_iterator(path + "/log"))
            if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
        REQUIRE_FALSE(newest.empty());
        return newest;
    }

    Errc refusal(StoreOptions options = {}) const {
        const auto store = Store::open(path, options);
        return store ? Errc::internal : store.error().code;
    }

    std::string why() const {
        const auto store = Store::open(path);
        return store ? "" : store.error().detail;
    }

    ScratchDirectory scratch;
    std::string path{scratch.path + "/data"};
    Head head;
};

// Names, sizes, times and contents of everything below.
std::map<std::string, std::string> picture_of(const std::string& path) {
    std::map<std::string, std::string> picture;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        const auto changed = entry.last_write_time().time_since_epoch().count();
        picture[entry.path().string()] =
            std::to_string(changed) + (entry.is_regular_file() ? content_of(entry.path()) : "");
    }
    return picture;
}

} // namespace

TEST_CASE("store: what is none is not found, what is one is not made again") {
    const Filled store(1);
    CHECK(Store::open(store.scratch.path).error().code == Errc::not_found);
    CHECK(Store::open(store.scratch.path, {true}).error().code == Errc::not_found);
    CHECK(Store::create(store.path).error().code == Errc::store_foreign);
    fs::remove(store.path + "/identity"); // Half of one.
    CHECK(Store::create(store.path).error().code == Errc::store_foreign);
}

TEST_CASE("store: two of them have different identities") {
    const Filled one(0);
    const Filled other(0);
    CHECK((*Store::open(one.path))->identity() != (*Store::open(other.path))->identity());
    CHECK((*Store::open(one.path))->incarnation() != (*Store::open(other.path))->incarnation());
}

TEST_CASE("store: one writer at a time, in this process and in another") {
    const Filled filled(1);
    {
        const auto store = Store::open(filled.path);
        REQUIRE(store);
        CHECK(filled.refusal() == Errc::store_locked);
        const pid_t child = ::fork();
        if (child == 0) ::_exit(filled.refusal() == Errc::store_locked ? 0 : 1);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    CHECK(Store::open(filled.path));
}

TEST_CASE("store: a log of another cluster is foreign, a later format is newer") {
    const Filled one(2);
    const Filled other(2);
    fs::copy_file(
        other.path + "/identity", one.path + "/identity", fs::copy_options::overwrite_existing
    );
    CHECK(one.refusal() == Errc::store_foreign);
    CHECK(one.refusal({true}) == Errc::store_foreign);

    std::string identity_text = content_of(other.path + "/identity");
    identity_text[identity_text.find('1')] = '2';
    put_content(other.path + "/identity", identity_text);
    CHECK(other.refusal() == Errc::store_newer);
    identity_text[identity_text.find('2')] = '1';
    identity_text[identity_text.find("cluster ") + 8] ^= 1;
    put_content(other.path + "/identity", identity_text);
    CHECK(other.refusal() == Errc::store_damaged);
}

TEST_CASE("store: a log that ends below its mark is damaged, and the place is named") {
    const Filled filled(20);
    fs::remove(filled.newest_wal()); // RocksDB opens that without a word.
    CHECK(filled.refusal() == Errc::store_damaged);
    CHECK(filled.why() == "the log ends at seq 0, answered was up to seq 20");
    CHECK(filled.refusal({true}) == Errc::store_damaged);
}

TEST_CASE("store: a log with another past than its mark is damaged") {
    const Filled filled(5);
    const Filled longer(9);
    fs::remove_all(filled.path + "/log");
    fs::copy(longer.path + "/log", filled.path + "/log", fs::copy_options::recursive);
    fs::copy_file(
        longer.path + "/identity", filled.path + "/identity", fs::copy_options::overwrite_existing
    );
    CHECK(filled.refusal() == Errc::store_damaged);
    CHECK(filled.why() == "seq 5 has another hash than its mark");
}

TEST_CASE("store: a mark is read from the slot that holds, and missing it is damage") {
    const Filled filled(5);
    const std::string mark = content_of(filled.path + "/mark");
    for (const std::size_t slot : {0U, 64U}) {
        flip(filled.path + "/mark", slot + 9);
        CHECK(Store::open(filled.path));
        put_content(filled.path + "/mark", mark);
    }
    flip(filled.path + "/mark", 9);
    flip(filled.path + "/mark", 73);
    CHECK(filled.refusal() == Errc::store_damaged);
    fs::remove(filled.path + "/mark");
    CHECK(filled.refusal() == Errc::store_damaged);
}

TEST_CASE("store: damage behind the mark is recovered, damage before it stops the store") {
    for (const bool behind : {true, false}) {
        const Filled filled(0);
        std::string early_mark;
        {
            const auto store = Store::open(filled.path);
            REQUIRE(store);
            LogWriter writer((*store)->log());
            REQUIRE(writer.claim());
            for (std::uint64_t i = 0; i < 40; ++i) {
                REQUIRE(writer.append(numbered(i, 400)));
                if (i == 9) early_mark = content_of(filled.path + "/mark");
            }
        }
        // What a power cut leaves: a mark not synced since seq 10, and a torn write-ahead log.
        if (behind) put_content(filled.path + "/mark", early_mark);
        flip(filled.newest_wal(), 3 * fs::file_size(filled.newest_wal()) / 4);
        const std::string log_before = content_of(filled.newest_wal());
        const auto store = Store::open(filled.path);
        CAPTURE(behind);
        REQUIRE(store.has_value() == behind);
        if (behind) {
            CHECK((*store)->recoveries() == 1);
            CHECK((*store)->log().head().seq >= 10);
            CHECK((*store)->log().head().seq < 40);
            CHECK(fs::exists(filled.path + "/log.damaged-1"));
            CHECK_FALSE(fs::exists(filled.path + "/log.recovering"));
        } else {
            CHECK(store.error().code == Errc::store_damaged);
            CHECK(store.error().detail.find("answered was up to seq 40") != std::string::npos);
            CHECK(content_of(filled.newest_wal()) == log_before); // As it was found.
            CHECK_FALSE(fs::exists(filled.path + "/log.damaged-1"));
        }
    }
}

TEST_CASE("store: a recovery that was interrupted while it swapped the logs is finished") {
    const Filled filled(7);
    fs::rename(filled.path + "/log", filled.path + "/log.recovering");
    const auto store = Store::open(filled.path);
    REQUIRE(store);
    CHECK((*store)->log().head() == filled.head);
    CHECK_FALSE(fs::exists(filled.path + "/log.recovering"));
}

TEST_CASE("store: opened read-only it writes nothing, not even beside the writer") {
    const Filled filled(30);
    const auto before = picture_of(filled.path);
    {
        const auto store = Store::open(filled.path, {true});
        REQUIRE(store);
        CHECK((*store)->log().head() == filled.head);
        const auto source = (*store)->source();
        const auto batch = source->read(source->start(), 1U << 20U, {});
        REQUIRE(batch);
        CHECK(batch->records.size() == 30);
        CHECK((*store)->log().claim({}).error().code == Errc::read_only);
        CHECK((*store)->log().append({}, {}).error().code == Errc::read_only);
    }
    CHECK(picture_of(filled.path) == before);
}

TEST_CASE("store: a read-only copy follows the writer beside it") {
    const Filled filled(3);
    const auto writing = Store::open(filled.path);
    REQUIRE(writing);
    const auto reading = Store::open(filled.path, {true});
    REQUIRE(reading);
    const auto source = (*reading)->source();
    LogWriter writer((*writing)->log(), 2);
    REQUIRE(writer.claim());
    CHECK(source->head()->seq == 3);
    std::jthread later([&] {
        for (std::uint64_t i = 0; i < 200; ++i)
            if (!writer.append({"acme2", "k" + std::to_string(i), {"{}"}, {}})) return;
    });
    ReaderState state = source->start();
    std::vector<Hash> hashes;
    while (state.seq < 203) {
        const auto batch = source->read(state, 4096, std::chrono::seconds(20));
        REQUIRE(batch);
        REQUIRE_FALSE(batch->records.empty());
        hashes.insert(hashes.end(), batch->hashes.begin(), batch->hashes.end());
        state = batch->after;
    }
    later.join();
    CHECK(hashes.size() == 203);
    CHECK(hashes.back() == (*writing)->log().head().hash);
    CHECK(*source->head() == state_at_head((*writing)->log()));
}

TEST_CASE("store: a read-only copy shows nothing above the mark") {
    const Filled filled(0);
    std::string early_mark;
    {
        const auto store = Store::open(filled.path);
        REQUIRE(store);
        LogWriter writer((*store)->log());
        REQUIRE(writer.claim());
        for (std::uint64_t i = 0; i < 10; ++i) {
            REQUIRE(writer.append(numbered(i)));
            if (i == 5) early_mark = content_of(filled.path + "/mark");
        }
        put_content(filled.path + "/mark", early_mark);
        const auto copy = Store::open(filled.path, {true});
        REQUIRE(copy);
        CHECK((*copy)->log().head().seq == 6);
        const auto source = (*copy)->source();
        CHECK(source->read(source->start(), 1U << 20U, {})->records.size() == 6);
    }
}
