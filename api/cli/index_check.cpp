#include "api/cli/index_check.hpp"

#include <fmt/format.h>

namespace tollbook::api {

Result<IndexCheck> IndexCheck::begin(const IndexReader& index) {
    Result<std::optional<CheckpointMark>> mark = index.mark();
    if (!mark) return mark.error();
    return IndexCheck(index, mark->value_or(CheckpointMark{}));
}

std::string IndexCheck::take(const Record& record, const Hash& hash) {
    if (record.seq > mark_.seq) return {};
    if (record.seq == mark_.seq && hex(hash) != mark_.hash)
        return "the checkpoint is of another history";
    if (record.index != 0) return {};
    const CommandPlace place{record.seq, record.command.count};
    const auto [stands, fresh] = expected_.emplace(record.command.command_id, place);
    if (fresh) return {};
    return fmt::format("its command stands at seq {} too", stands->second.first_seq);
}

Result<std::string> IndexCheck::verdict() {
    std::string problem;
    const Status read =
        index_->derived().each_command([&](const Uuid& id,
                                           const std::optional<CommandPlace>& place) {
            problem = judge(id, place);
            return problem.empty();
        });
    if (!read) return read.error();
    return problem.empty() ? first_missing() : problem;
}

// An entry that is right is not expected any more.
std::string IndexCheck::judge(const Uuid& id, const std::optional<CommandPlace>& place) {
    const std::string name = "the command index, " + to_string(id);
    if (!place) return name + ": the entry cannot be read";
    const auto found = expected_.find(id);
    if (found == expected_.end())
        return fmt::format(
            "{}: it says seq {}, the log has no such command up to seq {}",
            name,
            place->first_seq,
            mark_.seq
        );
    const CommandPlace& log = found->second;
    if (log != *place)
        return fmt::format(
            "{}: it says seq {} with {} records, the log seq {} with {}",
            name,
            place->first_seq,
            place->count,
            log.first_seq,
            log.count
        );
    expected_.erase(found);
    return {};
}

std::string IndexCheck::first_missing() const {
    const Uuid* id = nullptr;
    std::uint64_t seq = 0;
    for (const auto& [missing, place] : expected_) {
        if (id != nullptr && place.first_seq > seq) continue;
        id = &missing;
        seq = place.first_seq;
    }
    if (id == nullptr) return {};
    return fmt::format(
        "the command index, {}: the command at seq {} is not in it ({} are missing)",
        to_string(*id),
        seq,
        expected_.size()
    );
}

} // namespace tollbook::api
