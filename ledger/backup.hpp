// A backup: a directory of export files (ledger/export_file.hpp) that run on from each other, the
// first from the genesis on.
//
//   book-<first seq>-<last seq>.tbx      seqs of 12 digits or more
//
// The files are all there is to it; what is known of a backup is read from them. A file appears
// whole and synced: `book-....tbx.partial` is one that was not finished. A file from the genesis on
// stands for every other file that ends no later (a full one was made, and its maker died before he
// removed them): those are passed over.
#pragma once

#include "ledger/export_file.hpp"
#include "ledger/guarded.hpp"
#include "ledger/log.hpp"
#include "ledger/source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

struct BackupFile {
    std::string path;
    std::uint64_t bytes{};
    ReaderState from; // Where a reader stands before it,
    ReaderState to;   // and behind it.
    Timestamp first_recorded_at;
    Timestamp last_recorded_at;
};

// The files of a backup as one source. Thread-safe.
class Backup final : public Source {
public:
    // Reads every file once and holds it against its sums, its name and the file before it. Refuses
    // with not_found (no backup there), store_foreign (a file of another cluster or incarnation
    // than the first), store_newer, store_damaged; the detail names the file.
    static Result<std::unique_ptr<Backup>> open(const std::string& directory);

    const std::vector<BackupFile>& files() const { return files_; }

    // The file that holds the record; the last one for what lies behind.
    const BackupFile& file_of(std::uint64_t seq) const;

    LogIdentity identity() const override { return identity_; }

    ReaderState start() const override { return files_.front().from; }

    Result<ReaderState> head() override { return files_.back().to; }

    // Never waits. Refuses with store_damaged; the detail names the file.
    Result<Batch> read(
        const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
    ) override;

private:
    Status take(const std::string& path);

    // The file that was read last: a backup may have more files than a process may open.
    struct Opened {
        std::string path;
        std::unique_ptr<ExportFile> file;
    };

    LogIdentity identity_;
    std::vector<BackupFile> files_;
    Guarded<Opened> opened_;
};

// What a write to a backup came to.
struct BackupStep {
    std::string path; // Of the new file; empty: nothing is new since the last one.
    ExportSummary summary;
};

enum class BackupKind {
    incremental, // What came since the last file.
    full,        // Everything, in a file that takes the place of all others.
};

// Adds a file with what the log has to the backup in the directory, which is made when there is
// none. Refuses with store_locked while another does so, with store_foreign when the backup is of
// another cluster or incarnation, or goes beyond the log, and as `Backup::open` does; a full one
// replaces files that are damaged. What an earlier write left unfinished is removed.
Result<BackupStep> write_backup(const Log& log, const std::string& directory, BackupKind kind);

// For ledger/ alone: the name of a file, and what is in a directory.
struct BackupName {
    std::uint64_t first_seq{};
    std::uint64_t last_seq{};
};

struct BackupListing {
    std::vector<std::string> files;      // Those that count, in order.
    std::vector<std::string> superseded; // Those that a full one stands for.
    std::vector<std::string> unfinished;
};

std::string backup_name(const BackupName& name);
std::optional<BackupName> parse_backup_name(std::string_view name);
Result<BackupListing> list_backup(const std::string& directory);

} // namespace tollbook
