#pragma once

#include "bench/charge_engine.hpp"
#include "ledger/log.hpp"

#include <span>
#include <vector>

namespace tollbook::bench {

// Seconds of one thread for what the rules of the log demand of each of these charges and nothing
// else: its body read, its fingerprint and ids, its payload written, its frame built and chained.
// Neither decided nor looked up, queued, checkpointed or answered; not put either.
// `groups` are the frames that the charges from number `first` on have become.
double required_seconds(
    const Engine& engine, std::uint64_t first, const std::vector<std::vector<StoredFrame>>& groups
);

} // namespace tollbook::bench
