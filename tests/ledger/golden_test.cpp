// The stored formats, byte for byte. When one of these changes, files that exist cannot be read any
// more: a new format version is needed, not a new golden file. A new line of it is made by running
// the test with TOLLBOOK_WRITE_GOLDEN=1. docs/formats.md shows the same bytes.
#include "ledger/export_file.hpp"
#include "ledger/frame.hpp"
#include "ledger/mark.hpp"
#include "ledger/memory_log.hpp"
#include "tests/support/files.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace tollbook;

namespace {

const std::string root = TOLLBOOK_ROOT;

const LogIdentity golden_log{{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17}, 0};
const Uuid golden_incarnation{0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27};
const LeaderId golden_leader{0, 0, 0, 0, 0, 0, 0, 1, 0x30, 0x31, 0x32, 0x33};

std::string hex_of(const std::string& bytes) {
    return hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

// One command of two records: money in the clear, and personal data sealed.
std::vector<Record> golden_command() {
    CommandHeader command;
    command.tenant = "acme";
    command.idempotency_key = "till-1";
    command.command_id = command_id_of("acme", "till-1");
    command.fingerprint = sha256("canonical");
    command.count = 2;
    command.term = 1;
    command.leader = golden_leader;
    command.recorded_at = {1'795'122'300'250'000};
    command.actor = "key:desk";
    command.correlation = "req-7";
    std::vector<Record> records(2);
    for (std::uint32_t i = 0; i < 2; ++i) {
        Record& record = records[i];
        record.command = command;
        record.index = i;
        record.seq = 1 + i;
        record.tenant_seq = 1 + i;
        record.stream = i == 0 ? "wallet:ACC1" : "customer:ACC1";
        record.revision = 1;
        record.event_id = event_id_of("acme", "till-1", i);
        record.type = i == 0 ? "payment_received" : "customer_registered";
        record.schema_version = 1;
        record.effective_at = {1'795'122'295'000'000};
        record.booked_on = *parse_date("2026-11-20");
    }
    records[0].payload = R"({"payment":"till:1","postings":[{"account":"cash:main","minor":5000,)"
                         R"("currency":"KES"},{"account":"wallet:ACC1","minor":-5000,)"
                         R"("currency":"KES"}]})";
    records[1].payload = R"({"customer":"ACC1"})";
    records[1].sealed = Sealed{"customer:ACC1", 3, {1, 2, 3}, "ciphertext"};
    return records;
}

struct Golden {
    std::string name;
    std::string bytes;
};

std::string mark_bytes(const std::string& directory) {
    const std::string path = directory + "/mark";
    rocksdb::Env& env = *rocksdb::Env::Default();
    REQUIRE(MarkFile::create(env, path, {0, genesis_hash(golden_log.cluster, 0)}));
    const auto mark = MarkFile::open(env, path);
    REQUIRE(mark);
    REQUIRE((*mark)->write({2, sha256("two")}));
    return content_of(path);
}

std::vector<Golden> golden_bytes() {
    const ScratchDirectory scratch;
    const std::vector<Record> command = golden_command();
    const Hash genesis = genesis_hash(golden_log.cluster, golden_log.partition);
    const Hash first = record_hash(command[0], golden_log, genesis);
    const Hash second = record_hash(command[1], golden_log, first);
    const auto text = [](const Hash& hash) { return std::string(hash.begin(), hash.end()); };

    MemoryLog log(golden_log, golden_incarnation);
    REQUIRE(log.claim(golden_leader));
    FrameBuilder builder(golden_log, golden_incarnation);
    builder.start(0, genesis);
    REQUIRE(builder.add(command));
    const std::string frame = builder.finish(1, golden_leader);
    REQUIRE(log.append(std::vector<StoredFrame>{{2, frame}}, {2, second}));
    const std::string path = scratch.path + "/export";
    REQUIRE(write_export(log, {state_at_start(log), 0}, path));
    return {
        {"genesis_hash", text(genesis)},
        {"payload_hash_1", text(payload_hash(command[0]))},
        {"payload_hash_2", text(payload_hash(command[1]))},
        {"header_1", header_bytes(command[0], golden_log, genesis)},
        {"record_hash_1", text(first)},
        {"record_hash_2", text(second)},
        {"claim", log.messages_after({0, 0}, 1)->front().bytes},
        {"frame", frame},
        {"mark", mark_bytes(scratch.path)},
        {"export", content_of(path)}};
}

} // namespace

TEST_CASE("golden: the stored formats are what they were") {
    std::string text;
    for (const Golden& golden : golden_bytes())
        text += golden.name + " " + hex_of(golden.bytes) + "\n";
    const std::string path = root + "/tests/golden/formats.txt";
    if (std::getenv("TOLLBOOK_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
    CHECK(text == content_of(path));
}

TEST_CASE("golden: docs/formats.md shows these bytes") {
    std::string shown;
    for (const char c : content_of(root + "/docs/formats.md"))
        if (c != '\n' && c != ' ') shown += c;
    for (const Golden& golden : golden_bytes()) {
        if (golden.name == "export") continue; // Longer than anybody would read.
        CAPTURE(golden.name);
        CHECK(shown.find(hex_of(golden.bytes)) != std::string::npos);
    }
}
