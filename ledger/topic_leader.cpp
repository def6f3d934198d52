#include "ledger/topic_leader.hpp"

#include "ledger/append_check.hpp"
#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace tollbook {

namespace {

constexpr std::chrono::milliseconds poll_wait{10};
constexpr std::chrono::milliseconds resend_min{1};
constexpr std::chrono::milliseconds resend_max{256};
constexpr int fruitless_max = 5;      // Sendings in a row of which the reader took nothing.
constexpr int contradictions_max = 5; // Readings of what held, in a row, that found it gone.

Envelope envelope_of(const StoredFrame& message) {
    const Result<Envelope> envelope = decode_envelope(message.bytes);
    ensure(envelope.has_value());
    return *envelope;
}

Error given_up() { return {Errc::outcome_unknown, "the wait for the topic was given up"}; }

} // namespace

TopicLeader::TopicLeader(
    Topic& topic, const LogIdentity& log, const ReaderState& from, ChainLookup lookup, Take taken
)
    : topic_(topic)
    , log_(log)
    , follower_(topic, log, from, std::move(lookup))
    , taken_(std::move(taken))
    , confirmed_(from)
    , resend_wait_(resend_min) {}

Result<bool> TopicLeader::take_next(std::chrono::milliseconds wait) {
    const Result<std::optional<Judged>> judged = follower_.next(wait);
    if (!judged) return judged.error();
    if (!*judged) return false;
    const Verdict& verdict = (*judged)->verdict;
    if (!std::holds_alternative<Dropped>(verdict))
        if (const Status took = taken_(**judged); !took) return took.error();
    return true;
}

// While something is under way: what is taken counts when that holds.
Result<bool> TopicLeader::read_back(std::chrono::milliseconds wait) {
    Result<std::optional<Judged>> judged = follower_.next(wait);
    if (!judged) {
        if (const Status again = read_again(judged.error()); !again) return again.error();
        return false;
    }
    if (follower_.position() > confirmed_.offset) contradictions_ = 0;
    if (!*judged) return false;
    if (!std::holds_alternative<Dropped>((*judged)->verdict))
        unconfirmed_.push_back(std::move(**judged));
    return true;
}

// Brokers that change places tell what does not last: what held is gone when the topic says so
// again and again, while it can be asked where it ends.
Status TopicLeader::read_again(const Error& why) {
    const bool away = why.code == Errc::topic_unavailable;
    if (!away && why.code != Errc::store_damaged) return why;
    const bool ahead =
        follower_.state() != confirmed_ || follower_.position() > confirmed_.offset + 1;
    if (!away && !ahead && topic_.end() && ++contradictions_ >= contradictions_max) return why;
    follower_.rewind(confirmed_);
    unconfirmed_.clear();
    std::this_thread::sleep_for(poll_wait);
    return Done{};
}

Status TopicLeader::confirm() {
    confirmed_ = follower_.state();
    for (const Judged& judged : std::exchange(unconfirmed_, {}))
        if (const Status took = taken_(judged); !took) return took;
    return Done{};
}

Status TopicLeader::follow() {
    const bool begins = follower_.state().term == 0;
    Result<std::uint64_t> end = topic_.end();
    while (end && *end == 0 && begins) {
        if (const Status written = write_genesis(); !written) return written;
        end = topic_.end();
    }
    if (!end) return end.error();
    if (const Status reaches = follower_.check_end(*end); !reaches) return reaches;
    while (follower_.position() < *end) {
        if (const Result<bool> took = take_next(poll_wait); !took) return took.error();
        if (!keep_waiting_()) return Error{Errc::topic_unavailable, "it cannot be read now"};
    }
    return confirm();
}

Status TopicLeader::produce(std::string_view message) {
    if (writer_ == nullptr) {
        Result<std::unique_ptr<TopicWriter>> writer = topic_.write();
        if (!writer) return writer.error();
        writer_ = std::move(*writer);
        sent_ = 0;
    }
    if (const Status sent = writer_->send(message); !sent) return sent;
    ++sent_;
    return Done{};
}

// The topic's first message says whose log it carries. What became of it the topic tells.
Status TopicLeader::write_genesis() {
    const ReaderState& start = follower_.state();
    const ControlMessage genesis{
        Control::genesis,
        {log_.cluster, start.incarnation, log_.partition, 0, {}, 0, 0},
        genesis_hash(log_.cluster, log_.partition)};
    if (const Status sent = produce(encode_control(genesis)); !sent) return sent;
    for (Deliveries known; known.delivered < sent_; known = writer_->deliveries(poll_wait)) {
        if (known.failure && known.failure->code == Errc::config_invalid) return *known.failure;
        if (known.failure) return pause();
        if (!keep_waiting_()) return Error{Errc::topic_unavailable, "it takes nothing now"};
    }
    return Done{};
}

