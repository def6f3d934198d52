#include "ledger/recovery.hpp"

#include "ledger/frame.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

constexpr std::size_t replay_bytes = 4U << 20U;

// Whether the log has that very record at the end of a frame.
Result<bool> stands_in(const Log& log, const CheckpointMark& mark) {
    if (mark.seq > log.head().seq) return false;
    if (mark.seq == 0) return mark.hash == hex(state_at_start(log).hash);
    const Result<std::vector<StoredFrame>> found = log.frames_after(mark.seq - 1, 1);
    if (!found) return found.error();
    if (found->empty() || found->front().last_seq != mark.seq) return false;
    const Result<Frame> frame = decode_frame(found->front().bytes);
    if (!frame) return frame.error();
    return hex(frame->hashes.back()) == mark.hash;
}

// Answers with the seq of the checkpoint, or 0.
Result<std::uint64_t> restore(WriterState& state, DerivedStore& derived, const Log& log) {
    const auto mark = derived.mark();
    if (!mark) return mark.error();
    bool fits = mark->has_value() && state.fits(**mark);
    if (fits) {
        const Result<bool> stands = stands_in(log, **mark);
        if (!stands) return stands.error();
        fits = *stands;
    }
    if (fits) {
        if (const Status restored = state.restore(**mark); !restored) return restored.error();
        state.attach();
        return (*mark)->seq;
    }
    if (const Status cleared = derived.clear(); !cleared) return cleared.error();
    state.settle(state_at_start(log).hash);
    state.attach();
    return std::uint64_t{0};
}

Status replay(WriterState& state, const StoredFrame& stored) {
    const Result<Frame> frame = decode_frame(stored.bytes);
    if (!frame) return frame.error();
    if (frame->previous != state.head().hash)
        return Error{
            Errc::store_damaged,
            fmt::format("the chain is broken behind seq {}", state.head().seq)};
    for (std::size_t i = 0; i < frame->records.size(); ++i) {
        const Status taken = state.replay(frame->records[i], frame->hashes[i]);
        if (!taken) return taken.error();
    }
    state.forget_undo();
    return Done{};
}

Status replay_some(WriterState& state, const Log& log) {
    const auto frames = log.frames_after(state.head().seq, replay_bytes);
    if (!frames) return frames.error();
    for (const StoredFrame& frame : *frames)
        if (const Status taken = replay(state, frame); !taken) return taken.error();
    return Done{};
}

} // namespace

Status catch_up(WriterState& state, const Log& log) {
    while (state.head().seq < log.head().seq)
        if (const Status taken = replay_some(state, log); !taken) return taken;
    return Done{};
}

Result<Recovery> recover(
    WriterState& state, DerivedStore& derived, const Log& log, std::uint64_t checkpoint_records
) {
    const Result<std::uint64_t> restored = restore(state, derived, log);
    if (!restored) return restored.error();
    Recovery recovery{*restored, 0};
    std::uint64_t checkpoint_seq = *restored;
    while (state.head().seq < log.head().seq) {
        if (const Status taken = replay_some(state, log); !taken) return taken.error();
        if (state.head().seq - checkpoint_seq < checkpoint_records) continue;
        checkpoint_seq = state.head().seq;
        if (const Status written = derived.write(state.take_checkpoint()); !written)
            return written.error();
        state.flushed();
    }
    if (const Status held = derived.reads_held(); !held) return held.error();
    if (state.head() != log.head())
        return Error{Errc::store_damaged, "the replayed log ends elsewhere than its head"};
    recovery.replayed = state.head().seq - recovery.checkpoint_seq;
    return recovery;
}

} // namespace tollbook
