#pragma once

#include "ledger/derived_store.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace tollbook {

// Writes one checkpoint at a time on a thread of its own, while the writer goes on. While the disk
// is full it tries again; any other failure is the writer's to act on.
class Checkpointer {
public:
    // `finished` is called on the checkpointer's thread after each one. The store outlives it.
    Checkpointer(DerivedStore& store, std::function<void()> finished);
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;
    ~Checkpointer(); // A checkpoint that is being written is finished first.

    // From `start` until its outcome was taken.
    bool busy() const;

    void start(Checkpoint checkpoint); // Not while busy.

    // The outcome of the one that was started, once: its seq.
    std::optional<Result<std::uint64_t>> take_outcome();

    // Until there is an outcome to take; not at all when it is not busy. While the disk is full
    // this gives up after one more try.
    void wait();

private:
    void run(const std::stop_token& stop);
    Status write(const Checkpoint& checkpoint, const std::stop_token& stop);

    DerivedStore& store_;
    std::function<void()> finished_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Checkpoint> job_;
    std::optional<Result<std::uint64_t>> outcome_;
    bool busy_{};
    bool hurried_{};
    std::jthread thread_;
};

} // namespace tollbook
