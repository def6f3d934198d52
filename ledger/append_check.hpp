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

// The claim of the next term at this head.
ControlMessage next_claim(
    const Log& log, const Head& head, const Leadership& now, const LeaderId& leader
);

} // namespace tollbook
