#pragma once

#include "ledger/frame.hpp"
#include "ledger/log.hpp"

#include <span>

namespace tollbook {

// Whether the frames are what `Log::append` may take: they run on from `head` to `next` without a
// hole, and their envelopes carry the leadership. What only a bug of the writer breaks.
bool extends(
    std::span<const StoredFrame> frames,
    const Head& head,
    const Head& next,
    const Leadership& leadership
);

// The claim of the next term by which this leader takes over from where the reader stands.
ControlMessage next_claim(const LogIdentity& log, const ReaderState& at, const LeaderId& leader);

} // namespace tollbook
