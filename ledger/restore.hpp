#pragma once

#include "ledger/backup.hpp"
#include "ledger/error.hpp"
#include "ledger/log.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rocksdb {
class Env;
}

namespace tollbook {

// What is being restored stands here, below the new data directory, until it is whole.
inline constexpr std::string_view restoring_directory = "restoring";

struct RestoreOptions {
    std::string directory;           // The new data directory.
    std::optional<std::uint64_t> at; // The frame that holds it is the last; none: all.
    bool new_incarnation{};          // Also when nothing is cut: for a topic that was lost.
    std::string keys;                // A directory with keys/ and master.key; empty: none.
    rocksdb::Env* env{};             // As in StoreOptions.
    std::function<void(std::uint64_t seq, std::uint64_t of)> progress;
};

struct RestoreSummary {
    Head head;
    Uuid incarnation{};
    bool is_new_incarnation{};
    bool has_keys{}; // The data directory has the keys of persons, given now or there before.
};

// Makes a store of the backup. Every message is taken by the reader rule, and each file must end
// with the hash that it names. A log that ends before the backup does gets a new incarnation
// (docs/decisions/0007): nobody who knows what came behind takes its frames for those.
// The store appears whole: `identity` is the last thing to get its place in the directory, and what
// fails leaves none. Refuses with store_foreign when the directory holds a store, config_invalid
// for a seq that the backup does not hold or keys that are not there, read_only when the disk is
// full, store_locked while another restore works there, store_damaged.
Result<RestoreSummary> restore_backup(const Backup& backup, const RestoreOptions& options);

} // namespace tollbook
