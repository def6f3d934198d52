// What the writer derives from the log and keeps beside it, in one column family: its own rows, the
// decider's rows, the index of idempotency keys, and the mark that says up to where all of them
// hold (docs/decisions/0001-one-derived-family.md).
//
//   'b' + key of a row of the decider     -> its JSON
//   'k' + command id [16]                 -> first seq varint | count varint
//   'm'                                   -> CheckpointMark as JSON
//   'w' + key of a row of the writer      -> its JSON
#pragma once

#include "ledger/decider.hpp"
#include "ledger/error.hpp"
#include "ledger/json.hpp"
#include "ledger/record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct Database;

// Where the records of a command stand.
struct CommandPlace {
    std::uint64_t first_seq{};
    std::uint32_t count{};

    friend bool operator==(const CommandPlace&, const CommandPlace&) = default;
};

struct IndexEntry {
    Uuid command_id{};
    CommandPlace place;
};

inline constexpr std::uint32_t checkpoint_format = 1;

// The state that a checkpoint is of: after the record `seq`, under these versions.
struct CheckpointMark {
    std::uint32_t format{checkpoint_format};
    std::uint32_t decider_version{};
    std::string cluster; // Hex, as are the hashes.
    std::uint64_t seq{};
    std::string hash;
    Timestamp recorded_at;

    friend bool operator==(const CheckpointMark&, const CheckpointMark&) = default;
};
BOOST_DESCRIBE_STRUCT(
    CheckpointMark, (), (format, decider_version, cluster, seq, hash, recorded_at)
)

// What changed between two marks.
struct Checkpoint {
    CheckpointMark mark;
    std::vector<RowImage> decider_rows;
    std::vector<RowImage> writer_rows;
    std::vector<IndexEntry> commands;
};

// The writer reads; one other thread may write a checkpoint meanwhile.
class DerivedStore {
public:
    // `database` outlives it; `directory` is where files are made before they become part of it.
    DerivedStore(const Database& database, std::string directory);
    DerivedStore(const DerivedStore&) = delete;
    DerivedStore& operator=(const DerivedStore&) = delete;
    ~DerivedStore();

    // None: there is no checkpoint.
    Result<std::optional<CheckpointMark>> mark() const;

    const RowStore& decider_rows() const;
    const RowStore& writer_rows() const;

    // Where these commands stand, as far as the checkpoint knows.
    Status find(std::span<const Uuid> ids, std::vector<std::optional<CommandPlace>>& places) const;

    // Every entry of the command index, in the order of the ids; until `visit` returns false. An
    // entry that cannot be read comes without a place.
    Status each_command(
        const std::function<bool(const Uuid& id, const std::optional<CommandPlace>& place)>& visit
    ) const;

    // Rows cannot say why they are not there. Whoever decided on rows asks here before he acts.
    Status reads_held() const;

    // All of it or nothing, and durable on return: one sorted file, taken in with one manifest
    // record. Log appends do not wait for it.
    Status write(const Checkpoint& checkpoint);

    // Forgets everything, the mark too.
    Status clear();

private:
    class Rows;

    const Database& database_;
    std::string directory_;
    mutable std::optional<Error> failed_read_;
    std::unique_ptr<Rows> decider_rows_;
    std::unique_ptr<Rows> writer_rows_;
};

} // namespace tollbook
