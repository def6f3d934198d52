#pragma once

#include "api/cli/context.hpp"
#include "api/cli/import_rows.hpp"
#include "api/client.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tollbook::api {

struct RefusedCommand {
    std::size_t line{};
    std::string type;
    Error error;
};

struct SendReport {
    std::size_t accepted{};
    std::size_t replayed{}; // Stood in the book already.
    std::vector<RefusedCommand> refused;
    std::string position; // After which all of it stands.
};

// Sends commands in batches, in order. What was refused only for the moment is sent again, before
// anything behind it. Stops at an error of the connection: nothing is lost by running it again.
Result<SendReport> send_commands(
    const Context& context,
    Client& client,
    const std::string& tenant,
    std::span<const ImportCommand> commands
);

// What each command would come to behind those before it, in the order of the commands: accepted,
// standing already, or refused. Nothing is written. Refuses with payload_too_large what is more
// than one request may ask.
enum class TriedOutcome { accepted, replayed };

Result<std::vector<Result<TriedOutcome>>> try_commands(
    Client& client, const std::string& tenant, std::span<const ImportCommand> commands
);

} // namespace tollbook::api
