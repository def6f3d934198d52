#pragma once

#include "ledger/error.hpp"
#include "ledger/log.hpp"
#include "ledger/record.hpp"
#include "ledger/source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace rocksdb {
class Env;
}

namespace tollbook {

// Tests alone set one, to prove that the power cut tests would notice it.
enum class Sabotage { none, append_without_sync, mark_before_sync };

struct StoreOptions {
    bool read_only{};    // Beside a running node, or on a copy. Writes nothing at all.
    rocksdb::Env* env{}; // Tests put a fault-injecting file system here; null: the real one.
    std::size_t write_buffer_bytes{64U << 20U};
    Sabotage sabotage{};

    // About once a second, and the mark with it: a topic holds what was answered.
    bool sync_lazily{};

    // So many bytes of frames at once go into a file of their own: a log that is filled.
    std::size_t frame_file_bytes_min{16U << 20U};
};

// One data directory's log: `<directory>/log` (RocksDB: one column family per partition for the
// frames, one for what is derived), `<directory>/mark` (the high-water mark: two alternating slots)
// `<directory>/identity` (format version, cluster id, incarnation, partitions) and
// `<directory>/lock`.
// Opening refuses with not_found (no store here), store_locked (another process writes),
// store_newer (a later format), store_foreign (log and identity disagree), store_damaged (a hole, a
// bad frame at the tail, a head below the mark; the detail names the place).
class Store {
public:
    // Makes an empty one with a fresh cluster id; refuses a directory that holds one already with
    // store_foreign.
    static Status create(const std::string& directory, StoreOptions options = {});

    // The same for a log that stands elsewhere already, to be filled from there.
    static Status create_for(
        const std::string& directory,
        const LogIdentity& log,
        const Uuid& incarnation,
        StoreOptions options = {}
    );

    static Result<std::unique_ptr<Store>> open(
        const std::string& directory, StoreOptions options = {}
    );

    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store();

    LogIdentity identity() const;
    const Uuid& incarnation() const;
    Log& log();

    // Its records as the reader rule admits them, tailing. Opened read-only, it ends at the mark
    // that the writer last wrote, so that it shows nothing that a power cut could take back, and
    // finds what was written since by opening again.
    std::unique_ptr<Source> source();

    // How often something had to be mended at open: a damaged write-ahead log, a hole above the
    // mark of a log that is synced lazily.
    std::uint64_t recoveries() const;

    // For ledger/ alone: the column families behind it.
    struct Handles;
    Handles& handles();

private:
    explicit Store(std::unique_ptr<Handles> handles);
    std::unique_ptr<Handles> handles_;
};

} // namespace tollbook
