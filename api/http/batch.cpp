#include "api/http/batch.hpp"

#include "api/batch_dry_run.hpp"
#include "api/http/commands.hpp"
#include "api/http/problem.hpp"
#include "api/http/receipt.hpp"
#include "ledger/json.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <simdjson.h>
#include <utility>

namespace tollbook::api {

namespace {

namespace ondemand = simdjson::ondemand;

struct Parts {
    std::optional<std::string> key;
    std::optional<std::string> type;
    std::optional<std::string> body;
};

// Puts one field of an item into its place; an empty answer is success.
std::optional<Errc> take_field(std::string_view name, ondemand::field& field, Parts& parts) {
    std::string_view text;
    if (name == "body") {
        ondemand::object object;
        if (parts.body) return Errc::duplicate_key;
        if (field.value().get_object().get(object)) return Errc::wrong_type;
        if (object.raw_json().get(text)) return Errc::malformed_json;
        parts.body = text;
        return {};
    }
    std::optional<std::string>* target =
        name == "key" ? &parts.key : (name == "type" ? &parts.type : nullptr);
    if (target == nullptr) return Errc::unknown_field;
    if (*target) return Errc::duplicate_key;
    if (field.value().get_string().get(text)) return Errc::wrong_type;
    *target = text;
    return {};
}

Result<BatchItem> read_item(ondemand::value value, std::size_t index) {
    ondemand::object object;
    if (value.get_object().get(object)) return at_item(index, {Errc::wrong_type, "not an object"});
    Parts parts;
    for (auto entry : object) {
        ondemand::field field;
        if (std::move(entry).get(field)) return at_item(index, {Errc::malformed_json, ""});
        std::string_view name;
        if (field.unescaped_key().get(name)) return at_item(index, {Errc::malformed_json, ""});
        if (const auto refusal = take_field(name, field, parts))
            return at_item(index, {*refusal, std::string(name)});
    }
    if (!parts.key) return at_item(index, {Errc::missing_field, "key"});
    if (!parts.type) return at_item(index, {Errc::missing_field, "type"});
    if (!parts.body) return at_item(index, {Errc::missing_field, "body"});
    if (parts.key->empty() || parts.key->size() > idempotency_key_bytes_max)
        return at_item(index, {Errc::idempotency_key_invalid, ""});
    return BatchItem{std::move(*parts.key), std::move(*parts.type), std::move(*parts.body)};
}

struct Answered {
    std::vector<BatchItem> items;
    std::vector<Result<Receipt>> outcomes; // Of the items, in order.
};

void write_item(std::string& out, const BatchItem& item, const Result<Receipt>& outcome) {
    if (!outcome) return write_refused_item(out, item.key, outcome.error());
    write_item_status(out, item.key, status_of_command(item.type));
    out += R"(,"position":")" + to_string(position_of(*outcome));
    out += outcome->replayed ? R"(","replayed":true})" : R"(","replayed":false})";
}

Response batch_response(const Answered& batch) {
    std::int64_t replayed = 0;
    std::int64_t refused = 0;
    Position newest;
    std::string data;
    for (std::size_t i = 0; i < batch.items.size(); ++i) {
        const Result<Receipt>& outcome = batch.outcomes[i];
        if (!outcome)
            ++refused;
        else if (outcome->replayed)
            ++replayed;
        if (outcome) newest = std::max(newest, position_of(*outcome));
        if (i != 0) data += ',';
        write_item(data, batch.items[i], outcome);
    }
    Response response;
    const auto total = static_cast<std::int64_t>(batch.items.size());
    response.body = R"({"object":"batch","accepted":)";
    write_json_integer(response.body, total - refused - replayed);
    response.body += R"(,"replayed":)";
    write_json_integer(response.body, replayed);
    response.body += R"(,"refused":)";
    write_json_integer(response.body, refused);
    response.body += R"(,"data":[)" + data + "]}";
    response.headers.push_back({"Tollbook-Position", to_string(newest)});
    return response;
}

// What all answers of one batch share. Each answer writes its own slot; the last one replies.
struct Pending {
    Pending(std::vector<BatchItem> items, Reply to)
        : batch{std::move(items), {}}, left(batch.items.size()), reply(std::move(to)) {
        batch.outcomes.assign(batch.items.size(), Result<Receipt>(Error{Errc::internal, {}}));
    }

    Answered batch;
    std::atomic<std::size_t> left;
    Reply reply;
};

