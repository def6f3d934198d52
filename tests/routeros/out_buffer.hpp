#pragma once

#include "tests/routeros/conversation.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>

namespace tollbook::routeros {

// Decides what one write to the socket carries: exactly one sentence, or with a seed a random piece
// of what is waiting, which cuts sentences and joins them.
class OutBuffer {
public:
    explicit OutBuffer(std::optional<std::uint64_t> split_seed);

    void append(const Answered& answered);

    bool empty() const { return pieces_.empty(); }

    // The bytes of the next write; the buffer must not be empty.
    std::string take();

    // Of all that waits only the first half will be sent.
    void cut_in_half();

private:
    std::deque<std::string> pieces_;
    std::size_t taken_ = 0; // Of the first piece.
    std::optional<std::mt19937_64> random_;
};

} // namespace tollbook::routeros
