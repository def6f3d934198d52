#include "tests/support/topic_read.hpp"

#include "ledger/ensure.hpp"
#include "ledger/topic_follower.hpp"

#include <numeric>

namespace tollbook {

TopicRead read_all_of(Topic& topic, const LogIdentity& log, const Uuid& incarnation) {
    ReaderState start;
    start.incarnation = incarnation;
    start.hash = genesis_hash(log.cluster, log.partition);
    TopicFollower follower(topic, log, start, {});
    const Result<std::uint64_t> end = topic.end();
    ensure(end.has_value());
    TopicRead read;
    while (follower.position() < *end) {
        const auto judged = follower.next(std::chrono::seconds(30));
        ensure(judged.has_value() && judged->has_value());
        if (!std::holds_alternative<Dropped>((*judged)->verdict))
            read.taken.push_back((*judged)->bytes);
        const auto* admitted = std::get_if<Admitted>(&(*judged)->verdict);
        if (admitted == nullptr) continue;
        for (std::size_t i = 0; i < admitted->frame.records.size(); ++i) {
            const Record& record = admitted->frame.records[i];
            read.hashes[record.seq] = admitted->frame.hashes[i];
            ++read.commands[record.command.command_id];
        }
    }
    const DropCounts& dropped = follower.dropped();
    read.dropped = std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
    return read;
}

} // namespace tollbook
