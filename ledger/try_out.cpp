// Commands that are tried out: decided as they would be, then taken back.
#include "ledger/partition_writer.hpp"

#include <cstdint>
#include <latch>
#include <unordered_map>
#include <utility>

namespace tollbook {

namespace {

// What each of them came to. Whoever asked waits for the last one.
class Outcomes {
public:
    explicit Outcomes(std::size_t commands)
        : outcomes_(commands, Result<Tried>(Error{Errc::internal, {}}))
        , left_(static_cast<std::ptrdiff_t>(commands)) {}

    Answer item(std::size_t index) {
        return [this, index](const Result<Receipt>& receipt) {
            if (!receipt)
                outcomes_[index] = receipt.error();
            else
                outcomes_[index] = receipt->replayed ? Tried::replayed : Tried::accepted;
            left_.count_down();
        };
    }

    std::vector<Result<Tried>> wait() {
        left_.wait();
        return std::move(outcomes_);
    }

private:
    std::vector<Result<Tried>> outcomes_;
    std::latch left_;
};

Result<Receipt> accepted(bool replayed) {
    Receipt receipt;
    receipt.replayed = replayed;
    return receipt;
}

// By the place of those that were accepted now.
using Fingerprints = std::unordered_map<std::uint64_t, Hash>;

Fingerprints fingerprints_of(const std::vector<DecidedCommand>& commands) {
    Fingerprints fingerprints;
    for (const DecidedCommand& command : commands)
        if (!command.records.empty())
            fingerprints.emplace(command.records.front().seq, command.pending->fingerprint);
    return fingerprints;
}

} // namespace

Result<std::vector<Result<Tried>>> PartitionWriter::try_out(std::vector<Submission> submissions) {
    Outcomes outcomes(submissions.size());
    PendingCommands commands;
    for (std::size_t i = 0; i < submissions.size(); ++i) {
        auto command = prepare(state_.decider(), keys_, std::move(submissions[i]));
        if (!command) {
            outcomes.item(i)(command.error());
            continue;
        }
        (*command)->answer = outcomes.item(i);
        commands.push_back(std::move(*command));
    }
    if (commands.empty()) return outcomes.wait(); // The writer would come too late to them.
    const bool queued =
        queue_.push_task([this, &commands] { decide_and_take_back(std::move(commands)); });
    if (!queued) return Error{Errc::not_ready, "the node is stopping"};
    return outcomes.wait();
}

// Between two groups, when nothing is decided that is not durable.
void PartitionWriter::decide_and_take_back(PendingCommands commands) {
    if (stopped_) return refuse(commands, {Errc::store_unavailable, stopped_->detail});
    const Result<Timestamp> now = clock_.stamp(state_.recorded_at());
    if (!now) return refuse(commands, now.error());
    const std::uint64_t durable = state_.head().seq;
    DecidedGroup group(state_, log_.leadership());
    Status decided = group.decide(std::move(commands), *now);
    if (decided) decided = derived_.reads_held();
    group.undo();
    state_.forget_undo();
    if (!decided) stop_for_good(decided.error());

    const Fingerprints fingerprints = fingerprints_of(group.commands());
    for (DecidedCommand& command : group.commands()) {
        std::unique_ptr<PendingCommand> pending = std::move(command.pending);
        if (!decided)
            pending->answer(decided.error());
        else if (command.refusal)
            pending->answer(*command.refusal);
        else if (!command.first)
            pending->answer(accepted(false));
        else if (command.first->first_seq <= durable)
            receipts_.answer(std::move(pending), *command.first);
        else if (fingerprints.at(command.first->first_seq) != pending->fingerprint)
            pending->answer(Error{Errc::idempotency_key_reused, {}});
        else
            pending->answer(accepted(true));
    }
}

} // namespace tollbook
