#pragma once

#include "ledger/index_reader.hpp"
#include "ledger/record.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <cstring>
#include <string>

namespace tollbook::api {

// Holds the command index of a checkpoint against the log that it was derived from: each command up
// to the checkpoint stands in the index at its place, and the index has nothing else. Hand it every
// record in order, then ask for the verdict.
class IndexCheck {
public:
    // `index` outlives it. Refuses what cannot be read.
    static Result<IndexCheck> begin(const IndexReader& index);

    // Why the log contradicts the index here; empty: it does not.
    std::string take(const Record& record, const Hash& hash);

    // What is wrong with the index; empty: nothing.
    Result<std::string> verdict();

    // Up to here the index answers; 0: there is no checkpoint.
    std::uint64_t seq() const { return mark_.seq; }

private:
    struct IdHash {                  // Command ids are hashes already.
        using is_avalanching = void; // NOLINT(readability-identifier-naming)

        std::size_t operator()(const Uuid& id) const noexcept {
            std::size_t hash = 0;
            std::memcpy(&hash, id.data() + 8, sizeof(hash));
            return hash;
        }
    };

    IndexCheck(const IndexReader& index, CheckpointMark mark)
        : index_(&index), mark_(std::move(mark)) {}

    std::string judge(const Uuid& id, const std::optional<CommandPlace>& place);
    std::string first_missing() const;

    const IndexReader* index_;
    CheckpointMark mark_;
    boost::unordered_flat_map<Uuid, CommandPlace, IdHash> expected_;
};

} // namespace tollbook::api
