#pragma once

#include "ledger/position.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// A command on its way to the writer of its tenant's partition.
struct Submission {
    std::string tenant;
    std::string key;  // Idempotency key.
    std::string type; // "record_payment"
    std::string body; // JSON of that command.
    std::string actor;
    std::string correlation;
    std::string causation;
    std::optional<std::uint64_t> expected_revision; // Of the stream that the command is about.
};

// Called once, from any thread, when the outcome is confirmed. It must not block.
using Answer = std::function<void(Result<Receipt>)>;

// Called once, as Answer is: the receipts in the order of the commands, or why none was accepted.
// An error that is one command's names it ("item 3: ...", from 0).
using BatchAnswer = std::function<void(Result<std::vector<Receipt>>)>;

// The same error, said of one command of a batch.
inline Error at_item(std::size_t item, const Error& why) {
    return {why.code, "item " + std::to_string(item) + ": " + why.detail};
}

// The way in: in process, or over HTTP between roles. Reactors send outcomes back through it.
// Thread-safe; submissions of one thread are decided in their order.
class Submit {
public:
    Submit() = default;
    Submit(const Submit&) = delete;
    Submit& operator=(const Submit&) = delete;
    virtual ~Submit() = default;

    virtual void submit(Submission submission, Answer answer) = 0;

    // All or none, in one frame: each command is decided on the state that the ones before it left,
    // and one that is refused refuses all. They are of one tenant, each with a key of its own; keys
    // that were all accepted before get their first receipts, some new and some old are refused
    // (idempotency_key_reused). More than a frame holds: command_too_large.
    virtual void submit_atomic(std::vector<Submission> batch, BatchAnswer answer) = 0;
};

} // namespace tollbook
