#pragma once

#include "ledger/checkpointer.hpp"
#include "ledger/clock_guard.hpp"
#include "ledger/command_queue.hpp"
#include "ledger/derived_store.hpp"
#include "ledger/first_receipts.hpp"
#include "ledger/group_commit.hpp"
#include "ledger/guarded.hpp"
#include "ledger/local_source.hpp"
#include "ledger/partition.hpp"
#include "ledger/writer_state.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace tollbook {

// Everything of a partition: what the writer's thread holds, the thread itself, and the two that
// help it (checkpoints, first receipts). Built in two steps: `recover` brings the state to the
// head, `start` claims and serves.
class PartitionWriter {
public:
    PartitionWriter(
        Store& store, KeyStore& keys, std::unique_ptr<Decider> decider, PartitionOptions options
    );
    PartitionWriter(const PartitionWriter&) = delete;
    PartitionWriter& operator=(const PartitionWriter&) = delete;
    ~PartitionWriter();

    Status recover();
    Status start();

    void submit(Submission submission, Answer answer);
    void submit_atomic(std::vector<Submission> batch, BatchAnswer answer);
    Status read(const std::function<void(const Decider&, const Head&)>& look);
    Result<std::vector<Result<Tried>>> try_out(std::vector<Submission> submissions);
    Status checkpoint();

    Source& source() { return source_; }

    PartitionHealth health() const;

private:
    using Promise = std::shared_ptr<std::promise<Status>>;

    std::optional<Error> enqueue(std::span<std::unique_ptr<PendingCommand>> commands);

    void run();
    CommandQueue::Waiting waiting() const;
    bool keep_waiting();
    std::size_t room_in_group() const;
    void decide(PendingCommands commands);
    void decide_and_take_back(PendingCommands commands);
    void advance();
    void drain();
    void sync_mark();
    void refuse(PendingCommands& commands, const Error& why);
    void stop_for_good(const Error& why);
    void collect_checkpoint();
    void consider_checkpoint();
    void begin_checkpoint();
    void finish();
    void publish();

    PartitionOptions options_;
    KeyStore& keys_;
    Log& log_;
    DerivedStore derived_;
    WriterState state_;
    ClockGuard clock_;
    LocalSource source_;
    CommandQueue queue_;
    std::uint64_t checkpoint_seq_{}; // Of the last one that is durable.
    std::uint64_t checkpoint_begun_seq_{};
    std::vector<Promise> checkpoint_asked_;
    std::vector<Promise> checkpoint_awaited_; // For the one that is being written.
    bool came_alone_{};                       // What was decided last.
    std::optional<Error> stopped_;
    std::atomic<std::uint64_t> refusals_{};           // Beside those of the groups.
    std::chrono::steady_clock::time_point next_look_; // While the log waits for others.
    Guarded<PartitionHealth> health_;
    FirstReceipts receipts_;
    GroupCommit commit_;
    Checkpointer checkpointer_;
    std::jthread thread_;
};

} // namespace tollbook
