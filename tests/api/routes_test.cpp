#include "api/http/commands.hpp"
#include "api/http/pages.hpp"
#include "api/http/problem.hpp"
#include "commands/commands.hpp"
#include "tests/api/api_fixture.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

constexpr const char* customers_path = "/v1/tenants/savanna/customers";

} // namespace

TEST_CASE("routes: a command is submitted and answered with its receipt") {
    ApiFixture api;
    const std::string admin = api.bearer("savanna", Role::admin);
    Request request = ApiFixture::post(customers_path, admin, R"({"customer":"ACC1"})");
    request.headers.if_match = "\"17\"";
    const auto answer = api.answer(std::move(request));
    REQUIRE(answer);
    CHECK(answer->status == 201);
    CHECK(header(*answer, "Tollbook-Position") == "0:1");
    CHECK(has(*answer, R"({"object":"receipt","position":"0:1","partition":0,"first_seq":1)"));
    CHECK(has(*answer, R"("acknowledgement":"local","replayed":false,"events":[{"id":")"));
    const Submission sent = api.submit.last();
    CHECK(sent.tenant == "savanna");
    CHECK(sent.type == "register_customer");
    CHECK(sent.key == "k1");
    CHECK(sent.body == R"({"customer":"ACC1"})");
    CHECK(sent.actor.starts_with("key:"));
    CHECK(sent.correlation == "req_test");
    CHECK(sent.expected_revision == 17);
}

TEST_CASE("routes: a replayed command says so and is counted") {
    ApiFixture api;
    api.submit.decide = [&](const Submission&) {
        Receipt receipt = api.submit.next();
        receipt.replayed = true;
        return Result<Receipt>(receipt);
    };
    const auto answer =
        api.answer(ApiFixture::post(customers_path, api.bearer("*", Role::platform), "{}"));
    REQUIRE(answer);
    CHECK(header(*answer, "Idempotent-Replayed") == "true");
    CHECK(has(*answer, R"("replayed":true)"));
    CHECK(api.metrics.text().find("tollbook_idempotent_replays_total 1") != std::string::npos);
}

TEST_CASE("routes: path parameters become the first members of the body") {
    ApiFixture api;
    const std::string key = api.bearer("savanna", Role::admin);
    const auto body_of = [&](std::string target, std::string body) {
        const auto answer = api.answer(ApiFixture::post(std::move(target), key, std::move(body)));
        REQUIRE(answer);
        REQUIRE(answer->status == 200);
        return api.submit.last().body;
    };
    const std::string renew = "/v1/tenants/savanna/services/ACC1-1/renew";
    CHECK(body_of(renew, "") == R"({"service":"ACC1-1"})");
    CHECK(body_of(renew, " {} ") == R"({"service":"ACC1-1"} )" + std::string{});
    CHECK(
        body_of("/v1/tenants/savanna/services/ACC1-1/suspend", R"({ "reason":"abuse"})") ==
        R"({"service":"ACC1-1","reason":"abuse"})"
    );
    CHECK(
        body_of("/v1/tenants/savanna/payments/mpesa%3AUKJ%22/reverse", R"({"reason":"x"})") ==
        R"({"payment":"mpesa:UKJ\"","reason":"x"})"
    );
}

TEST_CASE("routes: a body that names a path parameter again is refused by the codec") {
    const std::vector<PathValue> path{{"tenant", "savanna"}, {"service", "ACC1-1"}};
    const auto code = [&](std::string_view body) {
        const Result<std::string> merged = merged_body(path, body);
        REQUIRE(merged);
        const Result<Command> command = read_command("suspend_service", *merged);
        return command ? std::optional<Errc>{} : command.error().code;
    };
    CHECK(!code(R"({"reason":"abuse"})"));
    CHECK(code(R"({"service":"ACC2-1","reason":"abuse"})") == Errc::duplicate_key);
    CHECK(code(R"({"reason":"abuse","more":1})") == Errc::unknown_field);
    CHECK(code(R"({"reason":"abuse"}{})") == Errc::malformed_json);
    CHECK(code("{") == Errc::malformed_json);
    CHECK(code(R"({,"reason":"abuse"})") == Errc::malformed_json);
}

