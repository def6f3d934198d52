#pragma once

#include "ledger/position.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

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

// The way in: in process, or over HTTP between roles. Reactors send outcomes back through it.
// Thread-safe; submissions of one thread are decided in their order.
class Submit {
public:
    Submit() = default;
    Submit(const Submit&) = delete;
    Submit& operator=(const Submit&) = delete;
    virtual ~Submit() = default;

    virtual void submit(Submission submission, Answer answer) = 0;
};

} // namespace tollbook
