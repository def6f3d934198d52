#include "ledger/memory_log.hpp"

#include "ledger/append_check.hpp"
#include "ledger/ensure.hpp"

namespace tollbook {

MemoryLog::MemoryLog(const LogIdentity& identity, const Uuid& incarnation)
    : identity_(identity)
    , incarnation_(incarnation)
    , head_(Head{0, genesis_hash(identity.cluster, identity.partition)}) {}

LogIdentity MemoryLog::identity() const { return identity_; }

Uuid MemoryLog::incarnation() const { return incarnation_; }

Status MemoryLog::take_claim(const ControlMessage& claim) {
    ensure(claim.envelope.fencing_term == leadership().term + 1);
    const Head head = head_.get();
    state_.with([&](State& state) {
        state.leadership = {claim.envelope.fencing_term, claim.envelope.leader};
        state.messages[{head.seq, claim.envelope.fencing_term}] = encode_control(claim);
    });
    return Done{};
}

Leadership MemoryLog::leadership() const {
    return state_.with([](const State& state) { return state.leadership; });
}

Status MemoryLog::append(std::span<const StoredFrame> frames, const Head& head) {
    ensure(extends(frames, head_.get(), head, leadership()));
    state_.with([&](State& state) {
        for (const StoredFrame& frame : frames)
            state.messages[{frame.last_seq, 0}] = frame.bytes;
    });
    head_.set(head);
    return Done{};
}

Head MemoryLog::head() const { return head_.get(); }

Result<std::vector<StoredFrame>> MemoryLog::frames_after(std::uint64_t seq, std::size_t bytes_max)
    const {
    std::vector<StoredFrame> found;
    std::size_t bytes = 0;
    state_.with([&](const State& state) {
        for (auto at = state.messages.upper_bound({seq, ~0ULL});
             at != state.messages.end() && (found.empty() || bytes < bytes_max);
             ++at) {
            if (at->first.second != 0) continue;
            found.push_back({at->first.first, at->second});
            bytes += at->second.size();
        }
    });
    return found;
}

Result<std::vector<StoredFrame>> MemoryLog::messages_after(
    const LogCursor& cursor, std::size_t bytes_max
) const {
    std::vector<StoredFrame> found;
    std::size_t bytes = 0;
    state_.with([&](const State& state) {
        for (auto at = state.messages.upper_bound({cursor.seq, cursor.term});
             at != state.messages.end() && (found.empty() || bytes < bytes_max);
             ++at) {
            found.push_back({at->first.first, at->second});
            bytes += at->second.size();
        }
    });
    return found;
}

Result<Head> MemoryLog::wait_above(std::uint64_t seq, std::chrono::milliseconds wait) const {
    return head_.wait_above(seq, wait);
}

Status MemoryLog::room_for(std::size_t) const { return Done{}; }

Status MemoryLog::sync_mark() { return Done{}; }

} // namespace tollbook
