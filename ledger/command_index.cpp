#include "ledger/command_index.hpp"

#include "ledger/ensure.hpp"

#include <utility>

namespace tollbook {

std::optional<CommandPlace> CommandIndex::find_recent(const Uuid& id) const {
    for (const Places* places : {&recent_, &flushing_}) {
        const auto found = places->find(id);
        if (found != places->end()) return found->second;
    }
    return std::nullopt;
}

std::vector<IndexEntry> CommandIndex::take() {
    ensure(flushing_.empty());
    flushing_ = std::exchange(recent_, {});
    std::vector<IndexEntry> entries;
    entries.reserve(flushing_.size());
    for (const auto& [id, place] : flushing_)
        entries.push_back({id, place});
    return entries;
}

} // namespace tollbook
