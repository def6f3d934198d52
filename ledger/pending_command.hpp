#pragma once

#include "ledger/decider.hpp"
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
};

using PendingCommands = std::vector<std::unique_ptr<PendingCommand>>;

} // namespace tollbook
