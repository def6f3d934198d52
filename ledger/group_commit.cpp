#include "ledger/group_commit.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

GroupCommit::GroupCommit(Parts parts)
    : parts_(std::move(parts)), builder_(parts_.log.identity(), parts_.log.incarnation()) {}

Status GroupCommit::run(PendingCommands commands, Timestamp recorded_at) {
    const Leadership led = parts_.log.leadership();
    DecidedGroup group(parts_.state, {led.term, led.leader, recorded_at});
    Status status = group.decide(std::move(commands));
    if (status) status = parts_.derived.reads_held();
    if (!status) return take_back(group, status.error(), false);
    if (group.accepted() == 0) {
        if (status = prove(group); !status) return take_back(group, status.error(), false);
        parts_.state.forget_undo();
        count(group);
        answer(group);
        return Done{};
    }
    crash_point("writer.decided");
    if (status = seal(group.commands()); !status) return take_back(group, status.error(), false);
    crash_point("writer.sealed");
    const std::vector<StoredFrame> frames = build(group.commands());
    if (parts_.answer_before_append) answer(group);
    under_way_ = &group;
    status = parts_.log.append(frames, parts_.state.head());
    under_way_ = nullptr;
    if (!status) return take_back(group, status.error(), true);
    crash_point("writer.appended");
    parts_.state.forget_undo();
    ++counts_.groups;
    count(group);
    if (!parts_.answer_before_append) answer(group);
    crash_point("writer.answered");
    return Done{};
}

// A refusal stands on a state that must still be the newest one.
Status GroupCommit::prove(DecidedGroup& group) {
    const bool refuses = std::ranges::any_of(group.commands(), [](const DecidedCommand& command) {
        return command.refusal.has_value();
    });
    if (!refuses) return Done{};
    under_way_ = &group;
    const Status proven = parts_.log.barrier();
    under_way_ = nullptr;
    return proven;
}

void GroupCommit::answer_late(std::chrono::steady_clock::time_point since) {
    if (under_way_ == nullptr) return;
    for (DecidedCommand& command : under_way_->commands()) {
        if (!command.pending || command.pending->since >= since) continue;
        const Error waiting{Errc::outcome_unknown, "the topic has not confirmed it yet"};
        const Error undecided{Errc::topic_unavailable, "nothing was changed"};
        std::exchange(command.pending, nullptr)->answer(command.refusal ? undecided : waiting);
        ++counts_.late;
    }
}

Status GroupCommit::seal(std::vector<DecidedCommand>& commands) {
    std::vector<SealRequest> requests;
    std::vector<Record*> records;
    for (DecidedCommand& command : commands) {
        std::size_t next = 0;
        for (Record& record : command.records) {
            if (!record.sealed) continue;
            const Personal& personal = command.personal[next++];
            const std::string& tenant = record.command.tenant;
            requests.push_back({tenant, personal.subject, personal.json, record.event_id});
            records.push_back(&record);
        }
    }
    if (requests.empty()) return Done{};
    Result<std::vector<Sealed>> sealed = parts_.keys.seal(requests);
    if (!sealed) return sealed.error();
    for (std::size_t i = 0; i < records.size(); ++i)
        records[i]->sealed = std::move((*sealed)[i]);
    return Done{};
}

// Every command, and every atomic batch, fits in a frame of its own: that was seen to when it was
// decided.
std::vector<StoredFrame> GroupCommit::build(std::vector<DecidedCommand>& commands) {
    std::vector<StoredFrame> frames;
    const Head before = parts_.log.head();
    builder_.start(before.seq, before.hash);
    for (std::size_t first = 0, end = 0; first < commands.size(); first = end) {
        end = first + 1 + commands[first].rest;
        const auto together = std::span(commands).subspan(first, end - first);
        if (add_together(together)) continue;
        close_frame(frames);
        ensure(add_together(together));
    }
    close_frame(frames);
    parts_.state.settle(builder_.last_hash());
    return frames;
}

// All of them into this frame, or none.
bool GroupCommit::add_together(std::span<DecidedCommand> commands) {
    const FrameBuilder::Mark before = builder_.mark();
    for (DecidedCommand& command : commands) {
        if (command.records.empty()) continue;
        if (const Status added = builder_.add(command.records, Ids::of_their_keys); !added) {
            ensure(added.error().code == Errc::overloaded);
            builder_.back_to(before);
            return false;
        }
        command.hash = builder_.last_hash();
    }
    return true;
}

void GroupCommit::close_frame(std::vector<StoredFrame>& frames) {
    const Leadership led = parts_.log.leadership();
    const std::uint64_t last_seq = builder_.last_seq();
    const Hash last_hash = builder_.last_hash();
    frames.push_back({last_seq, builder_.finish(led.term, led.leader)});
    builder_.start(last_seq, last_hash);
}

void GroupCommit::count(DecidedGroup& group) {
    for (const DecidedCommand& command : group.commands()) {
        if (command.first)
            ++counts_.replays;
        else if (command.refusal)
            ++counts_.refusals;
        else
            ++counts_.commands;
    }
    parts_.settled();
}

void GroupCommit::answer(DecidedGroup& group) {
    const std::uint32_t partition = parts_.log.identity().partition;
    for (DecidedCommand& command : group.commands()) {
        std::unique_ptr<PendingCommand> pending = std::move(command.pending);
        if (!pending) continue; // Answered late.
        if (command.first)
            parts_.receipts.answer(std::move(pending), *command.first);
        else if (command.refusal)
            pending->answer(std::move(*command.refusal));
        else
            pending->answer(receipt_of(command, partition, parts_.log.acknowledgement()));
    }
}

// What a command of a group that is no more is told. Even a refusal was decided on a state that is
// not: nobody hears what the group made of him.
Error GroupCommit::why_not(const DecidedCommand& command, const Error& why, bool was_put) {
    if (why.code == Errc::read_only) return why;
    const bool may_be_there = was_put && (command.first || !command.records.empty());
    return {may_be_there ? Errc::outcome_unknown : Errc::store_unavailable, why.detail};
}

Status GroupCommit::take_back(DecidedGroup& group, const Error& why, bool was_put) {
    group.undo();
    for (DecidedCommand& command : group.commands()) {
        std::unique_ptr<PendingCommand> pending = std::move(command.pending);
        if (!pending) continue; // Answered late, or before its time: a test's doing.
        const bool was_durable = command.first && command.first->first_seq <= group.begin().seq;
        if (was_durable)
            parts_.receipts.answer(std::move(pending), *command.first);
        else
            pending->answer(why_not(command, why, was_put));
    }
    if (why.code == Errc::read_only) return Done{};
    return why;
}

} // namespace tollbook
