#include "ledger/local_source.hpp"

#include "ledger/frame.hpp"
#include "ledger/parallel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tollbook {

namespace {

Error not_ours(const ReaderState& from, std::string_view why) {
    return {Errc::store_damaged, fmt::format("a reader at seq {}: {}", from.seq, why)};
}

// A frame of a batch, decoded before it is its turn.
using Decoded = std::optional<Result<Frame>>;

// Nothing for a control message. Each frame holds all that its decoding needs, so several may be
// decoded at once; whether one follows the other is judged after that.
std::vector<Decoded> decode_all(std::span<const StoredFrame> messages) {
    std::vector<Decoded> decoded(messages.size());
    for_each_in_parallel(messages.size(), [&](std::size_t i) {
        if (!is_control(messages[i].bytes)) decoded[i] = decode_frame(messages[i].bytes);
    });
    return decoded;
}

Status take(Batch& batch, Verdict verdict) {
    if (const auto* stopped = std::get_if<Stopped>(&verdict)) return stopped->why;
    if (const auto* dropped = std::get_if<Dropped>(&verdict)) {
        if (dropped->reason == DropReason::uninteresting) return Done{};
        return Error{
            Errc::store_damaged,
            fmt::format("behind seq {}: {}", batch.after.seq, to_string(dropped->reason))};
    }
    if (auto* admitted = std::get_if<Admitted>(&verdict)) batch.add(std::move(admitted->frame));
    return Done{};
}

} // namespace

Status take_own(Batch& batch, const LogIdentity& log, std::span<const StoredFrame> messages) {
    std::vector<Decoded> decoded = decode_all(messages);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        Verdict verdict = decoded[i]
                              ? judge_frame(batch.after, log, no_offset, std::move(*decoded[i]))
                              : judge(batch.after, log, {no_offset, messages[i].bytes});
        if (const Status taken = take(batch, std::move(verdict)); !taken) return taken;
    }
    return Done{};
}

LocalSource::LocalSource(const Log& log) : log_(log) {}

LogIdentity LocalSource::identity() const { return log_.identity(); }

ReaderState LocalSource::start() const { return state_at_start(log_); }

Result<ReaderState> LocalSource::head() {
    // A read-only log looks for news when it is asked to wait.
    const Result<Head> now = log_.wait_above(log_.head().seq, std::chrono::milliseconds(0));
    if (!now) return now.error();
    return state_at_head(log_);
}

Result<Batch> LocalSource::read(
    const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
) {
    if (const Status checked = check(from); !checked) return checked.error();
    const Result<Head> head = log_.wait_above(from.seq, wait);
    if (!head) return head.error();
    Batch batch;
    batch.after = from;
    if (head->seq <= from.seq) return batch;
    const auto messages = log_.messages_after({from.seq, from.term}, bytes_max);
    if (!messages) return messages.error();
    if (const Status taken = take_own(batch, log_.identity(), *messages); !taken)
        return taken.error();
    remember(batch.after);
    return batch;
}

// Whether the reader stands in this log: at the end of a frame, with the hash that is there.
Status LocalSource::check(const ReaderState& from) {
    if (knows(from)) return Done{};
    const ReaderState first = start();
    if (from.incarnation != first.incarnation) return not_ours(from, "another incarnation");
    if (from.seq == 0) {
        if (from.hash != first.hash) return not_ours(from, "another cluster or partition");
        return Done{};
    }
    const Result<Head> head = log_.wait_above(from.seq - 1, std::chrono::milliseconds(0));
    if (!head) return head.error();
    if (head->seq < from.seq)
        return not_ours(from, fmt::format("the log ends at seq {}", head->seq));
    const auto frames = log_.frames_after(from.seq - 1, 1);
    if (!frames) return frames.error();
    const Result<Frame> frame = decode_frame(frames->front().bytes);
    if (!frame) return frame.error();
    if (frame->envelope.last_seq != from.seq || frame->last_hash() != from.hash)
        return not_ours(from, "the log has another record there");
    remember(from);
    return Done{};
}

bool LocalSource::knows(const ReaderState& state) const {
    return known_.with([&](const Known& known) {
        return std::ranges::find(known.states, state) != known.states.end();
    });
}

void LocalSource::remember(const ReaderState& state) {
    known_.with([&](Known& known) { known.states.at(known.next++ % known.states.size()) = state; });
}

} // namespace tollbook
