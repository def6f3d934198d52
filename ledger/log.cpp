#include "ledger/log.hpp"

namespace tollbook {

ReaderState state_at_head(const Log& log) {
    const Head head = log.head();
    const Leadership led = log.leadership();
    return {log.incarnation(), head.seq, led.term, led.leader, head.seq, head.hash};
}

ReaderState state_at_start(const Log& log) {
    const LogIdentity identity = log.identity();
    ReaderState state;
    state.incarnation = log.incarnation();
    state.hash = genesis_hash(identity.cluster, identity.partition);
    return state;
}

} // namespace tollbook