bool TopicLeader::holds(const Envelope& message) const {
    const ReaderState& state = follower_.state();
    return state.term >= message.fencing_term && state.seq >= message.last_seq;
}

bool TopicLeader::is_deposed(const Envelope& last) const {
    const ReaderState& state = follower_.state();
    return state.term > last.fencing_term ||
           (state.term == last.fencing_term && state.leader != last.leader);
}

Result<TopicLeader::Outcome> TopicLeader::await(const Envelope& last) {
    const std::uint64_t before = follower_.position();
    bool looked_again = false;
    for (;;) {
        const bool taken = holds(last);
        const Deliveries known = writer_->deliveries(taken ? poll_wait : poll_wait * 0);
        if (known.failure && known.failure->code == Errc::config_invalid) return *known.failure;
        if (known.failure)
            return sabotage_ == TopicSabotage::ignore_failed_delivery ? Outcome::held
                                                                      : Outcome::lost;
        const bool delivered = known.delivered == sent_;
        if (delivered && (taken || sabotage_ == TopicSabotage::trust_delivery))
            return Outcome::held;
        // Delivered before what was read before it was sent: the topic became shorter.
        const bool shorter = delivered && known.end <= before;
        if (shorter && !std::exchange(looked_again, true)) follower_.rewind(confirmed_);
        if (delivered && !shorter && follower_.position() >= known.end) return Outcome::passed;
        if (const Result<bool> took = read_back(taken ? poll_wait * 0 : poll_wait); !took)
            return took.error();
        if (is_deposed(last))
            return Error{
                Errc::store_locked,
                fmt::format("another leader claimed term {} in the topic", follower_.state().term)};
        if (!keep_waiting_()) return given_up();
    }
}

Result<TopicLeader::Outcome> TopicLeader::send_once(
    std::span<const StoredFrame> messages, const Envelope& last
) {
    for (const StoredFrame& message : messages) {
        const Status sent = produce(message.bytes);
        if (!sent && sent.error().code == Errc::topic_unavailable) return Outcome::lost;
        if (!sent) return sent.error();
    }
    return await(last);
}

// What was not delivered, or delivered and not taken, is sent again: the same bytes, so that it
// does no harm when both arrive.
Status TopicLeader::send(std::span<const StoredFrame> messages) {
    const Envelope last = envelope_of(messages.back());
    for (int fruitless = 0; fruitless < fruitless_max; ++fruitless) {
        const Result<Outcome> outcome = send_once(messages, last);
        if (!outcome) return outcome.error();
        if (*outcome == Outcome::held) {
            resend_wait_ = resend_min;
            return confirm();
        }
        if (*outcome == Outcome::lost) fruitless = 0;
        if (const Status paused = pause(); !paused) return paused;
    }
    return Error{Errc::store_unavailable, "the topic's readers do not take what was sent"};
}

Status TopicLeader::claim(const LeaderId& leader) {
    const ReaderState& state = follower_.state();
    const StoredFrame claim{state.seq, encode_control(next_claim(log_, state, leader))};
    return send({&claim, 1});
}

Status TopicLeader::barrier() {
    const ReaderState& state = follower_.state();
    const Envelope envelope{
        log_.cluster,
        state.incarnation,
        log_.partition,
        state.term,
        state.leader,
        state.seq,
        state.seq};
    const StoredFrame message{state.seq, encode_control({Control::barrier, envelope, state.hash})};
    Envelope never = envelope; // A barrier is read, and never taken.
    never.last_seq = std::numeric_limits<std::uint64_t>::max();
    for (;;) {
        const Result<Outcome> outcome = send_once({&message, 1}, never);
        if (!outcome) return outcome.error();
        if (*outcome != Outcome::lost) return confirm();
        if (const Status paused = pause(); !paused) return paused;
    }
}

// Before what was lost is sent again, by another producer.
Status TopicLeader::pause() {
    writer_.reset();
    ++resends_;
    std::this_thread::sleep_for(std::exchange(resend_wait_, std::min(2 * resend_wait_, resend_max))
    );
    if (!keep_waiting_()) return given_up();
    return Done{};
}

} // namespace tollbook
