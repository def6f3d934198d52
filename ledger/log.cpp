#include "ledger/log.hpp"

#include "ledger/append_check.hpp"
#include "ledger/bytes.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>
#include <sodium.h>

namespace tollbook {

Status Log::claim(const LeaderId& leader) {
    return take_claim(next_claim(identity(), state_at_head(*this), leader));
}

LeaderId new_leader(std::uint64_t node_id) {
    std::string node;
    put_fixed(node, node_id);
    LeaderId leader{};
    std::ranges::copy(node, leader.begin());
    randombytes_buf(leader.data() + node.size(), leader.size() - node.size());
    return leader;
}

ReaderState state_at_head(const Log& log) {
    const Head head = log.head();
    const Leadership led = log.leadership();
    return {log.incarnation(), no_offset, led.term, led.leader, head.seq, head.hash};
}

ReaderState state_at_start(const Log& log) {
    const LogIdentity identity = log.identity();
    ReaderState state;
    state.incarnation = log.incarnation();
    state.hash = genesis_hash(identity.cluster, identity.partition);
    return state;
}

Result<Hash> hash_in(const Log& log, std::uint64_t seq) {
    if (seq == 0) return state_at_start(log).hash;
    const Head head = log.head();
    if (seq > head.seq) return Error{Errc::not_found, {}};
    if (seq == head.seq) return head.hash;
    const Result<std::vector<StoredFrame>> found = log.frames_after(seq - 1, 1);
    if (!found) return found.error();
    const Result<Frame> frame = decode_frame(found->front().bytes);
    if (!frame) return frame.error();
    ensure(seq >= frame->envelope.first_seq && seq <= frame->envelope.last_seq);
    return frame->hashes[seq - frame->envelope.first_seq];
}

} // namespace tollbook
