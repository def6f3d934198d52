#pragma once

#include "ledger/error.hpp"
#include "ledger/record.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace tollbook {

// A place in the whole book.
struct Position {
    std::uint32_t partition{};
    std::uint64_t seq{};

    friend constexpr auto operator<=>(const Position&, const Position&) = default;
};

// How much had to hold before the answer.
enum class Acknowledgement : std::uint8_t { local, replicated, both };

struct EventRef {
    Uuid id{};
    std::string type;
    std::string stream;
    std::uint64_t revision{};

    friend bool operator==(const EventRef&, const EventRef&) = default;
};

// What a command was answered with: proof of its place in the chain. A repeated command gets its
// first receipt again, with `replayed` set.
struct Receipt {
    std::uint32_t partition{};
    std::uint64_t first_seq{};
    std::uint64_t last_seq{};
    std::uint64_t term{};
    Hash hash{}; // Of the record last_seq.
    Acknowledgement level{};
    bool replayed{};
    std::vector<EventRef> events;
};

// A reader of a local log or an export has none; a topic's reader that starts there looks for its
// seq.
inline constexpr std::uint64_t no_offset = std::numeric_limits<std::uint64_t>::max();

// Where a reader stands, whole: what it must remember to go on without a gap and to notice that
// the log under it is another one. `offset` is that of the topic's message that it took last.
struct ReaderState {
    Uuid incarnation{};
    std::uint64_t offset{no_offset};
    std::uint64_t term{};
    LeaderId leader{};
    std::uint64_t seq{};
    Hash hash{};

    friend bool operator==(const ReaderState&, const ReaderState&) = default;
};

// Text form for checkpoints: "1:<incarnation>:<offset>:<term>:<leader>:<seq>:<hash>", hex fields.
std::string to_string(const ReaderState& state);
Result<ReaderState> parse_reader_state(std::string_view text);

} // namespace tollbook
