#include "api/http/problem.hpp"

#include "ledger/json.hpp"

namespace tollbook::api {

namespace {

constexpr std::string_view retry_after_s = "1";

std::string_view advice(const ErrcInfo& problem) {
    if (retryable(problem.code))
        return "Send the same request again, with the same Idempotency-Key, after a moment. "
               "What was recorded is never recorded twice.";
    switch (problem.http_status) {
    case 400:
        return "The request itself cannot be understood; correct it before sending it again.";
    case 401:
        return "Send `Authorization: Bearer tb_...` with a key that is in force.";
    case 403:
        return "Use a key whose role may do this.";
    case 404:
        return "Check the path and the names in it; a name of another tenant is not shown.";
    case 409:
        return "The book already says otherwise; read its present state first.";
    case 412:
        return "Somebody else changed it meanwhile; read it again and decide anew.";
    case 413:
        return "Send less at once.";
    case 422:
        return "The request was understood and refused; `detail` names the field or rule.";
    default:
        return "An operator should look at the server's log under the request id.";
    }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += ",\"";
    out += name;
    out += "\":";
    write_json_string(out, value);
}

} // namespace

bool retryable(Errc code) {
    switch (code) {
    case Errc::store_locked:
    case Errc::store_foreign:
    case Errc::store_newer:
    case Errc::store_damaged:
    case Errc::store_unavailable:
        return false;
    default:
        break;
    }
    const int status = info(code).http_status;
    return status == 408 || status == 503 || status == 504;
}

void write_problem(std::string& out, const Error& error, std::string_view request_id) {
    const ErrcInfo& problem = info(error.code);
    out += R"({"type":")";
    out += problem_type_base;
    out += problem.slug;
    out += '"';
    append_field(out, "title", problem.title);
    out += R"(,"status":)";
    write_json_integer(out, std::int64_t{problem.http_status});
    if (!error.detail.empty()) append_field(out, "detail", error.detail);
    append_field(out, "code", problem.slug);
    if (!request_id.empty()) {
        append_field(out, "instance", request_id);
        append_field(out, "request_id", request_id);
    }
    out += R"(,"retryable":)";
    out += retryable(error.code) ? "true}" : "false}";
}

Response problem_response(const Error& error, std::string_view request_id) {
    Response response;
    response.status = info(error.code).http_status;
    response.content_type = "application/problem+json";
    write_problem(response.body, error, request_id);
    if (retryable(error.code))
        response.headers.push_back({"Retry-After", std::string(retry_after_s)});
    if (error.code == Errc::authentication_required)
        response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"tollbook\""});
    return response;
}

std::optional<Errc> errc_of(std::string_view slug) {
    for (const ErrcInfo& problem : errc_table)
        if (problem.slug == slug) return problem.code;
    return {};
}

std::optional<Response> problem_page(std::string_view slug) {
    const std::optional<Errc> code = errc_of(slug);
    if (!code) return {};
    const ErrcInfo& problem = info(*code);
    Response page;
    page.content_type = "text/html; charset=utf-8";
    std::string& out = page.body;
    out += "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>";
    out += problem.title;
    out += "</title><h1>";
    out += problem.title;
    out += "</h1><p>Problem <code>";
    out += problem.slug;
    out += "</code>, HTTP status ";
    write_json_integer(out, std::int64_t{problem.http_status});
    out += retryable(*code) ? ", may be retried.</p><p>" : ".</p><p>";
    out += advice(problem);
    out += "</p></html>\n";
    return page;
}

} // namespace tollbook::api
