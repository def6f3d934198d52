#include "ledger/command_index.hpp"

#include "ledger/ensure.hpp"

#include <utility>

namespace tollbook {

Status CommandIndex::find(
    std::span<const Uuid> ids, std::vector<std::optional<CommandPlace>>& places
) const {
    if (const Status status = store_.find(ids, places); !status) return status;
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (const auto recent = find_recent(ids[i])) places[i] = recent;
    return Done{};
}

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
