#include "tests/api/api_fixture.hpp"

#include <doctest/doctest.h>

#include <sodium.h>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

Request delivery(std::string path, std::string body) {
    Request request;
    request.method = Method::post;
    request.target = std::move(path);
    request.id = "req_hook";
    request.source = "196.201.214.200";
    request.body = std::move(body);
    return request;
}

std::string decoded(const std::string& body) {
    const std::string field = R"("raw_base64":")";
    const std::size_t from = body.find(field) + field.size();
    const std::string text = body.substr(from, body.find('"', from) - from);
    std::string raw(text.size(), '\0');
    std::size_t length = 0;
    auto* bytes = reinterpret_cast<unsigned char*>(raw.data());
    REQUIRE(
        sodium_base642bin(
            bytes,
            raw.size(),
            text.data(),
            text.size(),
            nullptr,
            &length,
            nullptr,
            sodium_base64_VARIANT_ORIGINAL
        ) == 0
    );
    raw.resize(length);
    return raw;
}

} // namespace

TEST_CASE("hooks: a delivery is kept byte for byte and then acknowledged") {
    ApiFixture api;
    const std::string path = create_hook(api.file("hooks"), "savanna").value();
    for (const char* word : {"mpesa", "m-pesa", "safaricom", "exe", "cmd", "sql", "query"})
        CHECK(path.find(word) == std::string::npos);
    const std::string raw("{\"TransID\":\"UKJ\x00\xff\r\n not json", 26);
    const auto answer = api.answer(delivery(path, raw));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == R"({"ResultCode":0,"ResultDesc":"Accepted"})");
    const Submission sent = api.submit.last();
    CHECK(sent.tenant == "savanna");
    CHECK(sent.type == "record_callback");
    CHECK(sent.key.starts_with("arrival:"));
    CHECK(sent.body.find(R"("provider":"mpesa","source":"196.201.214.200")") != std::string::npos);
    CHECK(decoded(sent.body) == raw);
}

TEST_CASE("hooks: each delivery is another arrival, even the same bytes") {
    ApiFixture api;
    const std::string path = create_hook(api.file("hooks"), "savanna").value();
    REQUIRE(api.answer(delivery(path, "x")));
    REQUIRE(api.answer(delivery(path, "x")));
    REQUIRE(api.submit.count() == 2);
    CHECK(api.submit.submissions[0].key != api.submit.submissions[1].key);
}

TEST_CASE("hooks: a wrong secret, another tenant's or none at all is 404 and stores nothing") {
    ApiFixture api;
    const std::string path = create_hook(api.file("hooks"), "savanna").value();
    std::string wrong = path;
    wrong.replace(wrong.find("savanna/") + 8, 1, "x");
    std::string other = path;
    other.replace(other.find("savanna"), 7, "coastal");
    for (const std::string& bad : {wrong, other, std::string("/hooks/c2b/savanna//confirmation")}) {
        CAPTURE(bad);
        const auto answer = api.answer(delivery(bad, "x"));
        REQUIRE(answer);
        CHECK(answer->status == 404);
        CHECK(has(*answer, R"("code":"not-found")"));
    }
    CHECK(api.submit.count() == 0);
}

TEST_CASE("hooks: while a secret is replaced both are in force") {
    ApiFixture api;
    const std::string first = create_hook(api.file("hooks"), "savanna").value();
    const std::string second = create_hook(api.file("hooks"), "savanna").value();
    CHECK(api.answer(delivery(first, "x"))->status == 200);
    CHECK(api.answer(delivery(second, "x"))->status == 200);
}

TEST_CASE("hooks: what could not be stored is 503, so that the provider sends again") {
    ApiFixture api;
    const std::string path = create_hook(api.file("hooks"), "savanna").value();
    for (const Errc code : {Errc::read_only, Errc::tenant_unknown, Errc::outcome_unknown}) {
        api.submit.decide = [&](const Submission&) { return Result<Receipt>(Error{code, {}}); };
        CHECK(api.answer(delivery(path, "x"))->status == 503);
    }
    CHECK(api.metrics.text().find("tollbook_hook_failures_total 3") != std::string::npos);
}

TEST_CASE("hooks: strangers are counted, and refused once the list rules") {
    ApiFixture api;
    const std::string path = create_hook(api.file("hooks"), "savanna").value();
    Request stranger = delivery(path, "x");
    stranger.source = "203.0.113.9";
    CHECK(api.answer(stranger)->status == 200);
    CHECK(api.metrics.text().find("tollbook_hook_strangers_total 1") != std::string::npos);

    HookSources strict = ApiFixture::sources();
    strict.observe_only = false;
    Hooks hooks(api.file("hooks"), std::move(strict));
    REQUIRE(hooks.open());
    App app(Services{.submit = api.submit, .keys = api.keys, .hooks = hooks, .metrics = api.metrics}
    );
    const auto status = [&](const Request& request) {
        auto verdict = app.admit(request);
        auto catcher = std::make_shared<Catcher>();
        app.handle(request, std::get<Admitted>(std::move(verdict)), Reply{catcher, 1});
        return catcher->answer->status;
    };
    CHECK(status(stranger) == 404);
    CHECK(status(delivery(path, "x")) == 200);
}

TEST_CASE("hooks: a forwarded address counts only from our own proxy") {
    const std::vector<std::string> proxies{"10.0.0.0/8", "::1"};
    const AddressList ours = AddressList::parse(proxies).value();
    CHECK(client_address("203.0.113.9", "196.201.214.200", ours) == "203.0.113.9");
    CHECK(client_address("10.1.2.3", "196.201.214.200", ours) == "196.201.214.200");
    CHECK(client_address("10.1.2.3", "1.1.1.1, 2.2.2.2 , 10.9.9.9", ours) == "2.2.2.2");
    CHECK(client_address("::1", "", ours) == "::1");
    CHECK(ours.has("::ffff:10.0.0.7"));
    const std::vector<std::string> bad{"10.0.0.0/33"};
    CHECK(AddressList::parse(bad).error().code == Errc::config_invalid);
}
