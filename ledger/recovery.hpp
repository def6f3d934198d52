#pragma once

#include "ledger/derived_store.hpp"
#include "ledger/log.hpp"
#include "ledger/writer_state.hpp"

#include <cstdint>

namespace tollbook {

struct Recovery {
    std::uint64_t checkpoint_seq{}; // Where it began; 0: at the start of the log.
    std::uint64_t replayed{};       // Records.
};

// Takes in what the log has behind the state.
Status catch_up(WriterState& state, const Log& log);

// Brings a new state to the log's head: the checkpoint, if it is of this log and these versions,
// then the records behind it. A checkpoint that does not fit is dropped and everything replayed.
// A long replay makes checkpoints on its way, one for each `checkpoint_records`.
Result<Recovery> recover(
    WriterState& state, DerivedStore& derived, const Log& log, std::uint64_t checkpoint_records
);

} // namespace tollbook
