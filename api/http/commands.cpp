#include "api/http/commands.hpp"

#include "api/http/problem.hpp"
#include "api/http/receipt.hpp"
#include "api/logging.hpp"
#include "ledger/json.hpp"

#include <utility>

namespace tollbook::api {

namespace {

constexpr std::string_view blank = " \t\r\n";

std::string_view without_leading_blanks(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
    return text;
}

Response receipt_response(const Receipt& receipt, int status) {
    Response response;
    response.status = status;
    response.headers.push_back({"Tollbook-Position", to_string(position_of(receipt))});
    if (receipt.replayed) response.headers.push_back({"Idempotent-Replayed", "true"});
    write_receipt(response.body, receipt);
    return response;
}

Response hook_response(const Services& services, const Result<Receipt>& outcome, const Request& r) {
    if (outcome) {
        Response response;
        response.body = R"({"ResultCode":0,"ResultDesc":"Accepted"})";
        return response;
    }
    services.metrics.count(metric::hook_failures);
    const ErrcInfo& reason = info(outcome.error().code);
    log(LogLevel::error,
        "a callback could not be stored",
        {{"problem", reason.slug}, {"request_id", std::string_view(r.id)}});
    return problem_response(Error{Errc::store_unavailable, std::string(reason.slug)}, r.id);
}

} // namespace

std::string correlation_of(const Request& request) {
    const std::optional<std::string>& trace = request.headers.traceparent;
    return trace && is_traceparent(*trace) ? *trace : request.id;
}

Result<std::string> merged_body(std::span<const PathValue> path, std::string_view body) {
    std::string_view rest = without_leading_blanks(body);
    if (rest.empty()) rest = "{}";
    if (rest.front() != '{') return Error{Errc::malformed_json, "an object is expected"};
    rest = without_leading_blanks(rest.substr(1));
    std::string merged = "{";
    merged.reserve(rest.size() + 64);
    for (const PathValue& entry : path) {
        if (entry.name == "tenant") continue;
        if (merged.size() > 1) merged += ',';
        write_json_string(merged, entry.name);
        merged += ':';
        write_json_string(merged, entry.value);
    }
    if (merged.size() > 1 && !rest.starts_with('}')) merged += ',';
    merged += rest;
    return merged;
}

void run_command(const Services& services, Request request, Admitted admitted, Reply reply) {
    if (!request.headers.content_type && !request.body.empty())
        return reply(problem_response(
            Error{Errc::unsupported_media_type, "send application/json"}, request.id
        ));
    Result<std::string> body = merged_body(admitted.path, request.body);
    if (!body) return reply(problem_response(body.error(), request.id));

    Submission submission{
        .tenant = std::move(admitted.tenant),
        .key = std::move(admitted.key),
        .type = std::string(admitted.route->command),
        .body = std::move(*body),
        .actor = "key:" + admitted.principal.id,
        .correlation = correlation_of(request),
        .causation = {},
        .expected_revision = admitted.expected_revision,
    };
    services.submit.submit(
        std::move(submission),
        [&services, reply = std::move(reply), id = std::move(request.id), route = admitted.route](
            Result<Receipt> outcome
        ) {
            reply([&services, id, route, outcome = std::move(outcome)] {
                if (!outcome) return problem_response(outcome.error(), id);
                if (outcome->replayed) services.metrics.count(metric::idempotent_replays);
                return receipt_response(*outcome, route->status);
            });
        }
    );
}

void run_hook(const Services& services, Request request, Admitted admitted, Reply reply) {
    const HookSources& sources = services.hooks.sources();
    const Arrival arrival{
        new_arrival_id(),
        client_address(request.source, request.headers.forwarded_for.value_or(""), sources.proxies),
    };
    if (!sources.allowed.has(arrival.source)) {
        services.metrics.count(metric::hook_strangers);
        if (!sources.observe_only)
            return reply(problem_response(Error{Errc::not_found, {}}, request.id));
    }
    Submission submission{
        .tenant = std::move(admitted.tenant),
        .key = "arrival:" + arrival.id,
        .type = std::string(admitted.route->command),
        .body = callback_body(arrival, request.body),
        .actor = "hook:c2b",
        .correlation = correlation_of(request),
        .causation = {},
        .expected_revision = {},
    };
    services.submit.submit(
        std::move(submission),
        [&services, reply = std::move(reply), request = std::move(request)](Result<Receipt> outcome
        ) {
            reply([&services, request, outcome = std::move(outcome)] {
                return hook_response(services, outcome, request);
            });
        }
    );
}

} // namespace tollbook::api
