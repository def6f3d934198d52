#include "ledger/topic_link.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t round_bytes = 4U << 20U;  // Sent at a time.
constexpr std::size_t store_bytes = 32U << 20U; // Put to the disk at a time.

Error contradiction(std::uint64_t seq, std::string_view why) {
    return {Errc::store_damaged, fmt::format("the topic and the disk at seq {}: {}", seq, why)};
}

} // namespace

TopicLink::TopicLink(TopicLinkParts parts)
    : parts_(std::move(parts))
    , leader_(
          parts_.topic,
          parts_.local.identity(),
          find_remembered(),
          [this](std::uint64_t seq) -> std::optional<Hash> {
              const Result<Hash> hash = hash_in(parts_.local, seq);
              if (!hash) return std::nullopt;
              return *hash;
          },
          [this](const Judged& judged) { return take(judged); }
      ) {
    leader_.sabotage(parts_.sabotage);
}

TopicLink::~TopicLink() { remember(); }

// A state that the log on the disk does not bear out is worth nothing: then all is read again.
ReaderState TopicLink::find_remembered() const {
    const ReaderState start = state_at_start(parts_.local);
    std::ifstream file(parts_.state_file);
    std::string line;
    if (!std::getline(file, line)) return start;
    const Result<ReaderState> state = parse_reader_state(line);
    if (!state || state->incarnation != start.incarnation) return start;
    const Result<Hash> hash = hash_in(parts_.local, state->seq);
    const bool ours = hash && *hash == state->hash && state->term <= parts_.local.leadership().term;
    return ours ? *state : start;
}

void TopicLink::remember() {
    const ReaderState& state = reader().state();
    if (parts_.state_file.empty() || state.offset == no_offset || state == remembered_) return;
    remembered_ = state;
    const std::string next = parts_.state_file + ".new";
    std::ofstream(next) << to_string(state) << '\n';
    std::error_code ignored; // What is not written is read again.
    std::filesystem::rename(next, parts_.state_file, ignored);
}

Status TopicLink::take(const Judged& judged) {
    if (const auto* admitted = std::get_if<Admitted>(&judged.verdict))
        return take_frame(judged, admitted->frame);
    const auto* claimed = std::get_if<Claimed>(&judged.verdict);
    if (claimed == nullptr || claimed->term <= parts_.local.leadership().term) return Done{};
    taken_.push_back({{reader().state().seq, judged.bytes}, {}});
    return Done{};
}

Status TopicLink::take_frame(const Judged& judged, const Frame& frame) {
    const Head head = taken_upto_.value_or(parts_.local.head());
    if (frame.envelope.last_seq <= head.seq) return Done{}; // Compared where the reader stops.
    if (growth_ == Growth::refused)
        return contradiction(frame.envelope.first_seq, "the disk lacks what the topic has");
    if (frame.envelope.first_seq <= head.seq)
        return contradiction(frame.envelope.first_seq, "a frame ends elsewhere");
    if (frame.envelope.first_seq == head.seq + 1 && frame.previous != head.hash)
        return contradiction(frame.envelope.first_seq, "it follows another record");
    taken_.push_back({{frame.envelope.last_seq, judged.bytes}, frame.last_hash()});
    taken_bytes_ += judged.bytes.size();
    taken_upto_ = {frame.envelope.last_seq, frame.last_hash()};
    return taken_bytes_ < store_bytes ? Status(Done{}) : store_aside();
}

// While more is read and judged.
Status TopicLink::store_aside() {
    if (const Status stored = await_stored(); !stored) return stored;
    taken_bytes_ = 0;
    storing_ = std::async(std::launch::async, [this, taken = std::exchange(taken_, {})]() mutable {
        return put(std::move(taken));
    });
    return Done{};
}

Status TopicLink::await_stored() {
    if (!storing_.valid()) return Done{};
    return storing_.get();
}

Status TopicLink::store() {
    taken_upto_.reset();
    if (const Status stored = await_stored(); !stored) return stored;
    taken_bytes_ = 0;
    return put(std::exchange(taken_, {}));
}

// In the topic's order; frames between two claims go in one batch.
Status TopicLink::put(std::vector<Taken> taken) {
    std::vector<StoredFrame> frames;
    Head head;
    const auto append = [&]() -> Status {
        if (frames.empty()) return Done{};
        return parts_.local.append(std::exchange(frames, {}), head);
    };
    for (Taken& one : taken) {
        if (!is_control(one.message.bytes)) {
            head = {one.message.last_seq, one.hash};
            frames.push_back(std::move(one.message));
            continue;
        }
        if (const Status appended = append(); !appended) return appended;
        const Result<ControlMessage> claim = decode_control(one.message.bytes);
        if (!claim) return claim.error();
        if (const Status put = parts_.local.take_claim(*claim); !put) return put;
    }
    return append();
}

// One hash speaks for all before it.
Status TopicLink::compare() const {
    const ReaderState& state = reader().state();
    const Result<Hash> hash = hash_in(parts_.local, state.seq);
    if (!hash) return hash.error();
    if (*hash != state.hash) return contradiction(state.seq, "another record, here or before");
    return Done{};
}

// What was taken goes to the disk, also when the sending failed.
Status TopicLink::settle(const Status& sent) {
    Status outcome = store();
    if (outcome) outcome = sent;
    if (outcome) outcome = compare();
    tell(outcome);
    return outcome;
}

void TopicLink::begin_wait() {
    told_.with([](Told& told) { told.waits_since = std::chrono::steady_clock::now(); });
}

void TopicLink::tell(const Status& outcome) {
    told_.with([&](Told& told) {
        told.waits_since.reset();
        told.health.seq = reader().state().seq;
        told.health.offset = reader().position();
        told.health.resends = leader_.resends();
        told.health.dropped = reader().dropped();
        told.health.trouble = outcome ? Error{} : outcome.error();
    });
}

TopicHealth TopicLink::health() const {
    return told_.with([](const Told& told) {
        TopicHealth health = told.health;
        if (told.waits_since)
            health.waits = std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - *told.waits_since
            );
        return health;
    });
}

Status TopicLink::meet(Growth growth) {
    growth_ = growth;
    if (const Status safe = parts_.topic.check(); !safe) {
        tell(safe);
        return safe;
    }
    if (const Status met = settle(leader_.follow()); !met) return met;
    for (;;) {
        const Result<bool> sent = send_next(round_bytes);
        if (!sent) return sent.error();
        if (!*sent) break;
    }
    told_.with([](Told& told) { told.health.met = true; });
    remember();
    return Done{};
}

Result<bool> TopicLink::send_next(std::size_t bytes_max) {
    const ReaderState& state = reader().state();
    const auto messages = parts_.local.messages_after({state.seq, state.term}, bytes_max);
    if (!messages) return messages.error();
    if (messages->empty()) return false;
    if (const Status sent = send(*messages); !sent) return sent.error();
    return true;
}

Status TopicLink::send(std::span<const StoredFrame> messages) {
    begin_wait();
    return settle(leader_.send(messages));
}

Status TopicLink::claim(const LeaderId& leader) {
    begin_wait();
    return settle(leader_.claim(leader));
}

Status TopicLink::barrier() {
    begin_wait();
    return settle(leader_.barrier());
}

} // namespace tollbook
