#pragma once

#include "ledger/append_thread.hpp"
#include "ledger/decided_group.hpp"
#include "ledger/group_append.hpp"
#include "ledger/writer_state.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace tollbook {

enum class AppendOn { this_thread, own_thread };

// Groups from their decisions to their answers: while one is appended the next is decided on the
// state that it leaves. Whatever came in meanwhile is the next group. Every answer waits until the
// group that it stands in is appended, and so are those whose state it was decided on. Of the
// writer's thread, where nothing else is said.
//
// After a failure the state is the one that is durable, and the writer must stop for good. A full
// disk is no such failure: what was decided is refused.
class GroupCommit {
public:
    struct Parts {
        WriterState& state;
        const DerivedStore& derived;
        Log& log;
        GroupAppend::Parts append;
        std::function<void()> appended; // On another thread: `advance` has something to do.
        std::function<void(const Error&)> failed; // Before anybody is told: stop for good.
    };

    explicit GroupCommit(Parts parts);

    // Decides them, in order, into the next group.
    void decide(PendingCommands commands, Timestamp recorded_at);

    // Commands of the next group so far.
    std::size_t decided() const { return next_ ? next_->commands().size() : 0; }

    // Whether a group is being appended, by the last `advance`.
    bool is_appending() const { return appending_ != nullptr; }

    // Since when; only while one is.
    std::chrono::steady_clock::time_point appending_since() const { return appending_since_; }

    // Lets the next group follow the one that is appended, if that is done. On this thread its
    // append is over on return.
    void advance(AppendOn thread);

    // Waits for the group that is being appended, if there is one, or so long.
    void wait(std::chrono::milliseconds at_most);

    // While the log waits for others, and nothing of the next group was given to it: gives up the
    // group when somebody in it came in before `since`. How many were refused.
    std::size_t withdraw_late(std::chrono::steady_clock::time_point since);

    // From inside an append, on its thread.
    void answer_late(std::chrono::steady_clock::time_point since) { append_.answer_late(since); }

    // From any thread.
    CommitCounts counts() const { return append_.counts(); }

private:
    using Group = std::unique_ptr<DecidedGroup>;

    bool settle_appended();
    void settle(const Status& appended);
    void became_durable();
    void fail(const Error& why);
    void take_back(Group group, const std::function<Error(const DecidedCommand&)>& why);

    Parts parts_;
    GroupAppend append_;
    Group next_;
    Group appending_;
    std::chrono::steady_clock::time_point appending_since_;
    AppendThread thread_;
};

} // namespace tollbook
