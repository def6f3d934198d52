#include "ledger/topic_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t followers_max = 8;
constexpr std::chrono::milliseconds first_wait{10'000};
constexpr std::chrono::milliseconds message_wait{1'000};
constexpr std::chrono::seconds look_every{1};

// Whether both stand behind the same record, wherever in the topic that is.
bool at_same_record(const ReaderState& a, const ReaderState& b) {
    return a.incarnation == b.incarnation && a.seq == b.seq && a.hash == b.hash;
}

Result<TopicMessage> message_at(
    Topic& topic, std::uint64_t offset, std::chrono::milliseconds wait
) {
    Result<std::unique_ptr<TopicReader>> reader = topic.read_from(offset);
    if (!reader) return reader.error();
    Result<std::optional<TopicMessage>> message = (*reader)->next(wait);
    if (!message) return message.error();
    if (!*message) return Error{Errc::topic_unavailable, "a message does not come"};
    return std::move(**message);
}

void add(DropCounts& sum, const DropCounts& more) {
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum.at(i) += more.at(i);
}

Result<Batch> read_by(
    TopicFollower& follower, std::size_t bytes_max, std::chrono::milliseconds wait
) {
    Batch batch;
    std::size_t bytes = 0;
    const auto until = std::chrono::steady_clock::now() + wait;
    while (bytes < bytes_max) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now()
        );
        const bool has_some = !batch.records.empty();
        Result<std::optional<Judged>> judged =
            follower.next(has_some || left.count() < 0 ? std::chrono::milliseconds(0) : left);
        if (!judged) return judged.error();
        if (!*judged && (has_some || left.count() <= 0)) break;
        if (!*judged) continue;
        bytes += (*judged)->bytes.size();
        if (auto* admitted = std::get_if<Admitted>(&(*judged)->verdict))
            batch.add(std::move(admitted->frame));
    }
    batch.after = follower.state();
    return batch;
}

} // namespace

Result<std::unique_ptr<TopicSource>> TopicSource::open(Topic& topic) {
    if (const Status safe = topic.check(); !safe) return safe.error();
    const Result<std::uint64_t> end = topic.end();
    if (!end) return end.error();
    if (*end == 0) return Error{Errc::store_foreign, "the topic is empty"};
    const Result<TopicMessage> first = message_at(topic, 0, first_wait);
    if (!first) return first.error();
    const Result<ControlMessage> genesis = decode_control(first->bytes);
    if (!genesis || genesis->kind != Control::genesis)
        return Error{Errc::store_foreign, "the topic's first message is no genesis of a log"};
    const LogIdentity identity{genesis->envelope.cluster, genesis->envelope.partition};
    ReaderState start;
    start.incarnation = genesis->envelope.incarnation;
    start.hash = genesis_hash(identity.cluster, identity.partition);
    return std::unique_ptr<TopicSource>(new TopicSource(topic, identity, start));
}

Result<ReaderState> TopicSource::head() {
    const auto now = std::chrono::steady_clock::now();
    NewestKnown known = newest_.with([](const NewestKnown& newest) { return newest; });
    if (!known.state || now - known.looked_at > look_every) {
        const Result<ReaderState> found = look_for_head();
        if (!found) return found;
        known = {*found, now};
        newest_.with([&](NewestKnown& newest) { newest = known; });
    }
    ReaderState head = *known.state;
    kept_.with([&](const Kept& kept) {
        for (const Follower& follower : kept.followers)
            if (follower->state().seq > head.seq) head = follower->state();
    });
    return head;
}

// The newest message that says a seq; what others wrote there says nothing.
Result<ReaderState> TopicSource::look_for_head() {
    const Result<std::uint64_t> end = topic_.end();
    if (!end) return end.error();
    for (std::uint64_t offset = *end; offset > 0; --offset) {
        const Result<TopicMessage> message = message_at(topic_, offset - 1, message_wait);
        if (!message) return message.error();
        const Result<Envelope> envelope = decode_envelope(message->bytes);
        if (!envelope || envelope->incarnation != start_.incarnation) continue;
        ReaderState state = start_;
        state.offset = offset - 1;
        state.term = envelope->fencing_term;
        state.leader = envelope->leader;
        state.seq = envelope->last_seq;
        if (const auto frame = decode_frame(message->bytes)) state.hash = frame->last_hash();
        if (const auto control = decode_control(message->bytes)) state.hash = control->head;
        return state;
    }
    return start_;
}

// The reader that stopped exactly there, if it is still known.
TopicSource::Follower TopicSource::fetch(const ReaderState& from) {
    return kept_.with([&](Kept& kept) -> Follower {
        const auto found = std::ranges::find_if(kept.followers, [&](const Follower& follower) {
            return at_same_record(follower->state(), from);
        });
        if (found == kept.followers.end()) return nullptr;
        Follower follower = std::move(*found);
        kept.followers.erase(found);
        return follower;
    });
}

void TopicSource::keep(Follower follower) {
    kept_.with([&](Kept& kept) {
        kept.followers.push_back(std::move(follower));
        if (kept.followers.size() <= followers_max) return;
        add(kept.dropped, kept.followers.front()->dropped());
        kept.followers.erase(kept.followers.begin());
    });
}

// A reader that stands at `from`.
Result<TopicSource::Follower> TopicSource::place(const ReaderState& from) {
    if (from.incarnation != start_.incarnation)
        return Error{Errc::store_foreign, "the reader comes from another life of the log"};
    if (from.offset == no_offset) return search(from);
    const Result<std::uint64_t> end = topic_.end();
    if (!end) return end.error();
    auto known = std::make_unique<TopicFollower>(topic_, identity_, from, ChainLookup{});
    if (!known->check_end(*end)) return search(from);
    return known;
}

// Reads the topic from its start until it has that record.
Result<TopicSource::Follower> TopicSource::search(const ReaderState& from) {
    auto follower = std::make_unique<TopicFollower>(topic_, identity_, start_, ChainLookup{});
    while (follower->state().seq < from.seq) {
        const auto judged = follower->next(message_wait);
        if (!judged) return judged.error();
        if (!*judged) return Error{Errc::topic_unavailable, "the topic does not reach the reader"};
    }
    if (!at_same_record(follower->state(), from))
        return Error{
            Errc::store_damaged,
            fmt::format("a reader at seq {}: the topic has another record there", from.seq)};
    return follower;
}

Result<Batch> TopicSource::read(
    const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
) {
    Result<Follower> follower = fetch(from);
    if (*follower == nullptr) follower = place(from);
    if (!follower) return follower.error();
    Result<Batch> batch = read_by(**follower, bytes_max, wait);
    if (!batch && batch.error().code == Errc::store_damaged && from.offset != no_offset) {
        follower = search(from);
        if (!follower) return follower.error();
        batch = read_by(**follower, bytes_max, wait);
    }
    if (batch) keep(std::move(*follower));
    return batch;
}

DropCounts TopicSource::dropped() const {
    return kept_.with([](const Kept& kept) {
        DropCounts sum = kept.dropped;
        for (const Follower& follower : kept.followers)
            add(sum, follower->dropped());
        return sum;
    });
}

} // namespace tollbook
