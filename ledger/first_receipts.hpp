#pragma once

#include "ledger/frame.hpp"
#include "ledger/log.hpp"
#include "ledger/pending_command.hpp"
#include "ledger/writer_state.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace tollbook {

// Answers repeated commands with their first receipt, read back from the log, on a thread of its
// own: reading a frame takes longer than deciding a command. Many repeats in the order of their
// first run read each frame once.
class FirstReceipts {
public:
    // The log outlives it. The destructor answers what still waits.
    explicit FirstReceipts(const Log& log);
    FirstReceipts(const FirstReceipts&) = delete;
    FirstReceipts& operator=(const FirstReceipts&) = delete;
    ~FirstReceipts();

    // The place must be durable.
    void answer(std::unique_ptr<PendingCommand> command, const CommandPlace& place);

private:
    struct Repeat {
        std::unique_ptr<PendingCommand> command;
        CommandPlace place;
    };

    void run(const std::stop_token& stop);
    Result<Receipt> read(const Repeat& repeat);
    Status load(std::uint64_t seq);

    const Log& log_;
    std::optional<Frame> frame_; // The one read last.
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Repeat> waiting_;
    std::jthread thread_;
};

} // namespace tollbook
