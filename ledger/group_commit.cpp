#include "ledger/group_commit.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

GroupCommit::GroupCommit(Parts parts)
    : parts_(std::move(parts)), append_(parts_.append), thread_(append_, parts_.appended) {}

void GroupCommit::decide(PendingCommands commands, Timestamp recorded_at) {
    if (!next_) next_ = std::make_unique<DecidedGroup>(parts_.state, parts_.log.leadership());
    Status status = next_->decide(std::move(commands), recorded_at);
    if (status) status = parts_.derived.reads_held();
    if (status) return;
    while (!settle_appended()) // It may become durable; the next one may not.
        wait(std::chrono::seconds{1});
    fail(status.error());
}

void GroupCommit::advance(AppendOn thread) {
    if (!settle_appended() || !next_) return;
    if (next_->accepted() > 0) crash_point("writer.decided");
    appending_ = std::move(next_);
    appending_since_ = std::chrono::steady_clock::now();
    if (thread == AppendOn::this_thread) return settle(append_.run(*appending_));
    thread_.start(*appending_);
}

// Whether nothing is under way.
bool GroupCommit::settle_appended() {
    if (!appending_) return true;
    const auto appended = thread_.take_outcome();
    if (!appended) return false;
    settle(*appended);
    return true;
}

void GroupCommit::wait(std::chrono::milliseconds at_most) {
    if (appending_) thread_.wait(at_most);
}

void GroupCommit::settle(const Status& appended) {
    if (!appended) return fail(appended.error());
    appending_.reset();
    became_durable();
}

// What was decided before the next group is in the log: there is no way back to before it.
void GroupCommit::became_durable() {
    if (next_) return parts_.state.forget_undo(next_->begin());
    const Head head = parts_.log.head();
    ensure(parts_.state.head().seq == head.seq);
    parts_.state.settle(head.hash);
    parts_.state.forget_undo();
}

// Nobody hears what a group that is no more made of him: even a refusal was decided on a state that
// is not.
void GroupCommit::fail(const Error& why) {
    const bool final = why.code != Errc::read_only;
    if (final) parts_.failed(why);
    const Error untouched{final ? Errc::store_unavailable : why.code, why.detail};
    const Error unknown{final ? Errc::outcome_unknown : why.code, why.detail};
    if (next_) // Who repeats a command of the group before it hears what its first sender does.
        take_back(std::move(next_), [&](const DecidedCommand& command) {
            return append_.was_put() && command.first ? unknown : untouched;
        });
    if (appending_)
        take_back(std::move(appending_), [&](const DecidedCommand& command) {
            const bool may_be_there =
                append_.was_put() && (command.first || !command.records.empty());
            return may_be_there ? unknown : untouched;
        });
    if (!final) became_durable(); // All that is left.
}

void GroupCommit::take_back(Group group, const std::function<Error(const DecidedCommand&)>& why) {
    group->undo();
    const std::uint64_t durable = parts_.log.head().seq;
    for (DecidedCommand& command : group->commands()) {
        std::unique_ptr<PendingCommand> pending = std::move(command.pending);
        if (!pending) continue; // Answered late, or before its time: a test's doing.
        if (command.first && command.first->first_seq <= durable)
            parts_.append.receipts.answer(std::move(pending), *command.first);
        else
            pending->answer(why(command));
    }
}

std::size_t GroupCommit::withdraw_late(std::chrono::steady_clock::time_point since) {
    if (!next_ || !appending_) return 0;
    const bool late = std::ranges::any_of(next_->commands(), [&](const DecidedCommand& command) {
        return command.pending->since < since;
    });
    if (!late) return 0;
    const std::size_t commands = next_->commands().size();
    take_back(std::move(next_), [](const DecidedCommand& command) {
        // The first one of those that repeat a command is under way.
        return command.first ? Error{Errc::outcome_unknown, "the topic has not confirmed it yet"}
                             : Error{Errc::topic_unavailable, "nothing was changed"};
    });
    return commands;
}

} // namespace tollbook
