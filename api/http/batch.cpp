#include "api/http/batch.hpp"

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

Error at_item(std::size_t index, Errc code, std::string detail) {
    return {code, "item " + std::to_string(index) + ": " + std::move(detail)};
}

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
    if (value.get_object().get(object)) return at_item(index, Errc::wrong_type, "not an object");
    Parts parts;
    for (auto entry : object) {
        ondemand::field field;
        if (std::move(entry).get(field)) return at_item(index, Errc::malformed_json, "");
        std::string_view name;
        if (field.unescaped_key().get(name)) return at_item(index, Errc::malformed_json, "");
        if (const auto refusal = take_field(name, field, parts))
            return at_item(index, *refusal, std::string(name));
    }
    if (!parts.key) return at_item(index, Errc::missing_field, "key");
    if (!parts.type) return at_item(index, Errc::missing_field, "type");
    if (!parts.body) return at_item(index, Errc::missing_field, "body");
    if (parts.key->empty() || parts.key->size() > idempotency_key_bytes_max)
        return at_item(index, Errc::idempotency_key_invalid, "");
    return BatchItem{std::move(*parts.key), std::move(*parts.type), std::move(*parts.body)};
}

// What all answers of one batch share. Each answer writes its own slot; the last one replies.
struct Pending {
    Pending(std::vector<BatchItem> all, Reply to, std::string id)
        : items(std::move(all))
        , left(items.size())
        , reply(std::move(to))
        , request_id(std::move(id)) {
        outcomes.assign(items.size(), Result<Receipt>(Error{Errc::internal, {}}));
    }

    std::vector<BatchItem> items;
    std::vector<Result<Receipt>> outcomes;
    std::atomic<std::size_t> left;
    Reply reply;
    std::string request_id;
};

void write_item(std::string& out, const BatchItem& item, const Result<Receipt>& outcome) {
    out += R"({"key":)";
    write_json_string(out, item.key);
    out += R"(,"status":)";
    if (!outcome) {
        write_json_integer(out, std::int64_t{info(outcome.error().code).http_status});
        out += R"(,"problem":)";
        write_problem(out, outcome.error(), {});
        out += '}';
        return;
    }
    const Route* route = command_route(item.type);
    write_json_integer(out, std::int64_t{route == nullptr ? 200 : route->status});
    out += R"(,"position":")" + to_string(position_of(*outcome));
    out += outcome->replayed ? R"(","replayed":true})" : R"(","replayed":false})";
}

Response batch_response(const Pending& batch) {
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

void settle(const std::shared_ptr<Pending>& batch, std::size_t index, Result<Receipt> outcome) {
    batch->outcomes[index] = std::move(outcome);
    if (batch->left.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    batch->reply([batch] { return batch_response(*batch); });
}

Status check_item(const BatchItem& item, const Principal& principal) {
    const Route* route = command_route(item.type);
    if (route == nullptr) return Error{Errc::not_found, "no command " + item.type};
    if (!route->roles.has(principal.role)) return Error{Errc::permission_denied, item.type};
    return Done{};
}

} // namespace

Result<std::vector<BatchItem>> read_batch(std::string_view text) {
    const simdjson::padded_string padded(text);
    ondemand::parser parser;
    ondemand::document document;
    ondemand::array array;
    if (parser.iterate(padded).get(document) || document.get_array().get(array))
        return Error{Errc::malformed_json, "an array of commands is expected"};
    std::vector<BatchItem> items;
    for (auto entry : array) {
        ondemand::value value;
        if (std::move(entry).get(value)) return at_item(items.size(), Errc::malformed_json, "");
        Result<BatchItem> item = read_item(value, items.size());
        if (!item) return item.error();
        items.push_back(std::move(*item));
        if (items.size() > batch_commands_max)
            return Error{
                Errc::payload_too_large,
                "more than " + std::to_string(batch_commands_max) + " commands"};
    }
    const char* behind = nullptr;
    if (!document.current_location().get(behind))
        return Error{Errc::malformed_json, "text behind the array"};
    return items;
}

void run_batch(const Services& services, Request request, Admitted admitted, Reply reply) {
    Result<std::vector<BatchItem>> items = read_batch(request.body);
    if (!items) return reply(problem_response(items.error(), request.id));
    if (items->empty())
        return reply(problem_response(Error{Errc::missing_field, "no commands"}, request.id));

    const std::string correlation = correlation_of(request);
    const auto batch =
        std::make_shared<Pending>(std::move(*items), std::move(reply), std::move(request.id));
    for (std::size_t i = 0; i < batch->items.size(); ++i) {
        const BatchItem& item = batch->items[i];
        if (const Status allowed = check_item(item, admitted.principal); !allowed) {
            settle(batch, i, allowed.error());
            continue;
        }
        Submission submission{
            .tenant = admitted.tenant,
            .key = item.key,
            .type = item.type,
            .body = item.body,
            .actor = "key:" + admitted.principal.id,
            .correlation = correlation,
            .causation = {},
            .expected_revision = {},
        };
        services.submit.submit(std::move(submission), [batch, i](Result<Receipt> outcome) {
            settle(batch, i, std::move(outcome));
        });
    }
}

} // namespace tollbook::api
