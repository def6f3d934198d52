#include "ledger/group_append.hpp"

#include "ledger/crash_point.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

GroupAppend::GroupAppend(Parts parts)
    : parts_(parts), builder_(parts_.log.identity(), parts_.log.incarnation()) {}

Status GroupAppend::run(DecidedGroup& group) {
    was_put_ = false;
    waits_ = &group;
    const Status status = group.accepted() == 0 ? prove(group) : append(group);
    waits_ = nullptr;
    if (!status) return status;
    count(group);
    if (!parts_.answer_before_append) answer(group);
    crash_point("writer.answered");
    group.commands().clear();
    return Done{};
}

Status GroupAppend::append(DecidedGroup& group) {
    if (const Status sealed = seal(group.commands()); !sealed) return sealed;
    crash_point("writer.sealed");
    const std::vector<StoredFrame> frames = build(group.commands());
    if (parts_.answer_before_append) answer(group);
    was_put_ = true;
    const Status appended = parts_.log.append(frames, {builder_.last_seq(), builder_.last_hash()});
    if (!appended) return appended;
    crash_point("writer.appended");
    counts_.with([](CommitCounts& counts) { ++counts.groups; });
    return Done{};
}

// A refusal stands on a state that must still be the newest one.
Status GroupAppend::prove(DecidedGroup& group) {
    const bool refuses = std::ranges::any_of(group.commands(), [](const DecidedCommand& command) {
        return command.refusal.has_value();
    });
    return refuses ? parts_.log.barrier() : Status(Done{});
}

void GroupAppend::answer_late(std::chrono::steady_clock::time_point since) {
    if (waits_ == nullptr) return;
    for (DecidedCommand& command : waits_->commands()) {
        if (!command.pending || command.pending->since >= since) continue;
        const Error waiting{Errc::outcome_unknown, "the topic has not confirmed it yet"};
        const Error undecided{Errc::topic_unavailable, "nothing was changed"};
        std::exchange(command.pending, nullptr)->answer(command.refusal ? undecided : waiting);
        counts_.with([](CommitCounts& counts) { ++counts.late; });
    }
}

CommitCounts GroupAppend::counts() const {
    return counts_.with([](const CommitCounts& counts) { return counts; });
}

Status GroupAppend::seal(std::vector<DecidedCommand>& commands) {
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
std::vector<StoredFrame> GroupAppend::build(std::vector<DecidedCommand>& commands) {
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
    return frames;
}

// All of them into this frame, or none.
bool GroupAppend::add_together(std::span<DecidedCommand> commands) {
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

void GroupAppend::close_frame(std::vector<StoredFrame>& frames) {
    const Leadership led = parts_.log.leadership();
    const std::uint64_t last_seq = builder_.last_seq();
    const Hash last_hash = builder_.last_hash();
    frames.push_back({last_seq, builder_.finish(led.term, led.leader)});
    builder_.start(last_seq, last_hash);
}

void GroupAppend::count(DecidedGroup& group) {
    counts_.with([&](CommitCounts& counts) {
        for (const DecidedCommand& command : group.commands()) {
            if (command.first)
                ++counts.replays;
            else if (command.refusal)
                ++counts.refusals;
            else
                ++counts.commands;
        }
    });
}

void GroupAppend::answer(DecidedGroup& group) {
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

} // namespace tollbook
