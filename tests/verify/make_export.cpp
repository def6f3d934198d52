// make_export OUT COMMANDS FORK_AT UNBALANCED: writes an export of so many commands, the same at
// every call; from command FORK_AT on they are other ones, and the postings of command UNBALANCED
// do not sum to zero (0: all do). Prints where each record stands in the file, and the receipts.
#include "ledger/export_file.hpp"
#include "ledger/memory_log.hpp"
#include "tests/support/log_writer.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

using namespace tollbook;

namespace {

constexpr std::size_t file_head_bytes = 120 + export_sum_bytes;
constexpr std::size_t frame_head_bytes = 124;
constexpr std::size_t check_bytes = 4;

struct Plan {
    std::uint64_t commands{};
    std::uint64_t fork_at{};
    std::uint64_t unbalanced{};
};

std::string payload(const Plan& plan, std::uint64_t number, int part) {
    const std::uint64_t minor = 100 * number + (number >= plan.fork_at ? 1 : 0);
    const std::uint64_t other = minor + (number == plan.unbalanced ? 1 : 0);
    return fmt::format(
        R"({{"charge":"C{}-{}","postings":[{{"account":"wallet:ACC{}","minor":{},"currency":"KES"}},)"
        R"({{"account":"revenue:period","minor":-{},"currency":"KES"}}]}})",
        number,
        part,
        number % 5,
        minor,
        other
    );
}

TestCommand command(const Plan& plan, std::uint64_t number) {
    TestCommand made{
        number % 4 == 0 ? "other" : "acme",
        fmt::format("key-{}", number),
        {payload(plan, number, 0)},
        number % 3 == 0 ? "\x01sealed\xff" + std::to_string(number) : ""};
    if (number % 2 == 0) made.payloads.push_back(payload(plan, number, 1));
    if (number % 7 == 0) made.payloads.push_back(R"({"note":"nothing moved"})");
    return made;
}

// Where a record ends: behind its payload, its sealed part and its hash.
std::size_t end_of(const std::string& frame, const Record& record, std::size_t from) {
    std::size_t end = frame.find(record.payload, from) + record.payload.size();
    if (record.sealed)
        end = frame.find(record.sealed->ciphertext, end) + record.sealed->ciphertext.size();
    return end + check_bytes;
}

void describe(const Log& log, const std::vector<Record>& records, const std::vector<Hash>& hashes) {
    std::string out = "{\"records\":[";
    std::string receipts;
    std::size_t offset = file_head_bytes;
    std::size_t next = 0;
    const auto messages = log.messages_after({0, 0}, ~std::size_t{0});
    for (const StoredFrame& message : *messages) {
        offset += 4;
        std::size_t at = frame_head_bytes;
        while (!is_control(message.bytes) && next < records.size() &&
               records[next].seq <= message.last_seq) {
            const Record& record = records[next];
            const std::size_t end = end_of(message.bytes, record, at);
            out += fmt::format(
                "{}{{\"seq\":{},\"frame\":{},\"begin\":{},\"end\":{},\"index\":{},\"count\":{}}}",
                next == 0 ? "" : ",",
                record.seq,
                offset,
                offset + at,
                offset + end,
                record.index,
                record.command.count
            );
            if (record.index + 1 == record.command.count)
                receipts += fmt::format(
                    "{}{{\"partition\":0,\"first_seq\":{},\"last_seq\":{},\"term\":{},\"hash\":\"{}"
                    "\"}}",
                    receipts.empty() ? "" : ",",
                    record.seq - record.index,
                    record.seq,
                    record.command.term,
                    hex(hashes[next])
                );
            at = end;
            ++next;
        }
        offset += message.bytes.size() + export_sum_bytes;
    }
    fmt::print("{}],\"receipts\":[{}]}}\n", out, receipts);
}

int run(const std::string& path, const Plan& plan) {
    MemoryLog log({{0xC1, 0x05}, 0}, {0x1C});
    LogWriter writer(log);
    std::vector<Record> records;
    Status done = writer.claim();
    for (std::uint64_t number = 1; done && number <= plan.commands;) {
        std::vector<TestCommand> frame;
        for (std::uint64_t size = 1 + number % 3; size > 0 && number <= plan.commands; --size)
            frame.push_back(command(plan, number++));
        done = writer.append({frame});
        for (const Record& record : writer.records())
            records.push_back(record);
        if (done && number % 5 == 0) done = writer.claim();
    }
    const Result<ExportSummary> written =
        done ? write_export(log, {state_at_start(log), 0}, path) : done.error();
    if (!written) {
        fmt::print(stderr, "{}\n", written.error().detail);
        return 1;
    }
    std::vector<Hash> hashes;
    Hash hash = genesis_hash(log.identity().cluster, 0);
    for (const Record& record : records)
        hashes.push_back(hash = record_hash(record, log.identity(), hash));
    describe(log, records, hashes);
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        fmt::print(stderr, "make_export OUT COMMANDS FORK_AT UNBALANCED\n");
        return 2;
    }
    const auto number = [&](int i) { return std::strtoull(arguments[i], nullptr, 10); };
    return run(arguments[1], {number(2), number(3), number(4)});
}
