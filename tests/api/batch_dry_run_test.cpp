// Batches that are only tried out: their order to the ledger, and what a book says of them.
#include "api/batch_dry_run.hpp"

#include "api/http/batch.hpp"
#include "ledger/json.hpp"
#include "tests/api/api_fixture.hpp"
#include "tests/api/due_provider.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

RunOrder order_of(const std::vector<DryRunItem>& items) {
    RunOrder order{"due", "test", {}, RunStep::batch_dry_run, {}};
    order.body = to_json(items);
    return order;
}

struct Asked {
    Response answer;
    std::optional<RunOrder> order; // That came to the runner.
};

Asked ask(ApiFixture& api, const std::string& query, const std::string& body) {
    Asked asked;
    Services services{
        .submit = api.submit, .keys = api.keys, .hooks = api.hooks, .metrics = api.metrics};
    services.run = [&](RunOrder order, const Reply& reply) {
        asked.order = std::move(order);
        reply(Response{});
    };
    App app(std::move(services), Limits{});
    Request request = ApiFixture::post(
        "/v1/tenants/savanna/batch" + query, api.bearer("savanna", Role::operator_), body
    );
    request.headers.idempotency_key.reset();
    auto verdict = app.admit(request);
    REQUIRE(std::holds_alternative<Admitted>(verdict));
    auto waiter = std::make_shared<Waiter>();
    app.handle(std::move(request), std::get<Admitted>(std::move(verdict)), Reply{waiter, 1});
    asked.answer = waiter->wait();
    return asked;
}

std::string batch_of(std::size_t commands) {
    std::string text = "[";
    for (std::size_t i = 0; i < commands; ++i)
        text += std::string(i == 0 ? "" : ",") + R"({"key":"k","type":"t","body":{}})";
    return text + "]";
}

} // namespace

TEST_CASE("batch dry run: each item goes to whoever keeps the log, with what is refused before") {
    ApiFixture api;
    const Asked asked =
        ask(api,
            "?dry_run=true",
            R"([{"key":"a","type":"register_customer","body":{"customer":"X"}},)"
            R"({"key":"b","type":"record_payment","body":{}},)"
            R"({"key":"c","type":"no_such_command","body":{}}])");
    CHECK(api.submit.count() == 0);
    REQUIRE(asked.order);
    CHECK(asked.order->step == RunStep::batch_dry_run);
    CHECK(asked.order->tenant == "savanna");
    const auto items = from_json<std::vector<DryRunItem>>(*asked.order->body).value();
    REQUIRE(items.size() == 3);
    CHECK(items[0].key == "a");
    CHECK(items[0].body == R"({"customer":"X"})");
    CHECK_FALSE(items[0].refused);
    CHECK(items[1].refused == "permission-denied");
    CHECK(items[2].refused == "not-found");
}

TEST_CASE("batch dry run: it has a limit of its own, and is of no atomic batch") {
    ApiFixture api;
    CHECK(ask(api, "?dry_run=true", batch_of(batch_commands_max + 1)).order.has_value());
    CHECK(ask(api, "?dry_run=true", batch_of(batch_dry_run_commands_max + 1)).answer.status == 413);
    CHECK(ask(api, "?dry_run=true&atomic=true", batch_of(1)).answer.status == 422);
    CHECK(ask(api, "?dry_run=perhaps", batch_of(1)).answer.status == 422);
    CHECK(ask(api, "?dry_run=false", batch_of(1)).order == std::nullopt);
    CHECK(api.submit.count() == 0); // Nobody knows the command "t".
}

TEST_CASE(
    "batch dry run: what a book says of each behind those before it, and that it stays as it is"
) {
    DueProvider provider;
    const std::uint64_t before = provider.head();
    const RunOrder order = order_of(
        {{"n1",
          "register_customer",
          R"({"customer":"N1","name":"A","phone":"","references":["N1"]})"},
         {"s1", "add_service", R"({"service":"N1-1","customer":"N1","plan":"HOME"})"},
         {"n2",
          "register_customer",
          R"({"customer":"N2","name":"B","phone":"","references":["n-1"]})"},
         {"s2", "add_service", R"({"service":"N1-2","customer":"N1","plan":"GOLD"})"},
         {"s3", "add_service", R"({"service":"N2-1","customer":"N2","plan":"HOME"})"},
         {"n1",
          "register_customer",
          R"({"customer":"N1","name":"A","phone":"","references":["N1"]})"},
         {"n1",
          "register_customer",
          R"({"customer":"N1","name":"Z","phone":"","references":["N1"]})"},
         {"x", "record_payment", "{}", "permission-denied", "record_payment"}}
    );
    const Result<std::string> told = run_order(provider.partition(), order);
    REQUIRE(told);
    CHECK(told->starts_with(
        R"({"object":"batch_dry_run","accepted":2,"replayed":1,"refused":5,"data":[)"
        R"({"key":"n1","status":201,"replayed":false},{"key":"s1","status":201,"replayed":false},)"
        R"({"key":"n2","status":409,"problem":{)"
    ));
    for (const char* code :
         {"payment-reference-taken",
          "plan-unknown",
          "customer-unknown",
          "idempotency-key-reused",
          "permission-denied"})
        CHECK(told->find(fmt::format(R"("code":"{}")", code)) != std::string::npos);
    CHECK(told->find(R"({"key":"n1","status":201,"replayed":true})") != std::string::npos);
    CHECK(provider.head() == before);
    CHECK(run_order(provider.partition(), order) == told);
    provider.send(
        "register_customer", R"({"customer":"N1","name":"A","phone":"","references":["N1"]})"
    );
    CHECK(provider.head() == before + 1);
}