void settle(const std::shared_ptr<Pending>& pending, std::size_t index, Result<Receipt> outcome) {
    pending->batch.outcomes[index] = std::move(outcome);
    if (pending->left.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    pending->reply([pending] { return batch_response(pending->batch); });
}

// In whose name the commands are submitted.
struct Sender {
    std::string tenant;
    Principal principal;
    std::string actor;
    std::string correlation;
};

Result<Submission> submission_of(const BatchItem& item, const Sender& sender) {
    const Route* route = command_route(item.type);
    if (route == nullptr) return Error{Errc::not_found, "no command " + item.type};
    if (!route->roles.has(sender.principal.role)) return Error{Errc::permission_denied, item.type};
    return Submission{
        .tenant = sender.tenant,
        .key = item.key,
        .type = item.type,
        .body = item.body,
        .actor = sender.actor,
        .correlation = sender.correlation,
        .causation = {},
        .expected_revision = {},
    };
}

void run_each(
    const Services& services, const Sender& sender, std::vector<BatchItem> items, Reply reply
) {
    const auto pending = std::make_shared<Pending>(std::move(items), std::move(reply));
    for (std::size_t i = 0; i < pending->batch.items.size(); ++i) {
        Result<Submission> submission = submission_of(pending->batch.items[i], sender);
        if (!submission) {
            settle(pending, i, submission.error());
            continue;
        }
        services.submit.submit(std::move(*submission), [pending, i](Result<Receipt> outcome) {
            settle(pending, i, std::move(outcome));
        });
    }
}

void run_atomic(
    const Services& services,
    const Sender& sender,
    std::vector<BatchItem> items,
    std::string request_id,
    Reply reply
) {
    std::vector<Submission> submissions;
    submissions.reserve(items.size());
    for (const BatchItem& item : items) {
        Result<Submission> submission = submission_of(item, sender);
        if (!submission)
            return reply(
                problem_response(at_item(submissions.size(), submission.error()), request_id)
            );
        submissions.push_back(std::move(*submission));
    }
    const auto batch = std::make_shared<Answered>(Answered{std::move(items), {}});
    services.submit.submit_atomic(
        std::move(submissions),
        [batch,
         reply = std::move(reply),
         request_id = std::move(request_id)](Result<std::vector<Receipt>> receipts) mutable {
            if (!receipts) return reply(problem_response(receipts.error(), request_id));
            for (Receipt& receipt : *receipts)
                batch->outcomes.emplace_back(std::move(receipt));
            reply([batch] { return batch_response(*batch); });
        }
    );
}

// What they would come to is told by whoever keeps the log.
void try_each(
    const Services& services,
    const Sender& sender,
    std::vector<BatchItem> items,
    const std::string& request_id,
    Reply reply
) {
    if (!services.run) return reply(problem_response(Error{Errc::not_ready, {}}, request_id));
    std::vector<DryRunItem> tried;
    for (BatchItem& item : items) {
        const Result<Submission> allowed = submission_of(item, sender);
        DryRunItem& one = tried.emplace_back();
        one.key = std::move(item.key);
        one.type = std::move(item.type);
        one.body = std::move(item.body);
        if (allowed) continue;
        one.refused = info(allowed.error().code).slug;
        one.detail = allowed.error().detail;
    }
    RunOrder order{sender.tenant, sender.actor, sender.correlation, RunStep::batch_dry_run, {}};
    order.body = to_json(tried);
    services.run(std::move(order), std::move(reply));
}

} // namespace

void write_item_status(std::string& out, std::string_view key, std::int64_t status) {
    out += R"({"key":)";
    write_json_string(out, key);
    out += R"(,"status":)";
    write_json_integer(out, status);
}

void write_refused_item(std::string& out, std::string_view key, const Error& error) {
    write_item_status(out, key, info(error.code).http_status);
    out += R"(,"problem":)";
    write_problem(out, error, {});
    out += '}';
}

std::int64_t status_of_command(std::string_view type) {
    const Route* route = command_route(type);
    return route == nullptr ? 200 : route->status;
}

Result<std::vector<BatchItem>> read_batch(std::string_view text, std::size_t commands_max) {
    const simdjson::padded_string padded(text);
    ondemand::parser parser;
    ondemand::document document;
    ondemand::array array;
    if (parser.iterate(padded).get(document) || document.get_array().get(array))
        return Error{Errc::malformed_json, "an array of commands is expected"};
    std::vector<BatchItem> items;
    for (auto entry : array) {
        ondemand::value value;
        if (std::move(entry).get(value)) return at_item(items.size(), {Errc::malformed_json, ""});
        Result<BatchItem> item = read_item(value, items.size());
        if (!item) return item.error();
        items.push_back(std::move(*item));
        if (items.size() > commands_max)
            return Error{
                Errc::payload_too_large, "more than " + std::to_string(commands_max) + " commands"};
    }
    const char* behind = nullptr;
    if (!document.current_location().get(behind))
        return Error{Errc::malformed_json, "text behind the array"};
    return items;
}

void run_batch(const Services& services, Request request, Admitted admitted, Reply reply) {
    const Result<bool> atomic = flag_of(admitted, "atomic");
    if (!atomic) return reply(problem_response(atomic.error(), request.id));
    const Result<bool> dry_run = flag_of(admitted, "dry_run");
    if (!dry_run) return reply(problem_response(dry_run.error(), request.id));
    if (*atomic && *dry_run)
        return reply(problem_response(
            Error{Errc::value_out_of_range, "dry_run: not of an atomic batch"}, request.id
        ));
    Result<std::vector<BatchItem>> items =
        read_batch(request.body, *dry_run ? batch_dry_run_commands_max : batch_commands_max);
    if (!items) return reply(problem_response(items.error(), request.id));
    if (items->empty())
        return reply(problem_response(Error{Errc::missing_field, "no commands"}, request.id));
    const Sender sender{
        admitted.tenant,
        admitted.principal,
        "key:" + admitted.principal.id,
        correlation_of(request)};
    if (*dry_run)
        try_each(services, sender, std::move(*items), request.id, std::move(reply));
    else if (*atomic)
        run_atomic(services, sender, std::move(*items), std::move(request.id), std::move(reply));
    else
        run_each(services, sender, std::move(*items), std::move(reply));
}

} // namespace tollbook::api
