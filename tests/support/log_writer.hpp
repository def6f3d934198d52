#pragma once

#include "ledger/frame.hpp"
#include "ledger/log.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace tollbook {

// What the tests say of one command; the writer adds its place.
struct TestCommand {
    std::string tenant{"acme"};
    std::string key;
    std::vector<std::string> payloads; // One record each.
    std::string personal;              // Sealed with the first record, when not empty.
};

// The least that a partition writer does: it claims, places records, builds frames, appends.
// Everything follows from the log's identity and what it is told, so a second run makes the same.
class LogWriter {
public:
    explicit LogWriter(Log& log, std::uint8_t node = 1);

    Status claim();

    // Each inner list is one frame; all of them one group.
    Status append(const std::vector<std::vector<TestCommand>>& frames);

    Status append(const TestCommand& command) { return append({{command}}); }

    // The last append: bytes of its frames, and its records.
    const std::vector<StoredFrame>& frames() const { return frames_; }

    const std::vector<Record>& records() const { return records_; }

    std::vector<Record> place(const TestCommand& command, std::uint64_t after_seq);

    Timestamp now{1'795'000'000'000'000}; // Of the next command; it advances.

private:
    Log& log_;
    LeaderId leader_{};
    FrameBuilder builder_;
    std::map<std::string, std::uint64_t> tenant_seqs_;
    std::map<std::string, std::uint64_t> revisions_;
    std::vector<StoredFrame> frames_;
    std::vector<Record> records_;
};

// A small command, different for each number.
TestCommand numbered(std::uint64_t number, std::size_t payload_bytes = 40);

// A command of random shape and content: any string lengths, extreme numbers, sealed or not.
std::vector<Record> random_command(
    std::mt19937_64& random, std::uint64_t after_seq, std::uint64_t tenant_seq
);

} // namespace tollbook
