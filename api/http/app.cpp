#include "api/http/app.hpp"

#include "api/http/batch.hpp"
#include "api/http/commands.hpp"
#include "api/http/problem.hpp"
#include "api/http/read_runner.hpp"
#include "api/http/secret_file.hpp"
#include "api/http/tariff_candidates.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace tollbook::api {

namespace {

Response refusal_response(const Error& error, std::string_view request_id) {
    if (error.code != Errc::method_not_allowed) return problem_response(error, request_id);
    Response response = problem_response(Error{error.code, {}}, request_id);
    response.headers.push_back({"Allow", error.detail});
    return response;
}

} // namespace

std::string new_request_id() {
    static const std::string process = random_hex(5);
    static std::atomic<std::uint64_t> last{0};
    const std::uint64_t number = last.fetch_add(1, std::memory_order_relaxed) + 1;
    return fmt::format("req_{}{:010x}", process, number);
}

App::App(Services services, Limits limits)
    : services_(std::move(services))
    , limits_(limits)
    , reads_(std::make_unique<ReadRunner>(services_))
    , batches_(std::make_unique<Workers>(1, services_.batches_waiting_max)) {}

App::~App() = default;

std::variant<Admitted, Response> App::admit(const Request& head) const {
    Result<Admitted> admitted = api::admit(services_, head);
    if (!admitted) return refusal_response(admitted.error(), head.id);
    return std::move(*admitted);
}

std::size_t App::body_bytes_max(const Admitted& admitted) const {
    switch (admitted.route->kind) {
    case Kind::batch:
    case Kind::node:
        return limits_.batch_bytes_max;
    case Kind::hook:
        return limits_.hook_bytes_max;
    default:
        return limits_.body_bytes_max;
    }
}

void App::handle(Request request, Admitted admitted, Reply reply) {
    const std::size_t before = in_flight_.fetch_add(1, std::memory_order_relaxed);
    services_.metrics.change(metric::http_requests_in_flight, 1);
    if (before >= limits_.requests_in_flight_max)
        return reply(problem_response(Error{Errc::overloaded, "requests in flight"}, request.id));
    dispatch(std::move(request), std::move(admitted), std::move(reply));
}

void App::leave() {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    services_.metrics.change(metric::http_requests_in_flight, -1);
}

void App::dispatch(Request request, Admitted admitted, Reply reply) {
    const Route& route = *admitted.route;
    switch (route.kind) {
    case Kind::command:
        if (admitted.dry_run) return try_out(request, std::move(admitted), reply);
        return run_command(services_, std::move(request), std::move(admitted), std::move(reply));
    case Kind::hook:
        return run_hook(services_, std::move(request), std::move(admitted), std::move(reply));
    case Kind::read:
        return reads_->run(std::move(request), std::move(admitted), std::move(reply));
    case Kind::page:
        return reply(route.page(services_, admitted.path));
    case Kind::batch:
    case Kind::node: {
        const std::string id = request.id;
        const NodeHandler handler = route.kind == Kind::batch ? &run_batch : route.node;
        auto job = [this,
                    handler,
                    reply,
                    request = std::move(request),
                    admitted = std::move(admitted)](std::size_t) mutable {
            handler(services_, std::move(request), std::move(admitted), std::move(reply));
        };
        if (!batches_->post(std::move(job)))
            reply(problem_response(Error{Errc::overloaded, "batches wait"}, id));
        return;
    }
    case Kind::run:
        return run(std::move(request), std::move(admitted), reply);
    }
}

void App::run(Request request, Admitted admitted, const Reply& reply) {
    if (!services_.run) return reply(problem_response(Error{Errc::not_ready, {}}, request.id));
    RunOrder order;
    order.tenant = std::move(admitted.tenant);
    order.actor = "key:" + admitted.principal.id;
    order.correlation = request.id;
    order.step = admitted.route->run;
    if (order.step == RunStep::confirm) {
        Result<Confirmation> confirmed = from_json<Confirmation>(request.body);
        if (!confirmed) return reply(problem_response(confirmed.error(), request.id));
        order.preview = std::move(confirmed->preview);
    }
    if (order.step == RunStep::migration_preview || order.step == RunStep::migrate)
        order.body = std::move(request.body);
    if (order.step == RunStep::tariff_preview || order.step == RunStep::tariff)
        return run_tariff(std::move(order), request, reply);
    services_.run(std::move(order), reply);
}

// The read models say who was charged, then the ledger decides.
void App::run_tariff(RunOrder order, const Request& request, const Reply& reply) {
    Result<TariffCorrection> correction = from_json<TariffCorrection>(request.body);
    if (!correction) return reply(problem_response(correction.error(), request.id));
    auto job = [this,
                order = std::move(order),
                correction = std::move(*correction),
                id = request.id,
                reply](std::size_t) mutable {
        Result<std::string> candidates = tariff_candidates(services_, order.tenant, correction);
        if (!candidates) return reply(problem_response(candidates.error(), id));
        order.body = std::move(*candidates);
        services_.run(std::move(order), reply);
    };
    if (!batches_->post(std::move(job)))
        reply(problem_response(Error{Errc::overloaded, "batches wait"}, request.id));
}

void App::try_out(const Request& request, Admitted admitted, const Reply& reply) {
    if (!services_.run) return reply(problem_response(Error{Errc::not_ready, {}}, request.id));
    Result<std::string> body = merged_body(admitted.path, request.body);
    if (!body) return reply(problem_response(body.error(), request.id));
    RunOrder order;
    order.tenant = std::move(admitted.tenant);
    order.actor = "key:" + admitted.principal.id;
    order.correlation = request.id;
    order.step = RunStep::dry_run;
    order.command = admitted.route->command;
    order.body = std::move(*body);
    services_.run(order, reply);
}

void App::answered(const Route* route, int status, double seconds) {
    services_.metrics.observe(route, status, seconds);
}

} // namespace tollbook::api
