// The one rule by which every reader of a log takes a message: the local log, its read-only copy,
// exports, the verifier, and later followers of the topic and the leader's own read-back.
#pragma once

#include "ledger/frame.hpp"
#include "ledger/position.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>

namespace tollbook {

struct Message {
    std::uint64_t offset{}; // As in ReaderState.
    std::string_view bytes;
};

enum class DropReason {
    unreadable,    // Its bytes do not hold together.
    foreign,       // Of another cluster, partition or incarnation.
    old_term,      // Of a leader that has been replaced.
    not_led,       // Of a term or leader that no valid claim made current.
    duplicate,     // Its records stand in the chain already.
    overlap,       // Some of its records do.
    gap,           // Records are missing before it.
    other_chain,   // It follows another record than our head.
    invalid_claim, // Not of the next term.
    uninteresting, // Genesis, release, barrier: nothing for the chain.
};

inline constexpr std::size_t drop_reasons = 10;

std::string_view to_string(DropReason reason);

// It extends the head: the state stands behind it now.
struct Admitted {
    Frame frame;
};

// A valid claim: the state has its term and leader now.
struct Claimed {
    std::uint64_t term{};
};

// Every reader drops the same bytes. Never fatal by itself.
struct Dropped {
    DropReason reason{};
};

// Our own past is contradicted: store_damaged, or store_newer.
struct Stopped {
    Error why;
};

using Verdict = std::variant<Admitted, Claimed, Dropped, Stopped>;

// The hash of a record in the reader's own chain; nothing when it is not known any more.
using ChainLookup = std::function<std::optional<Hash>(std::uint64_t seq)>;

// Holds the message against the state and moves the state when it is taken. (The offset of a
// message that is dropped is not stored either: reading it again drops it again.)
Verdict judge(
    ReaderState& state,
    const LogIdentity& log,
    const Message& message,
    const ChainLookup& lookup = {}
);

// The same for what decode_frame made of a message that is no control message.
Verdict judge_frame(
    ReaderState& state, const LogIdentity& log, std::uint64_t offset, Result<Frame> frame
);

} // namespace tollbook