TEST_CASE("routes: a body that is no object is refused before it is submitted") {
    ApiFixture api;
    const std::string key = api.bearer("savanna", Role::admin);
    const auto answer = api.answer(ApiFixture::post(customers_path, key, "[]"));
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(has(*answer, "malformed-json"));
    CHECK(api.submit.count() == 0);
}

TEST_CASE("routes: an unknown path is 404, a known one with another method 405 with Allow") {
    ApiFixture api;
    const auto lost = api.answer(ApiFixture::get("/v1/nothing"));
    REQUIRE(lost);
    CHECK(lost->status == 404);
    CHECK(api.answer(ApiFixture::get("/livez/"))->status == 404);
    Request request = ApiFixture::post("/livez", {}, "");
    const auto wrong = api.answer(std::move(request));
    REQUIRE(wrong);
    CHECK(wrong->status == 405);
    CHECK(header(*wrong, "Allow") == "GET");
    Request put = ApiFixture::get("/v1/tenants/savanna/periods/close");
    put.method = Method::other;
    CHECK(header(*api.answer(std::move(put)), "Allow") == "POST");
}

TEST_CASE("routes: an unknown query parameter is refused, with a suggestion") {
    ApiFixture api;
    const auto answer = api.answer(ApiFixture::get("/readyz?verbos"));
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(has(*answer, "unknown-parameter"));
    CHECK(has(*answer, "did you mean `verbose`?"));
    CHECK(api.answer(ApiFixture::get("/readyz?verbose"))->status == 200);
    CHECK(api.answer(ApiFixture::get("/readyz?verbose&verbose"))->status == 400);
    CHECK(api.answer(ApiFixture::get("/livez?x=1"))->status == 400);
}

TEST_CASE("routes: broken escapes and control characters in the target are refused") {
    ApiFixture api;
    for (const char* target :
         {"http://x/livez", "livez", "/problems/%4", "/problems/%0a", "/a#b"}) {
        CAPTURE(target);
        const auto answer = api.answer(ApiFixture::get(target));
        REQUIRE(answer);
        CHECK(answer->status == 400);
    }
}

TEST_CASE("routes: a command takes application/json alone") {
    ApiFixture api;
    const std::string key = api.bearer("savanna", Role::admin);
    const auto status_with = [&](std::optional<std::string> type) {
        Request request = ApiFixture::post(customers_path, key, "{}");
        request.headers.content_type = std::move(type);
        return api.answer(std::move(request))->status;
    };
    CHECK(status_with("text/plain") == 415);
    CHECK(status_with("application/x-www-form-urlencoded") == 415);
    CHECK(status_with({}) == 415);
    CHECK(status_with("Application/JSON; charset=utf-8") == 201);
}

TEST_CASE("routes: an Idempotency-Key is asked for, quoted or bare") {
    CHECK(parse_idempotency_key({}).error().code == Errc::idempotency_key_missing);
    CHECK(parse_idempotency_key("abc").value() == "abc");
    CHECK(parse_idempotency_key("\"a b\\\"c\"").value() == "a b\"c");
    for (const std::string& bad :
         {std::string(""),
          std::string("\"\""),
          std::string("a b"),
          std::string("\"a"),
          std::string("\"a\"b\""),
          std::string("a,b"),
          std::string("\"\\x\""),
          std::string("\"\t\""),
          std::string("k\xc3\xa9"),
          std::string(256, 'x')}) {
        CAPTURE(bad);
        CHECK(parse_idempotency_key(bad).error().code == Errc::idempotency_key_invalid);
    }
    CHECK(parse_idempotency_key(std::string(255, 'x')).has_value());
}

TEST_CASE("routes: If-Match takes one revision in quotes") {
    CHECK(!parse_if_match({}).value().has_value());
    CHECK(parse_if_match("\"17\"").value() == 17);
    for (const char* bad : {"17", "*", "\"x\"", "\"\"", "W/\"17\"", "\"1\", \"2\"", "\"-1\""}) {
        CAPTURE(bad);
        CHECK(parse_if_match(bad).error().code == Errc::malformed_request);
    }
}

