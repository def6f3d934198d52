#include "ledger/export_file.hpp"
#include "ledger/memory_log.hpp"
#include "tests/support/log_writer.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace tollbook;

namespace {

struct Exported {
    ScratchDirectory scratch;
    std::string path{scratch.path + "/export"};
    MemoryLog log{{{1}, 0}, {2}};
    LogWriter writer{log};
    std::vector<Record> records;

    explicit Exported(std::uint64_t frames) {
        REQUIRE(writer.claim());
        for (std::uint64_t i = 0; i < frames; ++i) {
            REQUIRE(writer.append({{numbered(2 * i), numbered(2 * i + 1)}}));
            for (const Record& record : writer.records())
                records.push_back(record);
            if (i % 3 == 2) REQUIRE(writer.claim());
        }
    }
};

std::vector<Record> read_all(Source& source, std::size_t bytes_max) {
    std::vector<Record> records;
    ReaderState state = source.start();
    while (true) {
        const Result<Batch> batch = source.read(state, bytes_max, {});
        REQUIRE(batch);
        if (batch->records.empty()) return records;
        records.insert(records.end(), batch->records.begin(), batch->records.end());
        state = batch->after;
    }
}

} // namespace

TEST_CASE("export: it is a source of the same records, by the same rule") {
    Exported exported(10);
    const auto summary =
        write_export(exported.log, {state_at_start(exported.log), 0}, exported.path);
    REQUIRE(summary);
    CHECK(summary->last_seq == 20);
    CHECK(summary->last_hash == exported.log.head().hash);
    const auto file = ExportFile::open(exported.path);
    REQUIRE(file);
    CHECK((*file)->identity() == exported.log.identity());
    CHECK(read_all(**file, 1) == exported.records);
    CHECK(read_all(**file, 1U << 20U) == exported.records);
    CHECK((*file)->head()->seq == 20);
    CHECK((*file)->head()->hash == exported.log.head().hash);
}

TEST_CASE("export: a range begins behind a reader's state and ends with a whole frame") {
    Exported exported(10);
    const auto whole = write_export(exported.log, {state_at_start(exported.log), 7}, exported.path);
    REQUIRE(whole);
    CHECK(whole->last_seq == 8);
    const auto first = ExportFile::open(exported.path);
    REQUIRE(first);
    const auto state = (*first)->read((*first)->start(), 1U << 20U, {})->after;
    CHECK(state.seq == 8);
    const auto rest = write_export(exported.log, {state, 0}, exported.path + "2");
    REQUIRE(rest);
    CHECK(rest->first_seq == 9);
    const auto second = ExportFile::open(exported.path + "2");
    REQUIRE(second);
    CHECK(read_all(**second, 100).size() == 12);
    CHECK_FALSE((*second)->read((*first)->start(), 100, {}));
}

TEST_CASE("export: an empty log exports too") {
    Exported exported(0);
    REQUIRE(write_export(exported.log, {state_at_start(exported.log), 0}, exported.path));
    const auto file = ExportFile::open(exported.path);
    REQUIRE(file);
    CHECK(read_all(**file, 100).empty());
    CHECK(*(*file)->head() == (*file)->start());
}

TEST_CASE("export: any flipped bit or cut is noticed when it is opened") {
    Exported exported(3);
    REQUIRE(write_export(exported.log, {state_at_start(exported.log), 0}, exported.path));
    std::ifstream in(exported.path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const std::string good = text.str();
    const auto opens = [&](const std::string& bytes) {
        const std::string path = exported.path + ".changed";
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
        return ExportFile::open(path).has_value();
    };
    REQUIRE(opens(good));
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bytes = good;
        bytes[at] ^= static_cast<char>(1U << (at % 8));
        CAPTURE(at);
        REQUIRE_FALSE(opens(bytes));
        REQUIRE_FALSE(opens(good.substr(0, at)));
    }
    CHECK_FALSE(opens(good + '\0'));
    CHECK(ExportFile::open(exported.path + ".none").error().code == Errc::not_found);
}
