#pragma once

#include "ledger/decided_group.hpp"
#include "ledger/first_receipts.hpp"
#include "ledger/frame.hpp"
#include "ledger/guarded.hpp"
#include "ledger/keystore.hpp"
#include "ledger/log.hpp"

#include <chrono>
#include <cstdint>
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

// A decided group from its seals to its answers: seal all, one append, answer all. It needs nothing
// of the state, so that the next group can be decided meanwhile. One thread at a time.
class GroupAppend {
public:
    struct Parts {
        Log& log;
        KeyStore& keys;
        FirstReceipts& receipts;
        bool answer_before_append{}; // Tests alone (PartitionOptions).
    };

    explicit GroupAppend(Parts parts);

    // Answers everybody and empties the group. On failure nobody is answered but who waited too
    // long.
    Status run(DecidedGroup& group);

    // Whether what the last `run` that failed was given may have come into the log.
    bool was_put() const { return was_put_; }

    // From inside `run`, while the log waits for others: who came in before `since` is told that
    // nobody knows yet. The group goes on.
    void answer_late(std::chrono::steady_clock::time_point since);

    // From any thread. A group is counted before its first answer.
    CommitCounts counts() const;

private:
    Status prove(DecidedGroup& group);
    Status seal(std::vector<DecidedCommand>& commands);
    std::vector<StoredFrame> build(std::vector<DecidedCommand>& commands);
    bool add_together(std::span<DecidedCommand> commands);
    void close_frame(std::vector<StoredFrame>& frames);
    Status append(DecidedGroup& group);
    void count(DecidedGroup& group);
    void answer(DecidedGroup& group);

    Parts parts_;
    FrameBuilder builder_;
    DecidedGroup* waits_{}; // Of it somebody may be answered late.
    bool was_put_{};
    Guarded<CommitCounts> counts_;
};

} // namespace tollbook