TEST_CASE("routes: a trace goes on as the correlation, a broken one does not") {
    ApiFixture api;
    const std::string key = api.bearer("savanna", Role::admin);
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Request request = ApiFixture::post(customers_path, key, "{}");
    request.headers.traceparent = trace;
    REQUIRE(api.answer(request));
    CHECK(api.submit.last().correlation == trace);
    request.headers.traceparent = "00-00000000000000000000000000000000-00f067aa0ba902b7-01";
    REQUIRE(api.answer(request));
    CHECK(api.submit.last().correlation == "req_test");
}

TEST_CASE("routes: refusals become problems of the one table") {
    ApiFixture api;
    api.submit.decide = [](const Submission&) {
        return Result<Receipt>(Error{Errc::insufficient_funds, "needs 5"});
    };
    const auto answer =
        api.answer(ApiFixture::post(customers_path, api.bearer("*", Role::platform), "{}"));
    REQUIRE(answer);
    CHECK(answer->status == 422);
    CHECK(answer->content_type == "application/problem+json");
    CHECK(
        answer->body == R"({"type":"https://tollbook.dev/problems/insufficient-funds",)"
                        R"("title":"The wallet does not cover it","status":422,"detail":"needs 5",)"
                        R"("code":"insufficient-funds","instance":"req_test",)"
                        R"("request_id":"req_test","retryable":false})"
    );
}

TEST_CASE("problems: every code has a page, and what may be retried says when") {
    ApiFixture api;
    std::set<std::string_view> slugs;
    for (const ErrcInfo& problem : errc_table) {
        CAPTURE(problem.slug);
        CHECK(slugs.insert(problem.slug).second);
        CHECK(problem.http_status >= 400);
        const auto page = api.answer(ApiFixture::get("/problems/" + std::string(problem.slug)));
        REQUIRE(page);
        CHECK(page->status == 200);
        CHECK(has(*page, problem.title));
        const Response response = problem_response(Error{problem.code, {}}, "req_1");
        CHECK(response.status == problem.http_status);
        CHECK(header(response, "Retry-After").empty() != retryable(problem.code));
    }
    CHECK(api.answer(ApiFixture::get("/problems/no-such"))->status == 404);
}

TEST_CASE("pages: health, version and metrics need no key") {
    ApiFixture api;
    CHECK(api.answer(ApiFixture::get("/livez"))->body == R"({"status":"ok"})");
    CHECK(api.answer(ApiFixture::get("/readyz"))->body == R"({"status":"ready","checks":[]})");
    CHECK(has(*api.answer(ApiFixture::get("/version")), R"("name":"tollbook")"));
    api.app.answered(nullptr, 404, 0.001);
    const auto metrics = api.answer(ApiFixture::get("/metrics"));
    REQUIRE(metrics);
    CHECK(has(*metrics, "tollbook_http_request_duration_seconds_count{"));
    CHECK(metrics->content_type.starts_with("text/plain"));
}

TEST_CASE("pages: a failed check makes the node unready, a degraded one does not") {
    ApiFixture api;
    Services services = api.app.services();
    bool failed = false;
    services.checks = [&] {
        return std::vector<Check>{
            {"log", !failed, false, failed ? "stopped" : ""},
            {"routers", false, true, "2 away"},
        };
    };
    App app(services);
    const auto ready = [&] { return ready_page(app.services(), {}); };
    CHECK(ready().status == 200);
    CHECK(has(ready(), R"({"name":"routers","status":"degraded","detail":"2 away"})"));
    failed = true;
    CHECK(ready().status == 503);
    CHECK(has(ready(), R"({"name":"log","status":"failed","detail":"stopped"})"));
}

TEST_CASE("routes: more than the limit in flight is refused as overloaded") {
    ApiFixture api(Limits{.requests_in_flight_max = 0});
    const auto answer = api.answer(ApiFixture::get("/livez"));
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK(has(*answer, "overloaded"));
}

TEST_CASE("routes: a renewal run goes to its runner, or the node is not ready") {
    ApiFixture api;
    const std::string key = api.bearer("savanna", Role::finance);
    const Request request = ApiFixture::post("/v1/tenants/savanna/renewal-runs", key, "{}");
    CHECK(api.answer(request)->status == 503);
}
