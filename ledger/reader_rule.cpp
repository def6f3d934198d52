#include "ledger/reader_rule.hpp"

#include <fmt/format.h>

#include <array>

namespace tollbook {

namespace {

constexpr std::array<std::string_view, drop_reasons> names{
    "unreadable",
    "foreign",
    "old_term",
    "not_led",
    "duplicate",
    "overlap",
    "gap",
    "other_chain",
    "invalid_claim",
    "uninteresting"};

Stopped contradicted(std::uint64_t seq, std::string_view why) {
    return {{Errc::store_damaged, fmt::format("seq {}: {}", seq, why)}};
}

bool is_ours(const Envelope& envelope, const ReaderState& state, const LogIdentity& log) {
    return envelope.cluster == log.cluster && envelope.partition == log.partition &&
           envelope.incarnation == state.incarnation;
}

// Whether the claim's head stands in our chain, as far as we can know.
bool in_chain(const ReaderState& state, const ControlMessage& claim, const ChainLookup& lookup) {
    const std::uint64_t seq = claim.envelope.last_seq;
    if (seq == state.seq) return claim.head == state.hash;
    if (seq > state.seq) return false;
    const std::optional<Hash> known = lookup ? lookup(seq) : std::nullopt;
    return !known || *known == claim.head;
}

Verdict judge_control(
    ReaderState& state, const LogIdentity& log, const Message& message, const ChainLookup& lookup
) {
    const Result<ControlMessage> read = decode_control(message.bytes);
    if (!read) return Dropped{DropReason::unreadable};
    const Envelope& envelope = read->envelope;
    if (!is_ours(envelope, state, log)) return Dropped{DropReason::foreign};
    if (read->kind != Control::claim) return Dropped{DropReason::uninteresting};
    if (envelope.fencing_term != state.term + 1) return Dropped{DropReason::invalid_claim};
    if (!in_chain(state, *read, lookup))
        return contradicted(envelope.last_seq, "a valid claim names another record");
    state.offset = message.offset;
    state.term = envelope.fencing_term;
    state.leader = envelope.leader;
    return Claimed{state.term};
}

std::optional<DropReason> why_dropped(const ReaderState& state, const Frame& frame) {
    const Envelope& envelope = frame.envelope;
    if (envelope.fencing_term < state.term) return DropReason::old_term;
    if (envelope.fencing_term > state.term || envelope.leader != state.leader)
        return DropReason::not_led;
    if (envelope.last_seq <= state.seq) return DropReason::duplicate;
    if (envelope.first_seq <= state.seq) return DropReason::overlap;
    if (envelope.first_seq > state.seq + 1) return DropReason::gap;
    if (frame.previous != state.hash) return DropReason::other_chain;
    return std::nullopt;
}

} // namespace

std::string_view to_string(DropReason reason) { return names.at(static_cast<std::size_t>(reason)); }

Verdict judge(
    ReaderState& state, const LogIdentity& log, const Message& message, const ChainLookup& lookup
) {
    if (is_control(message.bytes)) return judge_control(state, log, message, lookup);
    return judge_frame(state, log, message.offset, decode_frame(message.bytes));
}

Verdict judge_frame(
    ReaderState& state, const LogIdentity& log, std::uint64_t offset, Result<Frame> frame
) {
    if (!frame && frame.error().code == Errc::store_newer) return Stopped{frame.error()};
    const bool is_our_last = state.seq > 0 && offset != no_offset && offset == state.offset;
    if (!frame) {
        if (is_our_last) return contradicted(state.seq, "the frame that we read is damaged now");
        return Dropped{DropReason::unreadable};
    }
    if (!is_ours(frame->envelope, state, log)) return Dropped{DropReason::foreign};
    if (is_our_last && frame->last_hash() != state.hash)
        return contradicted(state.seq, "the frame that we read has another hash now");
    if (const auto reason = why_dropped(state, *frame)) return Dropped{*reason};
    state.offset = offset;
    state.seq = frame->envelope.last_seq;
    state.hash = frame->last_hash();
    return Admitted{std::move(*frame)};
}

} // namespace tollbook
