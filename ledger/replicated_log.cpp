#include "ledger/replicated_log.hpp"

#include <fmt/format.h>

#include <utility>

namespace tollbook {

ReplicatedLog::ReplicatedLog(Log& local, std::unique_ptr<TopicLink> link, Acknowledgement level)
    : local_(local), link_(std::move(link)), level_(level) {}

Status ReplicatedLog::claim(const LeaderId& leader) { return link_->claim(leader); }

Status ReplicatedLog::take_claim(const ControlMessage&) {
    return Error{Errc::internal, "a replicated log takes claims from its topic alone"};
}

// The disk is asked for room first: what was sent can no longer be refused.
Status ReplicatedLog::append(std::span<const StoredFrame> frames, const Head& head) {
    std::size_t bytes = 0;
    for (const StoredFrame& frame : frames)
        bytes += frame.bytes.size();
    if (const Status room = local_.room_for(bytes); !room) return room;
    if (const Status sent = link_->send(frames); !sent) {
        // A full disk or a silent topic is no refusal any more: the frames are on their way.
        return Error{
            sent.error().code == Errc::read_only ? Errc::store_unavailable : sent.error().code,
            sent.error().detail};
    }
    if (local_.head() == head) return Done{};
    return Error{
        Errc::store_damaged,
        fmt::format("the topic took other frames than ours up to seq {}", head.seq)};
}

Result<std::vector<StoredFrame>> ReplicatedLog::frames_after(
    std::uint64_t seq, std::size_t bytes_max
) const {
    return local_.frames_after(seq, bytes_max);
}

Result<std::vector<StoredFrame>> ReplicatedLog::messages_after(
    const LogCursor& cursor, std::size_t bytes_max
) const {
    return local_.messages_after(cursor, bytes_max);
}

Result<Head> ReplicatedLog::wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const {
    return local_.wait_above(seq, wait);
}

Status ReplicatedLog::barrier() { return link_->barrier(); }

void ReplicatedLog::on_wait(KeepWaiting keep_waiting) { link_->on_wait(std::move(keep_waiting)); }

Status ReplicatedLog::sync_mark() {
    link_->remember();
    return local_.sync_mark();
}

} // namespace tollbook
