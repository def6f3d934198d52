// What becomes of a small log when any byte of it changes, when a file is cut, lost or another one:
// it is refused with the place, or the export is the same. Never shorter, never different.
#include "ledger/export_file.hpp"
#include "ledger/store_handles.hpp"
#include "tests/support/files.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace tollbook;
namespace fs = std::filesystem;

namespace {

// Of what reading rests on, every byte and length is tried (with sanitizers, which are slow, each
// so-manieth: TOLLBOOK_DAMAGE_STEP); of the rest each 64th.
constexpr std::size_t step_where_read = TOLLBOOK_DAMAGE_STEP;
constexpr std::size_t step_elsewhere = 64;
constexpr std::size_t all_cuts_bytes_max = 1'024; // Of a larger file each seventh length.

using Files = std::map<std::string, std::string>; // Path below the directory, content.

std::shared_ptr<rocksdb::Cache> block_cache(Store& store) {
    const Store::Handles& handles = store.handles();
    const auto options = handles.db->GetOptions(handles.database->frames);
    return options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>()->block_cache;
}

// A log as it stands on disk while its node runs: table files of frames and of derived rows, a
// write-ahead log behind them, a checkpoint below the head, both slots of the mark used.
struct Image {
    Image() {
        REQUIRE(rig.open());
        send(0, 4);
        REQUIRE(rig.partition().checkpoint());
        flush();
        send(4, 4);
        REQUIRE(rig.partition().checkpoint());
        flush();
        send(8, 2);
        REQUIRE(rig.store().log().sync_mark());
        send(10, 2);
        cache = block_cache(rig.store());
        note_kinds();
        for (const auto& entry : fs::recursive_directory_iterator(rig.directory()))
            if (entry.is_regular_file() && !is_lock(entry.path()))
                files[fs::relative(entry.path(), rig.directory())] = content_of(entry.path());
        state_hash = rig.state_hash();
        rig.close();
    }

    static bool is_lock(const fs::path& path) {
        return path.filename() == "lock" || path.filename() == "LOCK";
    }

    void send(int first, int count) {
        for (int n = first; n < first + count; ++n)
            REQUIRE(rig.send(add(fmt::format("key-{}", n), std::string(1, "ABC"[n % 3]), n + 1)));
    }

    void flush() {
        const Store::Handles& handles = rig.store().handles();
        REQUIRE(handles.db->Flush({}, handles.database->frames).ok());
    }

    void note_kinds() {
        std::vector<rocksdb::LiveFileMetaData> live;
        rig.store().handles().db->GetLiveFilesMetaData(&live);
        for (const rocksdb::LiveFileMetaData& table : live)
            kinds["log/" + table.relative_filename] = table.column_family_name;
    }

    std::string kind(const std::string& path) const {
        const std::string name = fs::path(path).filename();
        if (const auto table = kinds.find(path); table != kinds.end()) return table->second;
        if (name.starts_with("MANIFEST")) return "manifest";
        if (name.starts_with("OPTIONS")) return "options";
        return name.ends_with(".log") ? "wal" : name;
    }

    std::vector<std::string> paths() const {
        std::vector<std::string> found;
        for (const auto& [path, content] : files)
            if (!content.empty() && !kind(path).starts_with("LOG")) found.push_back(path);
        return found;
    }

    std::size_t step(const std::string& path) const {
        const bool rests = kind(path) != "options" && kind(path) != "derived-0";
        return rests ? step_where_read : step_elsewhere;
    }

    PartitionRig rig;
    std::shared_ptr<rocksdb::Cache> cache;
    std::map<std::string, std::string> kinds;
    Files files;
    Hash state_hash{};
};

const Image& image() {
    static const Image made;
    return made;
}

// The files on a disk of their own.
struct Disk {
    explicit Disk(const Files& files) : env(rocksdb::NewMemEnv(rocksdb::Env::Default())) {
        image().cache->EraseUnRefEntries(); // It knows good blocks of the same files.
        for (const auto& [path, content] : files)
            REQUIRE(rocksdb::WriteStringToFile(env.get(), content, "/data/" + path).ok());
    }

