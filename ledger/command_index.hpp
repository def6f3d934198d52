#pragma once

#include "ledger/derived_store.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstring>
#include <optional>
#include <span>
#include <vector>

namespace tollbook {

// Where every accepted command stands: what came after the last checkpoint in memory, the rest in
// the derived store. The writer's thread alone.
class CommandIndex {
public:
    explicit CommandIndex(const DerivedStore& store) : store_(store) {}

    // What the last checkpoint knows, for a group at once. `find_recent` comes first.
    Status find_flushed(std::span<const Uuid> ids, std::vector<std::optional<CommandPlace>>& places)
        const {
        return store_.find(ids, places);
    }

    // What was added since.
    std::optional<CommandPlace> find_recent(const Uuid& id) const;

    void add(const Uuid& id, const CommandPlace& place) { recent_.insert_or_assign(id, place); }

    void remove(const Uuid& id) { recent_.erase(id); }

    // The entries that the next checkpoint takes along; they stay in memory until `flushed`.
    std::vector<IndexEntry> take();

    void flushed() { flushing_ = {}; }

private:
    // Command ids are hashes already.
    struct IdHash {
        using is_avalanching = void; // NOLINT(readability-identifier-naming)

        std::size_t operator()(const Uuid& id) const noexcept {
            std::size_t hash = 0;
            std::memcpy(&hash, id.data() + 8, sizeof(hash));
            return hash;
        }
    };

    using Places = boost::unordered_flat_map<Uuid, CommandPlace, IdHash>;

    const DerivedStore& store_;
    Places recent_;
    Places flushing_;
};

} // namespace tollbook
