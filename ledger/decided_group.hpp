#pragma once

#include "ledger/frame.hpp"
#include "ledger/log.hpp"
#include "ledger/pending_command.hpp"
#include "ledger/position.hpp"
#include "ledger/writer_state.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tollbook {

// What became of a command when it was decided. Nobody is told before its group is durable.
struct DecidedCommand {
    std::unique_ptr<PendingCommand> pending;
    std::optional<Error> refusal;
    std::optional<CommandPlace> first; // It had been accepted before.
    std::vector<Record> records;       // Accepted now.
    std::vector<Personal> personal;    // Of the records that have some, in order.
    Hash hash{};                       // Of the last record.
    std::size_t rest{};                // As PendingCommand has it.
};

// Who decided a command, and when.
struct DecisionStamp {
    std::uint64_t term{};
    LeaderId leader{};
    Timestamp recorded_at;
};

// Commands decided one after the other, each on the state that the ones before it left. The state
// has moved already; `begin` is the way back.
class DecidedGroup {
public:
    DecidedGroup(WriterState& state, const Leadership& led);

    // Decides all of them, in order, behind those that it has. On failure (an index that cannot be
    // read) some may have been decided: take the group back.
    Status decide(PendingCommands commands, Timestamp recorded_at);

    // Takes everything back that was decided.
    void undo();

    std::vector<DecidedCommand>& commands() { return commands_; }

    const WriterState::Mark& begin() const { return begin_; }

    std::uint64_t accepted() const { return accepted_; }

private:
    // Commands that are accepted or refused together: those of an atomic batch, or one alone.
    struct Together {
        std::size_t first{};
        std::size_t end{};
        WriterState::Mark begin; // Not of one alone: it needs no way back.
        std::uint64_t accepted_before{};
        FrameSize size;
        std::size_t sealed_bytes{}; // More, at most, once all is sealed.
        bool refused{};

        bool alone() const { return end - first == 1; }
    };

    Status look_up(std::span<const DecidedCommand> commands);
    void decide_next(std::size_t at, std::optional<CommandPlace> known);
    void begin_together(std::size_t first);
    std::optional<Error> breaks(std::size_t at);
    void refuse_together(std::size_t at, const Error& why);
    void take_out(std::size_t first, std::size_t end);
    void decide_one(DecidedCommand& command, std::optional<CommandPlace> known);
    Result<std::vector<NewEvent>> ask(const DecidedCommand& command) const;
    Status write_down(DecidedCommand& command, std::vector<NewEvent>& events) const;
    void accept(DecidedCommand& command, const std::vector<NewEvent>& events);

    WriterState& state_;
    DecisionStamp stamp_;
    WriterState::Mark begin_;
    std::vector<DecidedCommand> commands_;
    Together together_;     // What is decided next.
    std::vector<Uuid> ids_; // Of those that are decided next, as the two below.
    std::vector<ExpectedCommand> expected_;
    std::vector<std::optional<CommandPlace>> known_;
    std::uint64_t accepted_{};
};

// The receipt of a command that was accepted now; takes the names out of its records.
Receipt receipt_of(
    DecidedCommand& command, std::uint32_t partition, Acknowledgement acknowledgement
);

} // namespace tollbook