    std::unique_ptr<rocksdb::Env> env;
};

Result<std::string> exported(Store& store) {
    static const ScratchDirectory scratch(ScratchDirectory::in_memory());
    const std::string path = scratch.path + "/export";
    const auto written = write_export(store.log(), {state_at_start(store.log()), 0}, path);
    if (!written) return written.error();
    return content_of(path);
}

Result<std::string> read_only_export(const Files& files) {
    const Disk disk(files);
    const auto store = Store::open("/data", {true, disk.env.get()});
    if (!store) return store.error();
    return exported(**store);
}

// A seq, or a file; at least the part of the store, where RocksDB says no more. Of the write-ahead
// log it has to be the file.
bool names_a_place(const std::string& detail, const std::string& kind) {
    constexpr std::array places{
        "seq ",
        "the log's ",
        "/data/log/",
        "/data/mark",
        "/data/identity",
        "/data holds",
        "CURRENT"};
    const auto says = [&](const char* text) { return detail.find(text) != std::string::npos; };
    return std::ranges::any_of(places, says) || (kind != "wal" && says("/data/log: "));
}

struct Tally {
    std::size_t refused{};
    std::size_t same{};
};

using Tallies = std::map<std::string, Tally>;

// Tries files of which the one at `path` is damaged.
void try_read(const std::string& path, const Files& files, Tallies& tallies) {
    static const std::string whole = read_only_export(image().files).value();
    const Result<std::string> found = read_only_export(files);
    Tally& tally = tallies[image().kind(path)];
    if (found) {
        REQUIRE(*found == whole);
        ++tally.same;
        return;
    }
    CAPTURE(found.error().detail);
    REQUIRE(
        (found.error().code == Errc::store_damaged || found.error().code == Errc::not_found ||
         found.error().code == Errc::store_newer || found.error().code == Errc::store_foreign)
    );
    REQUIRE(names_a_place(found.error().detail, image().kind(path)));
    ++tally.refused;
}

// A node's start on the files: the checkpoint or a replay, then the whole book and the whole log.
Status start_node(const Files& files) {
    const Disk disk(files);
    const ScratchDirectory key_directory(ScratchDirectory::in_memory());
    const auto store = Store::open("/data", {false, disk.env.get()});
    if (!store) return store.error();
    const auto keys = KeyStore::open(key_directory.path, false);
    REQUIRE(keys);
    const auto partition =
        Partition::open(**store, **keys, std::make_unique<CounterDecider>(1), {});
    if (!partition) return partition.error();
    Hash hash{};
    REQUIRE((*partition)->read([&](const Decider& decider, const Head&) {
        hash = decider.state_hash();
    }));
    REQUIRE(hash == image().state_hash);
    REQUIRE(exported(**store).value() == read_only_export(image().files).value());
    return Done{};
}

void tell(const std::string& what, const Tallies& tallies) {
    std::string text = what;
    for (const auto& [kind, tally] : tallies)
        text += fmt::format("; {} {} refused, {} the same", kind, tally.refused, tally.same);
    MESSAGE(text);
}

} // namespace

TEST_CASE("damage: the image has every kind of file") {
    std::set<std::string> kinds;
    for (const std::string& path : image().paths())
        kinds.insert(image().kind(path));
    for (const char* kind :
         {"CURRENT", "derived-0", "identity", "log-0", "manifest", "mark", "wal"})
        CHECK(kinds.contains(kind));
    CHECK(read_only_export(image().files).value().size() > 2'000);
}

// Never the top bit of a byte: in a table's properties RocksDB takes one for the kind of a block
// before it looks at their sum, and as Debian builds it (with assertions) ends the process there.
TEST_CASE("damage: any changed byte is refused with its place, or changes nothing") {
    Tallies tallies;
    for (const std::string& path : image().paths()) {
        CAPTURE(path);
        const std::size_t size = image().files.at(path).size();
        for (std::size_t at = 0; at < size; at += image().step(path)) {
            CAPTURE(at);
            Files files = image().files;
            files[path][at] ^= static_cast<char>(1U << (at % 7));
            try_read(path, files, tallies);
        }
    }
    tell("flips", tallies);
    for (const char* kind : {"CURRENT", "identity", "log-0", "manifest", "mark", "wal"})
        CHECK(tallies[kind].refused > 0);
    CHECK(tallies["derived-0"].same > 0);
}

TEST_CASE("damage: a file that is cut is refused with its place, or changes nothing") {
    Tallies tallies;
    for (const std::string& path : image().paths()) {
        CAPTURE(path);
        const std::size_t size = image().files.at(path).size();
        const std::size_t step = size > all_cuts_bytes_max ? 7 : 1;
        for (std::size_t left = 0; left < size; left += step * image().step(path)) {
            CAPTURE(left);
            Files files = image().files;
            files[path].resize(left);
            try_read(path, files, tallies);
        }
    }
    tell("cuts", tallies);
    for (const char* kind :
         {"CURRENT", "derived-0", "identity", "log-0", "manifest", "mark", "wal"})
        CHECK(tallies[kind].refused > 0);
}

TEST_CASE("damage: a file that is lost or another one is refused, or changes nothing") {
    Tallies lost;
    Tallies swapped;
    const std::vector<std::string> paths = image().paths();
    for (const std::string& path : paths) {
        CAPTURE(path);
        Files files = image().files;
        files.erase(path);
        try_read(path, files, lost);
        for (const std::string& other : paths) {
            if (other <= path) continue;
            CAPTURE(other);
            files = image().files;
            std::swap(files.at(path), files.at(other));
            try_read(path, files, swapped);
        }
    }
    tell("lost", lost);
    tell("swapped", swapped);
    for (const char* kind : {"CURRENT", "identity", "log-0", "manifest", "mark", "wal"})
        CHECK(lost[kind].refused > 0);
    CHECK(lost["options"].same > 0);
    CHECK(swapped["log-0"].refused > 0);
    CHECK(swapped["options"].same > 0);
}

TEST_CASE("damage: a node that starts on it has the same log and the same book, or does not start"
) {
    constexpr std::size_t starts_every = 61;
    Tallies tallies;
    REQUIRE(start_node(image().files));
    std::size_t place = 0;
    for (const std::string& path : image().paths()) {
        if (image().kind(path) == "options") continue;
        CAPTURE(path);
        const std::size_t size = image().files.at(path).size();
        for (; place < size; place += starts_every) {
            CAPTURE(place);
            Files files = image().files;
            files[path][place] ^= static_cast<char>(1U << (place % 7));
            const Status started = start_node(files);
            Tally& tally = tallies[image().kind(path)];
            started ? ++tally.same : ++tally.refused;
        }
        place -= size;
    }
    tell("starts", tallies);
    CHECK(tallies["log-0"].refused > 0);
    CHECK(tallies["wal"].refused > 0);
    CHECK(tallies["mark"].same > 0);
}
