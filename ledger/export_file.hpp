// The one format of export, backup, archive and verifier. Messages stand in it as they are stored.
//
//   file    = header sum | (message sum)* | trailer sum
//   header  = magic "TBEXPORT" | format version u32 | cluster [16] | incarnation [16]
//           | partition u32 | term u64 | leader [24] | seq u64 | hash [32]
//             (from term on: the reader state before the first message)
//   message = length u32, not 0 | a frame or control message
//   trailer = 0 u32 | last seq u64 | its hash [32]
//   sum     = the first 8 bytes of SHA-256(the sum before, if there is one | the piece)
#pragma once

#include "ledger/guarded.hpp"
#include "ledger/log.hpp"
#include "ledger/source.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

inline constexpr std::uint32_t export_format_version = 1;
inline constexpr std::size_t export_sum_bytes = 8;

struct ExportRange {
    ReaderState from;         // Behind it; `state_at_start` for everything.
    std::uint64_t upto_seq{}; // The frame that holds it is the last; 0: up to the head.
};

struct ExportSummary {
    std::uint64_t first_seq{}; // last_seq + 1 when there is nothing in the range.
    std::uint64_t last_seq{};
    Hash last_hash{};
    std::uint64_t bytes{};
};

// Writes what the log holds of the range. The file appears under its name when it is whole and
// synced; an older one of that name is replaced.
Result<ExportSummary> write_export(
    const Log& log, const ExportRange& range, const std::string& path
);

// An export as a source. Opening reads it once and holds it against its checksum; reading applies
// the reader rule. Thread-safe.
class ExportFile final : public Source {
public:
    // Refuses with not_found, store_newer or store_damaged; the detail names the file and the seq
    // up to which it is good.
    static Result<std::unique_ptr<ExportFile>> open(const std::string& path);

    LogIdentity identity() const override { return identity_; }

    std::uint64_t bytes() const { return bytes_; }

    ReaderState start() const override { return start_; }

    Result<ReaderState> head() override { return head_; }

    // The messages behind the cursor as they stand in the file, up to about `bytes_max`, at least
    // one frame if there is one.
    Result<std::vector<StoredFrame>> messages_after(const LogCursor& cursor, std::size_t bytes_max);

    // Never waits: nothing comes after an export.
    Result<Batch> read(
        const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
    ) override;

private:
    struct Entry {
        std::uint64_t seq{};
        std::uint64_t term{}; // Of a claim; 0: a frame. Entries are sorted by (seq, term).
        std::uint64_t offset{};
        std::uint32_t length{};
    };

    explicit ExportFile(std::ifstream file) : file_(std::move(file)) {}

    Status index(std::ifstream& file);
    Status read_header(std::string_view bytes);
    Status add(std::string_view message, std::uint64_t offset);
    Result<std::string> message(const Entry& entry);
    Status check(const ReaderState& from);

    LogIdentity identity_;
    ReaderState start_;
    ReaderState head_;
    std::uint64_t bytes_{};
    std::vector<Entry> entries_;
    Guarded<std::ifstream> file_;
};

} // namespace tollbook
