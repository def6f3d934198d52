#include "ledger/pending_command.hpp"

#include "ledger/frame.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t idempotency_key_bytes_max = 255;
constexpr std::size_t origin_bytes_max = 255; // Of a text that says who sent a command and why.
constexpr std::size_t command_bytes_min = 48; // A frame never spends less on one.

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Status check_origin(const Submission& submission) {
    if (submission.key.empty()) return Error{Errc::idempotency_key_missing, {}};
    if (submission.key.size() > idempotency_key_bytes_max || !is_printable(submission.key))
        return Error{Errc::idempotency_key_invalid, {}};
    for (const std::string* text :
         {&submission.tenant, &submission.actor, &submission.correlation, &submission.causation})
        if (text->size() > origin_bytes_max)
            return Error{Errc::malformed_request, "tenant, actor, correlation or causation"};
    return Done{};
}

} // namespace

Result<std::unique_ptr<PendingCommand>> prepare(
    const Decider& decider, const KeyStore& keys, Submission submission
) {
    if (const Status checked = check_origin(submission); !checked) return checked.error();
    auto prepared = decider.prepare(submission.tenant, submission.type, submission.body);
    if (!prepared) return prepared.error();
    auto command = std::make_unique<PendingCommand>();
    const std::string canonical = submission.type + '\0' + (*prepared)->canonical();
    const Result<Hash> fingerprint = keys.fingerprint(submission.tenant, canonical);
    if (!fingerprint) return fingerprint.error();
    command->prepared = std::move(*prepared);
    command->fingerprint = *fingerprint;
    command->id = command_id_of(submission.tenant, submission.key);
    command->since = std::chrono::steady_clock::now();
    command->submission = std::move(submission);
    return command;
}

Result<PendingCommands> prepare(
    const Decider& decider, const KeyStore& keys, std::vector<Submission> batch
) {
    if (batch.empty()) return Error{Errc::missing_field, "no commands"};
    if (batch.size() > frame_bytes_max / command_bytes_min)
        return Error{Errc::command_too_large, "the batch needs more than one frame holds"};
    const std::string tenant = batch.front().tenant;
    PendingCommands commands;
    for (Submission& submission : batch) {
        const std::size_t item = commands.size();
        if (submission.tenant != tenant)
            return at_item(item, {Errc::malformed_request, "another tenant"});
        Result<std::unique_ptr<PendingCommand>> command =
            prepare(decider, keys, std::move(submission));
        if (!command) return at_item(item, command.error());
        (*command)->rest = batch.size() - 1 - item;
        commands.push_back(std::move(*command));
    }
    for (const auto& command : commands)
        command->since = commands.front()->since;
    return commands;
}

} // namespace tollbook
