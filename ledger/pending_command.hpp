#pragma once

#include "ledger/decider.hpp"
#include "ledger/keystore.hpp"
#include "ledger/submit.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace tollbook {

// A command that was read and checked by itself, on its way to the writer.
struct PendingCommand {
    Submission submission;
    Answer answer;
    std::shared_ptr<const Prepared> prepared;
    Hash fingerprint{};
    Uuid id{};
    std::chrono::steady_clock::time_point since; // When it came in.
    std::size_t rest{}; // How many behind it are accepted or refused with it.
};

using PendingCommands = std::vector<std::unique_ptr<PendingCommand>>;

// Reads and checks all that needs no state, on the caller's thread; refuses as the writer would.
// The answer is the caller's to set.
Result<std::unique_ptr<PendingCommand>> prepare(
    const Decider& decider, const KeyStore& keys, Submission submission
);

// The commands of an atomic batch, which are accepted or refused together.
Result<PendingCommands> prepare(
    const Decider& decider, const KeyStore& keys, std::vector<Submission> batch
);

} // namespace tollbook
