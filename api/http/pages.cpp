#include "api/http/pages.hpp"

#include "api/http/openapi.hpp"
#include "api/http/problem.hpp"
#include "api/http/services.hpp"
#include "api/version.hpp"
#include "ledger/json.hpp"

namespace tollbook::api {

namespace {

void write_check(std::string& out, const Check& check) {
    out += R"({"name":)";
    write_json_string(out, check.name);
    out += R"(,"status":")";
    out += check.ok ? "ok" : (check.degraded_only ? "degraded" : "failed");
    out += '"';
    if (!check.detail.empty()) {
        out += R"(,"detail":)";
        write_json_string(out, check.detail);
    }
    out += '}';
}

} // namespace

// It asks nothing of anybody: a liveness probe that does turns one outage into two.
Response live_page(const Services&, std::span<const PathValue>) {
    Response response;
    response.body = R"({"status":"ok"})";
    return response;
}

Response ready_page(const Services& services, std::span<const PathValue>) {
    const std::vector<Check> checks = services.checks ? services.checks() : std::vector<Check>{};
    bool ready = true;
    std::string list;
    for (const Check& check : checks) {
        ready = ready && (check.ok || check.degraded_only);
        if (!list.empty()) list += ',';
        write_check(list, check);
    }
    Response response;
    response.status = ready ? 200 : 503;
    response.body =
        ready ? R"({"status":"ready","checks":[)" : R"({"status":"not_ready","checks":[)";
    response.body += list + "]}";
    return response;
}

Response version_page(const Services&, std::span<const PathValue>) {
    Response response;
    response.body = R"({"name":"tollbook","version":)";
    write_json_string(response.body, version);
    response.body += R"(,"commit":)";
    write_json_string(response.body, commit);
    response.body += '}';
    return response;
}

Response metrics_page(const Services& services, std::span<const PathValue>) {
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = services.metrics.text();
    return response;
}

Response openapi_page(const Services&, std::span<const PathValue>) {
    static const std::string document = openapi_document();
    Response response;
    response.body = document;
    return response;
}

Response problem_page_handler(const Services&, std::span<const PathValue> path) {
    std::optional<Response> found = problem_page(path.front().value);
    if (found) return std::move(*found);
    return problem_response(Error{Errc::not_found, "no such problem"}, {});
}

} // namespace tollbook::api
