#include "tests/api/api_fixture.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sys/stat.h>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

constexpr const char* customers_route = "/v1/tenants/savanna/customers";
constexpr const char* payments = "/v1/tenants/savanna/payments";

} // namespace

TEST_CASE("auth: no key, a broken key and an unknown key are all 401") {
    ApiFixture api;
    const std::string good = api.bearer("savanna", Role::admin);
    std::string wrong_secret = good;
    wrong_secret.back() = wrong_secret.back() == '0' ? '1' : '0';
    const std::vector<std::optional<std::string>> bad{
        std::nullopt,
        "",
        "Basic abc",
        "Bearer",
        "Bearer tb_",
        "Bearer tb_unknown_secret",
        wrong_secret,
        good + "0",
        good.substr(0, good.size() - 1),
        "bearer" + good.substr(6),
    };
    for (const auto& authorization : bad) {
        const auto answer = api.answer(ApiFixture::post(customers_route, authorization, "{}"));
        REQUIRE(answer);
        CHECK(answer->status == 401);
        CHECK(header(*answer, "WWW-Authenticate").starts_with("Bearer"));
    }
    CHECK(api.submit.count() == 0);
    CHECK(api.answer(ApiFixture::post(customers_route, good, "{}"))->status == 201);
}

TEST_CASE("auth: a key of another tenant is told that the tenant is unknown") {
    ApiFixture api;
    const std::string other = api.bearer("coastal", Role::admin);
    const auto answer = api.answer(ApiFixture::post(customers_route, other, "{}"));
    REQUIRE(answer);
    CHECK(answer->status == 404);
    CHECK(has(*answer, "tenant-unknown"));
    const std::string cashier = api.bearer("coastal", Role::cashier);
    CHECK(has(*api.answer(ApiFixture::post(customers_route, cashier, "{}")), "tenant-unknown"));
    CHECK(api.submit.count() == 0);
}

TEST_CASE("auth: a role does what its set says and no more") {
    ApiFixture api;
    const auto status = [&](Role role, const char* target) {
        return api.answer(ApiFixture::post(target, api.bearer("savanna", role), "{}"))->status;
    };
    CHECK(status(Role::cashier, payments) == 201);
    CHECK(status(Role::cashier, customers_route) == 403);
    CHECK(status(Role::operator_, customers_route) == 201);
    CHECK(status(Role::operator_, payments) == 403);
    CHECK(status(Role::viewer, payments) == 403);
    CHECK(status(Role::auditor, payments) == 403);
    CHECK(status(Role::finance, payments) == 201);
    CHECK(status(Role::admin, "/v1/tenants/savanna") == 403);
    CHECK(status(Role::platform, "/v1/tenants/savanna") == 201);
}

TEST_CASE("auth: a key is in force as soon as its line is in the file, and ends with it") {
    ApiFixture api;
    const std::string key = api.bearer("*", Role::platform);
    CHECK(api.answer(ApiFixture::post(customers_route, key, "{}"))->status == 201);
    std::filesystem::remove(api.file("apikeys"));
    CHECK(api.answer(ApiFixture::post(customers_route, key, "{}"))->status == 401);
}

TEST_CASE("auth: the file keeps no secret and is closed to others") {
    ApiFixture api;
    const std::string key = api.bearer("*", Role::platform);
    const std::string path = api.file("apikeys");
    std::ifstream in(path);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    CHECK(text.find(key.substr(key.rfind('_') + 1)) == std::string::npos);

    struct stat info {};

    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    CHECK(ApiKeys(path).open().error().code == Errc::config_invalid);
}

TEST_CASE("auth: a damaged file keeps the keys that stand") {
    ApiFixture api;
    const std::string key = api.bearer("*", Role::platform);
    CHECK(api.answer(ApiFixture::post(customers_route, key, "{}"))->status == 201);
    std::ofstream(api.file("apikeys"), std::ios::app) << "half a line\n";
    CHECK(api.answer(ApiFixture::post(customers_route, key, "{}"))->status == 201);
    CHECK(ApiKeys(api.file("apikeys")).open().error().code == Errc::config_invalid);
}

TEST_CASE("auth: a name that would break the file's lines is refused") {
    ApiFixture api;
    for (const char* name : {"", "two words", "line\nend", "tab\tulator"}) {
        CAPTURE(name);
        CHECK(
            create_api_key(api.file("apikeys"), name, Role::admin).error().code ==
            Errc::config_invalid
        );
        CHECK(create_hook(api.file("hooks"), name).error().code == Errc::config_invalid);
    }
}
