#include "api/cli/cli.hpp"

#include "api/cli/context.hpp"
#include "api/client.hpp"
#include "api/http/server.hpp"
#include "api/logging.hpp"
#include "tests/api/api_fixture.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <vector>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

int tollbook_with(std::vector<const char*> words) {
    words.insert(words.begin(), "tollbook");
    return run(static_cast<int>(words.size()), words.data());
}

} // namespace

TEST_CASE("cli: a word that is not known is a usage error, and help is not") {
    CHECK(tollbook_with({"--help"}) == 0);
    CHECK(tollbook_with({"version"}) == 0);
    CHECK(tollbook_with({"--json", "version"}) == 0);
    CHECK(tollbook_with({"version", "--json"}) == 0);
    CHECK(tollbook_with({}) == 2);
    CHECK(tollbook_with({"versoin"}) == 2);
    CHECK(tollbook_with({"backup"}) == 2);
    CHECK(tollbook_with({"backup", "create"}) == 2);
    CHECK(tollbook_with({"restore", "--data", "x"}) == 2);
    CHECK(tollbook_with({"version", "--jsn"}) == 2);
    CHECK(tollbook_with({"import", "planes", "x.csv", "--tenant", "t"}) == 2);
    CHECK(tollbook_with({"apikey", "create", "--tenant", "t", "--role", "king"}) == 2);
    CHECK(tollbook_with({"config", "show", "--set", "http.listne=x"}) == 2);
    CHECK(tollbook_with({"config", "show", "--origin"}) == 0);
    CHECK(tollbook_with({"clock", "advance", "--tenant", "t", "--to", "tomorrow"}) == 2);
}

TEST_CASE("cli: exit codes say what went wrong") {
    CHECK(exit_of(Errc::config_invalid) == Exit::usage);
    CHECK(exit_of(Errc::store_locked) == Exit::conflict);
    CHECK(exit_of(Errc::figures_moved) == Exit::conflict);
    CHECK(exit_of(Errc::not_ready) == Exit::unreachable);
    CHECK(exit_of(Errc::permission_denied) == Exit::permission);
    CHECK(exit_of(Errc::customer_unknown) == Exit::failed);
    const ScratchDirectory directory;
    std::ofstream(directory.path + "/platform.key") << "tb_x_y\n";
    CHECK(
        tollbook_with(
            {"run",
             "renewals",
             "--tenant",
             "t",
             "--data",
             directory.path.c_str(),
             "--url",
             "http://127.0.0.1:1",
             "--quiet"}
        ) == 5
    );
    CHECK(tollbook_with({"run", "renewals", "--tenant", "t", "--data", "/nowhere"}) == 2);
    CHECK(tollbook_with({"billing", "preview", "--tenant", "t", "--data", "/nowhere"}) == 2);
    CHECK(tollbook_with({"billing", "confirm", "--tenant", "t"}) == 2); // Of which preview?
}

TEST_CASE("cli: keys and hooks are made on the command line and work at once") {
    const ScratchDirectory directory;
    const char* data = directory.path.c_str();
    CHECK(
        tollbook_with({"apikey", "create", "--tenant", "t", "--role", "cashier", "--data", data}) ==
        0
    );
    CHECK(tollbook_with({"apikey", "list", "--data", data}) == 0);
    CHECK(tollbook_with({"hook", "create", "--tenant", "t", "--data", data}) == 0);
    ApiKeys keys(directory.path + "/apikeys");
    REQUIRE(keys.open());
    REQUIRE(keys.list().size() == 1);
    CHECK(keys.list()[0].principal.role == Role::cashier);
}

TEST_CASE("cli: the client sends commands and turns problems into errors") {
    ApiFixture api;
    const auto server = Server::start(api.app, {.listen = "127.0.0.1:0"}).value();
    const std::string url = "http://127.0.0.1:" + std::to_string(server->port());
    Client client({url, api.bearer("t:1", Role::admin).substr(7)});
    const std::string path = "/v1/tenants/" + path_segment("t:1") + "/customers";
    const Result<ClientReply> reply = client.post(path, "{}", "a \"b\"");
    REQUIRE(reply);
    CHECK(reply->status == 201);
    CHECK(reply->position == "0:1");
    CHECK(!reply->replayed);
    CHECK(api.submit.last().key == "a \"b\"");
    CHECK(api.submit.last().tenant == "t:1");
    CHECK(client.get("/v1/tenants/other/plans").error().code == Errc::tenant_unknown);
    int refusals = 2;
    api.submit.decide = [&](const Submission&) -> Result<Receipt> {
        if (refusals-- > 0) return Error{Errc::overloaded, {}};
        return api.submit.next();
    };
    CHECK(client.post(path, "{}", "k"));
    CHECK(refusals == -1);
    CHECK(server->connections() == 1);
}

TEST_CASE("cli: an import sends what the file says, and what is bad stops it") {
    ApiFixture api;
    const auto server = Server::start(api.app, {.listen = "127.0.0.1:0"}).value();
    const std::string url = "http://127.0.0.1:" + std::to_string(server->port());
    std::ofstream(api.file("platform.key")) << api.bearer("*", Role::platform).substr(7) << "\n";
    const std::string file = api.file("customers.csv");
    std::ofstream(file) << "account_no,name,phone\nACC1,A,1\n,B,2\nACC3,C,3\n";
    const auto import = [&](std::vector<const char*> more) {
        std::vector<const char*> words{
            "import",
            "customers",
            file.c_str(),
            "--tenant",
            "t",
            "--quiet",
            "--url",
            url.c_str(),
            "--data",
            api.directory.path.c_str()};
        words.insert(words.end(), more.begin(), more.end());
        return tollbook_with(words);
    };
    CHECK(import({}) == 3);
    CHECK(api.submit.count() == 0);
    CHECK(import({"--on-error", "skip", "--json"}) == 3);
    REQUIRE(api.submit.count() == 2);
    const std::string first = api.submit.submissions[0].key;
    std::ofstream(file) << "account_no,name,phone\nACC1,A,1\n";
    CHECK(import({}) == 0);
    CHECK(api.submit.last().key == first);
    api.submit.decide = [](const Submission&) {
        return Result<Receipt>(Error{Errc::customer_exists, "ACC1"});
    };
    CHECK(import({}) == 3);
}

TEST_CASE("logging: one JSON object per line, with typed fields") {
    const std::string line = log_line(
        LogLevel::warn,
        "a \"thing\"",
        {{"route", std::string_view("/x")}, {"status", std::int64_t{503}}, {"ok", false}},
        true
    );
    CHECK(line.starts_with(R"({"ts":"20)"));
    CHECK(
        line.ends_with(R"("level":"warn","msg":"a \"thing\"","route":"/x","status":503,"ok":false})"
                       "\n")
    );
    CHECK(log_line(LogLevel::info, "up", {{"n", std::int64_t{1}}}, false) == "info  up  n=1\n");
}
