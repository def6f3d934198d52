#include "ledger/append_check.hpp"

namespace tollbook {

bool extends(
    std::span<const StoredFrame> frames,
    const Head& head,
    const Head& next,
    const Leadership& leadership
) {
    std::uint64_t seq = head.seq;
    for (const StoredFrame& frame : frames) {
        if (is_control(frame.bytes)) return false;
        const Result<Envelope> envelope = decode_envelope(frame.bytes);
        if (!envelope) return false;
        const bool led = envelope->fencing_term == leadership.term &&
                         envelope->leader == leadership.leader && leadership.term > 0;
        if (!led || envelope->first_seq != seq + 1 || envelope->last_seq != frame.last_seq)
            return false;
        seq = frame.last_seq;
    }
    return seq > head.seq && seq == next.seq;
}

ControlMessage next_claim(const LogIdentity& log, const ReaderState& at, const LeaderId& leader) {
    return {
        Control::claim,
        {log.cluster, at.incarnation, log.partition, at.term + 1, leader, at.seq, at.seq},
        at.hash};
}

} // namespace tollbook
