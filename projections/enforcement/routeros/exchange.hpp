#pragma once

#include "projections/enforcement/routeros/command.hpp"
#include "projections/enforcement/routeros/failure.hpp"
#include "projections/enforcement/routeros/link.hpp"
#include "projections/enforcement/routeros/reply.hpp"
#include "projections/enforcement/routeros/sentence.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tollbook::routeros {

// The answers to one window must fit into the socket's buffers: this side does not read while it
// writes, and a router that cannot send its answers may stop taking commands.
inline constexpr std::size_t window_commands_max = 128;
inline constexpr std::size_t reply_items_max = 200'000;
inline constexpr std::size_t reply_bytes_max = std::size_t{64} << 20;
static_assert(sentence_bytes_max <= reply_bytes_max);

// One batch of tagged commands over one link, pipelined in windows. Answers come back in the order
// of the commands, whatever order the router works in. A trap ends its command only; anything else
// that goes wrong ends the batch, and a write that was sent and not answered is then
// outcome_unknown.
class Exchange {
public:
    Exchange(Link& link, Decoder& decoder, std::span<const Command> commands);

    // Tags count on from `first_tag`, so a late answer to an earlier batch is never mistaken.
    std::vector<Answer<Reply>> run(std::uint64_t first_tag, Deadline deadline);

    // After this the link must not be used again.
    bool broken() const { return broken_; }

private:
    struct Slot {
        bool sent = false;
        std::optional<Trap> trap{};
        Reply reply{};
        std::size_t reply_bytes = 0;
        std::optional<Answer<Reply>> answer{};
    };

    Answer<Done> send_window(Deadline deadline);
    Answer<Done> receive(Deadline deadline);
    Answer<Done> take(const Sentence& sentence);
    static Answer<Done> take_item(Slot& slot, Item item, const Sentence& sentence);
    void end(std::size_t index, Answer<Reply> answer);
    void end_all(const Failure& failure);
    Answer<Reply> answer_of(std::size_t index);
    Failure fatal(std::string_view text) const;

    Link& link_;
    Decoder& decoder_;
    std::span<const Command> commands_;
    std::vector<Slot> slots_;
    std::uint64_t first_tag_ = 0;
    std::size_t next_ = 0;
    std::size_t waiting_ = 0; // Sent and not answered.
    bool broken_ = false;
};

} // namespace tollbook::routeros
