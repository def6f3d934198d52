#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tollbook {

// What becomes of bytes that were not synced when the power goes.
enum class Loss {
    drop,    // None is there.
    tear,    // The first so many of each file are.
    reorder, // Any sectors are, whichever came first; zeros between them.
};

enum class FileStep { create, append, write, sync, sync_directory, rename, remove };

// A file system whose power can be cut. It writes through to the real one and remembers what no
// sync covers: bytes, new files whose directory was not synced, renames over older files. After the
// cut every step fails; when all is closed, `lose` makes of the real files what a disk would hold.
// Of a directory's unsynced names, the first so many are there: a journaling file system (ext4,
// XFS) keeps them in order, and RocksDB relies on it (CURRENT never names a MANIFEST that is not
// there).
//
//   auto fs = std::make_shared<FaultFs>();
//   const auto env = rocksdb::NewCompositeEnv(fs);
//   fs->cut_at(17);   // Counted from here: the 17th step is the last, and happens at most in part.
//   ...               // Use `env`, close everything.
//   fs->lose(Loss::tear, seed);
class FaultFs final : public rocksdb::FileSystemWrapper {
public:
    FaultFs();

    const char* Name() const override { return "FaultFs"; }

    void cut_at(std::uint64_t step);

    // Counted from here: that step does nothing and fails, once. A file whose sync failed keeps
    // nothing of what was not synced yet, however well later ones go: so do real kernels. A sync
    // of a MANIFEST is spared, the next step fails: RocksDB 7.8 then removes a table that the
    // MANIFEST may name already, and such a log does not open (docs/operations.md).
    void fail_at(std::uint64_t step);

    // The step that failed so.
    std::optional<FileStep> failed() const;

    void cut();
    bool is_cut() const;
    void lose(Loss loss, std::uint64_t seed);

    std::uint64_t steps() const;
    std::uint64_t syncs() const; // Of files.

    // The next such step on a file whose path ends like this fails so, once.
    void fail_next(FileStep step, const std::string& path_end, const rocksdb::IOStatus& status);
    void set_free_space(std::uint64_t bytes);

    rocksdb::IOStatus NewWritableFile(
        const std::string& path,
        const rocksdb::FileOptions& options,
        std::unique_ptr<rocksdb::FSWritableFile>* file,
        rocksdb::IODebugContext* debug
    ) override;
    rocksdb::IOStatus NewRandomRWFile(
        const std::string& path,
        const rocksdb::FileOptions& options,
        std::unique_ptr<rocksdb::FSRandomRWFile>* file,
        rocksdb::IODebugContext* debug
    ) override;
    rocksdb::IOStatus NewDirectory(
        const std::string& path,
        const rocksdb::IOOptions& options,
        std::unique_ptr<rocksdb::FSDirectory>* directory,
        rocksdb::IODebugContext* debug
    ) override;
    rocksdb::IOStatus DeleteFile(
        const std::string& path, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug
    ) override;
    rocksdb::IOStatus RenameFile(
        const std::string& from,
        const std::string& to,
        const rocksdb::IOOptions& options,
        rocksdb::IODebugContext* debug
    ) override;
    rocksdb::IOStatus GetFreeSpace(
        const std::string& path,
        const rocksdb::IOOptions& options,
        std::uint64_t* free,
        rocksdb::IODebugContext* debug
    ) override;

    // For the files that it hands out.
    struct Step {
        rocksdb::IOStatus status; // What to answer.
        bool happens{};           // Whether to do it, whatever is answered.
    };

    Step take(FileStep step, const std::string& path);
    void appended(const std::string& path, std::uint64_t bytes);
    void truncated(const std::string& path, std::uint64_t size);
    void written(const std::string& path, std::uint64_t offset, const std::string& before);
    void synced(const std::string& path);
    void directory_synced(const std::string& path);

private:
    struct Overwrite {
        std::uint64_t offset{};
        std::string before;
    };

    struct Tracked {
        std::uint64_t size{};
        std::uint64_t synced{};
        std::vector<Overwrite> overwrites;
    };

    struct Fault {
        FileStep step{};
        std::string path_end;
        rocksdb::IOStatus status;
    };

    // A name that its directory's next sync makes lasting.
    struct NewName {
        std::string path;
        std::optional<std::string> before; // What stood under it.
    };

    bool is_new(const std::string& path) const;
    void forget_name(const std::string& path);
    void lose_names(Loss loss, std::mt19937_64& random);
    static void lose_bytes(
        const std::string& path, const Tracked& file, Loss loss, std::mt19937_64& random
    );

    mutable std::mutex mutex_;
    std::map<std::string, Tracked> files_;
    std::map<std::string, std::vector<NewName>> names_; // By directory, the oldest first.
    std::optional<Fault> fault_;
    std::optional<std::uint64_t> free_space_;
    std::optional<FileStep> failed_;
    std::string never_synced_; // The file whose sync failed.
    std::uint64_t steps_{};
    std::uint64_t syncs_{};
    std::uint64_t cut_step_{~std::uint64_t{0}};
    std::uint64_t fail_step_{~std::uint64_t{0}};
    bool cut_{};
};

} // namespace tollbook
