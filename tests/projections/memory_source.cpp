#include "memory_source.hpp"

#include <algorithm>

namespace tollbook {

void MemorySource::add(const std::vector<Told>& command) {
    const std::scoped_lock lock(mutex_);
    Hash previous = state_after(frames_.size()).hash;
    Frame frame;
    for (const Told& told : command) {
        Record record = place(told);
        record.index = static_cast<std::uint32_t>(frame.records.size());
        record.command.count = static_cast<std::uint32_t>(command.size());
        previous = record_hash(record, identity(), previous);
        frame.bytes += record.payload.size() + 200;
        frame.records.push_back(std::move(record));
        frame.hashes.push_back(previous);
    }
    frames_.push_back(std::move(frame));
    added_.notify_all();
}

Record MemorySource::place(const Told& told) {
    Record record;
    record.seq = ++seq_;
    record.command.tenant = told.tenant;
    record.command.idempotency_key = "key-" + std::to_string(record.seq);
    record.command.recorded_at = told.at;
    record.command.actor = "key:test";
    record.command.fingerprint[0] = fork_;
    record.event_id = event_id_of(told.tenant, record.command.idempotency_key, 0);
    record.command.command_id = record.event_id;
    record.tenant_seq = ++tenant_seqs_[told.tenant];
    record.stream = "stream:" + std::to_string(record.seq % 7);
    record.revision = record.seq;
    record.type = type_of(told.event);
    record.schema_version = schema_version_of(told.event);
    record.effective_at = told.at;
    record.booked_on = told.booked_on.value_or(local_day(told.at, "UTC"));
    record.payload = payload_of(told.event);
    if (told.personal) {
        record.sealed.emplace();
        record.sealed->subject = told.personal->empty() ? "gone" : "known";
        record.sealed->ciphertext = *told.personal;
    }
    return record;
}

ReaderState MemorySource::start() const {
    ReaderState state;
    state.hash = genesis_hash(identity().cluster, identity().partition);
    return state;
}

ReaderState MemorySource::state_after(std::size_t frames) const {
    if (frames == 0) return start();
    ReaderState state;
    state.seq = frames_[frames - 1].records.back().seq;
    state.term = 1;
    state.hash = frames_[frames - 1].hashes.back();
    return state;
}

Result<ReaderState> MemorySource::head() {
    const std::scoped_lock lock(mutex_);
    return state_after(frames_.size());
}

Result<std::size_t> MemorySource::frames_before(const ReaderState& from) const {
    const auto last_seq = [](const Frame& frame) { return frame.records.back().seq; };
    const auto next = std::ranges::upper_bound(frames_, from.seq, {}, last_seq);
    const auto count = static_cast<std::size_t>(next - frames_.begin());
    const ReaderState state = state_after(count);
    if (state.seq == from.seq && state.hash == from.hash) return count;
    return Error{Errc::store_damaged, "no state of this log"};
}

Result<Batch> MemorySource::read(
    const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
) {
    std::unique_lock lock(mutex_);
    const Result<std::size_t> known = frames_before(from);
    if (!known) return known.error();
    added_.wait_for(lock, wait, [&] { return *known < frames_.size(); });
    Batch batch;
    batch.after = from;
    std::size_t at = *known;
    if (repeating_ && at < frames_.size()) at = 0;
    for (std::size_t bytes = 0; at < frames_.size() && (bytes == 0 || bytes < bytes_max); ++at) {
        const Frame& frame = frames_[at];
        bytes += frame.bytes;
        batch.records.insert(batch.records.end(), frame.records.begin(), frame.records.end());
        batch.hashes.insert(batch.hashes.end(), frame.hashes.begin(), frame.hashes.end());
        batch.after = state_after(at + 1);
    }
    return batch;
}

Result<std::string> open_told(std::string_view, const Sealed& sealed, const Uuid&) {
    if (sealed.subject == "gone") return Error{Errc::not_found, "forgotten"};
    return sealed.ciphertext;
}

} // namespace tollbook
