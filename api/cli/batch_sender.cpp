#include "api/cli/batch_sender.hpp"

#include "api/cli/progress.hpp"
#include "api/http/problem.hpp"
#include "ledger/json.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace tollbook::api {

namespace {

constexpr std::size_t batch_commands = 2'000;
constexpr int rounds_max = 6;
constexpr std::chrono::milliseconds pause_first{200};

struct Problem {
    std::string type;
    std::string title;
    std::int64_t status{};
    std::optional<std::string> detail;
    std::string code;
    bool retryable{};
};
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, detail, code, retryable))

struct Item {
    std::string key;
    std::int64_t status{};
    std::optional<std::string> position;
    std::optional<bool> replayed;
    std::optional<Problem> problem;
};
BOOST_DESCRIBE_STRUCT(Item, (), (key, status, position, replayed, problem))

struct BatchAnswer {
    std::string object;
    std::int64_t accepted{};
    std::int64_t replayed{};
    std::int64_t refused{};
    std::vector<Item> data;
};
BOOST_DESCRIBE_STRUCT(BatchAnswer, (), (object, accepted, replayed, refused, data))

std::string body_of(std::span<const ImportCommand> commands) {
    std::string body = "[";
    for (const ImportCommand& command : commands) {
        if (body.size() > 1) body += ',';
        body += R"({"key":)";
        write_json_string(body, command.key);
        body += R"(,"type":")" + command.type + R"(","body":)" + command.body + "}";
    }
    return body + "]";
}

Error error_of(const Problem& problem) {
    return {errc_of(problem.code).value_or(Errc::internal), problem.detail.value_or("")};
}

// Takes the answers of one batch into the report; what may be retried is returned.
std::vector<ImportCommand> take_answers(
    std::span<const ImportCommand> commands, const BatchAnswer& answer, SendReport& report
) {
    std::vector<ImportCommand> again;
    for (std::size_t i = 0; i < commands.size() && i < answer.data.size(); ++i) {
        const Item& item = answer.data[i];
        if (!item.problem) {
            if (item.replayed.value_or(false))
                ++report.replayed;
            else
                ++report.accepted;
            report.position = item.position.value_or(report.position);
        } else if (item.problem->retryable) {
            again.push_back(commands[i]);
        } else {
            report.refused.push_back({commands[i].line, commands[i].type, error_of(*item.problem)});
        }
    }
    return again;
}

Status send_batch(
    Client& client,
    const std::string& tenant,
    std::vector<ImportCommand> commands,
    SendReport& report
) {
    std::chrono::milliseconds pause = pause_first;
    for (int round = 1; !commands.empty(); ++round) {
        const Result<ClientReply> reply =
            client.post("/v1/tenants/" + path_segment(tenant) + "/batch", body_of(commands), {});
        if (!reply) return reply.error();
        const auto answer = from_json<BatchAnswer>(reply->body);
        if (!answer) return answer.error();
        commands = take_answers(commands, *answer, report);
        if (commands.empty()) break;
        if (round == rounds_max)
            return Error{Errc::overloaded, "some commands keep being deferred"};
        std::this_thread::sleep_for(pause);
        pause *= 2;
    }
    return Done{};
}

} // namespace

Result<std::vector<Result<TriedOutcome>>> try_commands(
    Client& client, const std::string& tenant, std::span<const ImportCommand> commands
) {
    std::vector<Result<TriedOutcome>> outcomes;
    if (commands.empty()) return outcomes;
    const Result<ClientReply> reply = client.post(
        "/v1/tenants/" + path_segment(tenant) + "/batch?dry_run=true", body_of(commands), {}
    );
    if (!reply) return reply.error();
    const auto answer = from_json<BatchAnswer>(reply->body);
    if (!answer) return answer.error();
    if (answer->data.size() != commands.size())
        return Error{Errc::internal, "an answer for each command was expected"};
    for (const Item& item : answer->data)
        if (item.problem)
            outcomes.emplace_back(error_of(*item.problem));
        else
            outcomes.emplace_back(
                item.replayed.value_or(false) ? TriedOutcome::replayed : TriedOutcome::accepted
            );
    return outcomes;
}

Result<SendReport> send_commands(
    const Context& context,
    Client& client,
    const std::string& tenant,
    std::span<const ImportCommand> commands
) {
    SendReport report;
    Progress progress(context, "sending", commands.size());
    for (std::size_t from = 0; from < commands.size(); from += batch_commands) {
        const auto part = commands.subspan(from, std::min(batch_commands, commands.size() - from));
        const Status sent = send_batch(client, tenant, {part.begin(), part.end()}, report);
        if (!sent) return sent.error();
        progress.at(from + part.size());
    }
    return report;
}

} // namespace tollbook::api
