#include "ledger/first_receipts.hpp"

#include <fmt/format.h>

#include <pthread.h>
#include <utility>

namespace tollbook {

namespace {

Receipt receipt_at(
    const Frame& frame, std::size_t first, const CommandPlace& place, Acknowledgement level
) {
    const std::size_t last = first + place.count - 1;
    const Record& record = frame.records[first];
    Receipt receipt{
        frame.envelope.partition,
        place.first_seq,
        frame.records[last].seq,
        record.command.term,
        frame.hashes[last],
        level,
        true,
        {}};
    for (std::size_t i = first; i <= last; ++i) {
        const Record& event = frame.records[i];
        receipt.events.push_back({event.event_id, event.type, event.stream, event.revision});
    }
    return receipt;
}

} // namespace

FirstReceipts::FirstReceipts(const Log& log)
    : log_(log), thread_([this](const std::stop_token& stop) { run(stop); }) {}

FirstReceipts::~FirstReceipts() = default; // Stops and joins.

void FirstReceipts::answer(std::unique_ptr<PendingCommand> command, const CommandPlace& place) {
    {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back({std::move(command), place});
    }
    changed_.notify_one();
}

void FirstReceipts::run(const std::stop_token& stop) {
    (void)::pthread_setname_np(::pthread_self(), "receipts");
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
        const Repeat repeat = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        repeat.command->answer(read(repeat));
        lock.lock();
    }
}

Result<Receipt> FirstReceipts::read(const Repeat& repeat) {
    if (const Status loaded = load(repeat.place.first_seq); !loaded) return loaded.error();
    const std::size_t at = repeat.place.first_seq - frame_->envelope.first_seq;
    const bool whole = repeat.place.count > 0 && at + repeat.place.count <= frame_->records.size();
    if (!whole || frame_->records[at].command.command_id != repeat.command->id)
        return Error{
            Errc::store_damaged, fmt::format("the index misplaces seq {}", repeat.place.first_seq)};
    if (frame_->records[at].command.fingerprint != repeat.command->fingerprint)
        return Error{Errc::idempotency_key_reused, {}};
    return receipt_at(*frame_, at, repeat.place, log_.acknowledgement());
}

Status FirstReceipts::load(std::uint64_t seq) {
    if (frame_ && frame_->envelope.first_seq <= seq && seq <= frame_->envelope.last_seq)
        return Done{};
    const Result<std::vector<StoredFrame>> found = log_.frames_after(seq - 1, 1);
    if (!found) return found.error();
    if (found->empty()) return Error{Errc::store_damaged, fmt::format("seq {} is gone", seq)};
    Result<Frame> frame = decode_frame(found->front().bytes);
    if (!frame) return frame.error();
    if (frame->envelope.first_seq > seq)
        return Error{Errc::store_damaged, fmt::format("seq {} is gone", seq)};
    frame_ = std::move(*frame);
    return Done{};
}

} // namespace tollbook
