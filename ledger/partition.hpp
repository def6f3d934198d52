#pragma once

#include "ledger/clock_guard.hpp"
#include "ledger/decider.hpp"
#include "ledger/keystore.hpp"
#include "ledger/log.hpp"
#include "ledger/source.hpp"
#include "ledger/submit.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace tollbook {

class PartitionWriter;
class Store;

struct PartitionOptions {
    std::uint64_t node_id{1};
    std::uint64_t checkpoint_records{250'000};       // A checkpoint after about so many records.
    std::size_t queue_commands_max{65'536};          // More waiting than this is overloaded.
    std::size_t group_commands_max{8'192};           // More than this wait for the next sync.
    std::chrono::milliseconds answer_within{10'000}; // What is not confirmed by then is unknown.
    Log* log{};                                      // Where it appends; null: the store's own log.
    WallClock clock{machine_clock};                  // Never a test clock: it stamps recorded-at.
    MonotonicClock monotonic{machine_monotonic_clock};
    std::function<void(const Error&)> on_stop; // Called once, by the writer that stops for good.
    bool answer_before_append{};               // Tests alone, to prove that they would notice it.
};

struct PartitionHealth {
    bool serving{};  // Commands are accepted.
    Error stopped{}; // Why not, when it stopped for good; a full disk or a bad clock passes.
    Head head;
    std::uint64_t term{};
    std::uint64_t checkpoint_seq{};
    std::uint64_t replayed{}; // Records, at start.
    std::uint64_t commands{}; // Accepted since start.
    std::uint64_t replays{};  // Repeated commands.
    std::uint64_t refusals{};
    std::uint64_t groups{}; // Syncs.
    std::uint64_t queue{};  // Waiting now.
    std::uint64_t late{};   // Answered before their outcome was known.
    Acknowledgement acknowledgement{};
};

// What would become of a command that was tried out. replayed: it had been accepted before.
enum class Tried { accepted, replayed };

// The one writer of a partition: a thread that decides, and one that appends and answers what was
// decided (log.md 2-3). Whatever came in while the last sync ran is the next group: one batch, one
// sync. Every answer waits until the state it was decided on is durable.
class Partition final : public Submit {
public:
    // Recovers: restores the checkpoint, replays the tail, claims the next term, then serves. (The
    // store compared its head with the high-water mark when it was opened.) The decider is new and
    // empty; `store` and `keys` outlive the partition.
    static Result<std::unique_ptr<Partition>> open(
        Store& store, KeyStore& keys, std::unique_ptr<Decider> decider, PartitionOptions options
    );

    ~Partition() override; // Answers what waits with not_ready, checkpoints, stops.

    void submit(Submission submission, Answer answer) override;
    void submit_atomic(std::vector<Submission> batch, BatchAnswer answer) override;

    // Runs `look` on the writer's thread on a confirmed state and returns when it has run. It must
    // be short: commands wait meanwhile. Not to be called from an answer. Refuses, without a look,
    // once the writer stopped: what it holds may be less than what is durable.
    Status read(const std::function<void(const Decider&, const Head&)>& look);

    // What would become of these commands if they were submitted now, in this order: each is
    // decided on the state that those before it would leave. Nothing of it stays. Blocks; commands
    // that come meanwhile wait. Not to be called from an answer.
    Result<std::vector<Result<Tried>>> try_out(std::vector<Submission> commands);

    // The confirmed records, tailing.
    Source& source();

    // Makes a checkpoint at the current head or behind it and waits for it. Not from an answer.
    Status checkpoint();

    PartitionHealth health() const;

private:
    explicit Partition(std::unique_ptr<PartitionWriter> writer);
    std::unique_ptr<PartitionWriter> writer_;
};

} // namespace tollbook
