#pragma once

#include "ledger/decided_group.hpp"
#include "ledger/first_receipts.hpp"
#include "ledger/frame.hpp"
#include "ledger/keystore.hpp"
#include "ledger/log.hpp"
#include "ledger/writer_state.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tollbook {

struct CommitCounts {
    std::uint64_t commands{}; // Accepted.
    std::uint64_t replays{};
    std::uint64_t refusals{};
    std::uint64_t groups{}; // Syncs.
    std::uint64_t late{};   // Answered before their outcome was known.
};

// One group from its decision to its answers: decide all, seal all, one append, answer all.
class GroupCommit {
public:
    struct Parts {
        WriterState& state;
        const DerivedStore& derived;
        Log& log;
        KeyStore& keys;
        FirstReceipts& receipts;
        std::function<void()> settled; // Before the first answer of a group: all is counted.
        bool answer_before_append{};   // Tests alone (PartitionOptions).
    };

    explicit GroupCommit(Parts parts);

    // Everybody in the group is answered. An error means that the writer must stop for good; the
    // state is then the one before the group. A full disk is no such error: the group is refused.
    Status run(PendingCommands commands, Timestamp recorded_at);

    // From inside `run`, while the log waits for others: who came in before `since` is told that
    // nobody knows yet. The group goes on.
    void answer_late(std::chrono::steady_clock::time_point since);

    const CommitCounts& counts() const { return counts_; }

private:
    Status prove(DecidedGroup& group);
    Status seal(std::vector<DecidedCommand>& commands);
    std::vector<StoredFrame> build(std::vector<DecidedCommand>& commands);
    bool add_together(std::span<DecidedCommand> commands);
    void close_frame(std::vector<StoredFrame>& frames);
    void count(DecidedGroup& group);
    void answer(DecidedGroup& group);
    static Error why_not(const DecidedCommand& command, const Error& why, bool was_put);
    Status take_back(DecidedGroup& group, const Error& why, bool was_put);

    Parts parts_;
    FrameBuilder builder_;
    CommitCounts counts_;
    DecidedGroup* under_way_{};
};

} // namespace tollbook
