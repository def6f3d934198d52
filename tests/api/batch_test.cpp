#include "api/http/batch.hpp"

#include "tests/api/api_fixture.hpp"

#include <doctest/doctest.h>

#include <condition_variable>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

Response run_batch(ApiFixture& api, Role role, std::string body, const std::string& query = {}) {
    Request request = ApiFixture::post(
        "/v1/tenants/savanna/batch" + query, api.bearer("savanna", role), std::move(body)
    );
    request.headers.idempotency_key.reset();
    auto verdict = api.app.admit(request);
    if (auto* refusal = std::get_if<Response>(&verdict)) return *refusal;
    auto waiter = std::make_shared<Waiter>();
    api.app.handle(std::move(request), std::get<Admitted>(std::move(verdict)), Reply{waiter, 1});
    return waiter->wait();
}

} // namespace

TEST_CASE("batch: every command is submitted in order and answered by itself") {
    ApiFixture api;
    api.submit.decide = [&](const Submission& s) -> Result<Receipt> {
        if (s.key == "b") return Error{Errc::customer_exists, "ACC2"};
        Receipt receipt = api.submit.next();
        receipt.replayed = s.key == "c";
        return receipt;
    };
    const Response answer = run_batch(
        api,
        Role::operator_,
        R"([{"key":"a","type":"register_customer","body":{"customer":"ACC1", "x":{"y":[1]}}},)"
        R"({"type":"register_customer","key":"b","body":{}},)"
        R"({"key":"c","type":"add_service","body":{}},)"
        R"({"key":"d","type":"record_payment","body":{}},)"
        R"({"key":"e","type":"report_site","body":{}}])"
    );
    CHECK(answer.status == 200);
    CHECK(has(answer, R"({"object":"batch","accepted":1,"replayed":1,"refused":3,"data":[)"));
    CHECK(has(answer, R"({"key":"a","status":201,"position":"0:1","replayed":false})"));
    CHECK(has(answer, R"({"key":"b","status":409,"problem":{)"));
    CHECK(has(answer, R"({"key":"c","status":201,"position":"0:2","replayed":true})"));
    CHECK(has(answer, R"({"key":"d","status":403,"problem":{)"));
    CHECK(has(answer, R"({"key":"e","status":404,"problem":{)"));
    CHECK(header(answer, "Tollbook-Position") == "0:2");
    REQUIRE(api.submit.count() == 3);
    CHECK(api.submit.submissions[0].body == R"({"customer":"ACC1", "x":{"y":[1]}})");
    CHECK(api.submit.submissions[1].key == "b");
    CHECK(api.submit.submissions[2].type == "add_service");
}

TEST_CASE("batch: what is no array of commands is refused whole, naming the item") {
    const auto code = [](std::string_view text) { return read_batch(text).error().code; };
    CHECK(code("") == Errc::malformed_json);
    CHECK(code("{}") == Errc::malformed_json);
    CHECK(code("[1]") == Errc::wrong_type);
    CHECK(code("[{}]") == Errc::missing_field);
    CHECK(code(R"([{"key":"a","type":"t"}])") == Errc::missing_field);
    CHECK(code(R"([{"key":"a","key":"a","type":"t","body":{}}])") == Errc::duplicate_key);
    CHECK(code(R"([{"key":"a","type":"t","body":{},"more":1}])") == Errc::unknown_field);
    CHECK(code(R"([{"key":1,"type":"t","body":{}}])") == Errc::wrong_type);
    CHECK(code(R"([{"key":"a","type":"t","body":[]}])") == Errc::wrong_type);
    CHECK(code(R"([{"key":"","type":"t","body":{}}])") == Errc::idempotency_key_invalid);
    CHECK(code(R"([{"key":"a","type":"t","body":{}}] x)") == Errc::malformed_json);
    CHECK(code(R"([{"key":"a","type":"t","body":{})") == Errc::malformed_json);
    const std::string second = R"([{"key":"a","type":"t","body":{}},{"key":"b"}])";
    CHECK(read_batch(second).error().detail == "item 1: type");
}

TEST_CASE("batch: no more commands than the limit") {
    std::string text = "[";
    for (std::size_t i = 0; i <= batch_commands_max; ++i)
        text += std::string(i == 0 ? "" : ",") + R"({"key":"k","type":"t","body":{}})";
    text += "]";
    CHECK(read_batch(text).error().code == Errc::payload_too_large);
    ApiFixture api;
    CHECK(run_batch(api, Role::admin, text).status == 413);
    CHECK(run_batch(api, Role::admin, "[]").status == 422);
    CHECK(run_batch(api, Role::viewer, "[]").status == 403);
    CHECK(api.submit.count() == 0);
}

TEST_CASE("batch: an atomic one is submitted whole, and has one outcome") {
    ApiFixture api;
    const std::string two = R"([{"key":"a","type":"register_customer","body":{}},)"
                            R"({"key":"b","type":"add_service","body":{}}])";
    const Response accepted = run_batch(api, Role::operator_, two, "?atomic=true");
    CHECK(accepted.status == 200);
    CHECK(has(accepted, R"({"object":"batch","accepted":2,"replayed":0,"refused":0,"data":[)"));
    CHECK(has(accepted, R"({"key":"b","status":201,"position":"0:2","replayed":false})"));
    CHECK(header(accepted, "Tollbook-Position") == "0:2");
    CHECK(api.submit.batches == 1);

    api.submit.decide = [&](const Submission& s) -> Result<Receipt> {
        if (s.key == "b") return Error{Errc::service_exists, "S1"};
        return api.submit.next();
    };
    const Response refused = run_batch(api, Role::operator_, two, "?atomic=true");
    CHECK(refused.status == 409);
    CHECK(has(refused, "item 1: S1"));
    CHECK(run_batch(api, Role::operator_, two, "?atomic=false").status == 200);
    CHECK(api.submit.batches == 2);
}

TEST_CASE("batch: an atomic one that may not be submitted in part is not submitted") {
    ApiFixture api;
    const auto one = [](std::string_view type) {
        return R"([{"key":"a","type":"register_customer","body":{}},{"key":"b","type":")" +
               std::string(type) + R"(","body":{}}])";
    };
    const Response foreign = run_batch(api, Role::operator_, one("record_payment"), "?atomic=true");
    CHECK(foreign.status == 403);
    CHECK(has(foreign, "item 1: record_payment"));
    CHECK(run_batch(api, Role::operator_, one("report_site"), "?atomic=true").status == 404);
    CHECK(run_batch(api, Role::operator_, one("add_service"), "?atomic=yes").status == 422);
    CHECK(run_batch(api, Role::operator_, one("add_service"), "?atomicc=true").status == 400);
    CHECK(run_batch(api, Role::operator_, "[]", "?atomic=true").status == 422);
    CHECK(api.submit.count() == 0);
}
