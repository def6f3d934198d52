#include "api/config.hpp"

#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace tollbook;
using namespace tollbook::api;

namespace {

struct File {
    explicit File(std::string_view text) { std::ofstream(path) << text; }

    ScratchDirectory directory;
    std::string path = directory.path + "/tollbook.toml";
};

std::string origin(const Config& config, std::string_view name) {
    for (const auto& [known, value] : config.shown())
        if (known == name) return value.origin;
    return {};
}

} // namespace

TEST_CASE("config: flags rule over the environment, that over the file, that over defaults") {
    const File file("[http]\nlisten = \"file:1\"\nthreads = 3\n[data]\ndir = \"/file\"\n");
    ConfigSources sources;
    sources.file = file.path;
    sources.environment = {
        {"TOLLBOOK_HTTP__LISTEN", "environment:1"}, {"TOLLBOOK_DATA__DIR", "/environment"}};
    sources.flags = {{"data.dir", "/flag"}};
    const Config config = Config::load(sources).value();
    CHECK(config.text("data.dir") == "/flag");
    CHECK(config.text("http.listen") == "environment:1");
    CHECK(config.number("http.threads") == 3);
    CHECK(config.text("log.level") == "info");
    CHECK(origin(config, "data.dir") == "flag");
    CHECK(origin(config, "http.listen") == "environment TOLLBOOK_HTTP__LISTEN");
    CHECK(origin(config, "http.threads") == "file " + file.path);
    CHECK(origin(config, "log.level") == "default");
}

TEST_CASE("config: every type reads, and lists come as arrays or with commas") {
    const File file(
        "hooks.observe_only = false\n[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]"
    );
    ConfigSources sources;
    sources.file = file.path;
    sources.flags = {{"hooks.sources", "1.2.3.4,5.6.7.8"}};
    const Config config = Config::load(sources).value();
    CHECK(!config.flag("hooks.observe_only"));
    CHECK(config.list("http.trusted_proxies") == std::vector<std::string>{"10.0.0.0/8", "::1"});
    CHECK(config.list("hooks.sources") == std::vector<std::string>{"1.2.3.4", "5.6.7.8"});
}

TEST_CASE("config: an unknown key is refused with a suggestion, wherever it stands") {
    const File file("[http]\nlisten_on = \"x\"\n");
    ConfigSources in_file;
    in_file.file = file.path;
    const Error error = Config::load(in_file).error();
    CHECK(error.code == Errc::config_invalid);
    CHECK(error.detail.find("http.listen_on; did you mean `http.listen`?") != std::string::npos);

    ConfigSources in_environment;
    in_environment.environment = {{"TOLLBOOK_HTTP__LISTN", "x"}};
    CHECK(Config::load(in_environment).error().detail.find("`http.listen`") != std::string::npos);

    ConfigSources in_flags;
    in_flags.flags = {{"nothing.like", "x"}};
    CHECK(Config::load(in_flags).error().detail == "flag: unknown key nothing.like");
}

TEST_CASE("config: a value of another type and a broken file are refused") {
    const auto refused = [](std::string_view text) {
        const File file(text);
        ConfigSources sources;
        sources.file = file.path;
        const Result<Config> config = Config::load(sources);
        return !config && config.error().code == Errc::config_invalid;
    };
    CHECK(refused("[http]\nthreads = \"two\"\n"));
    CHECK(refused("[http]\nthreads = 1.5\n"));
    CHECK(refused("[http]\nthreads = -1\n"));
    CHECK(refused("[http]\nlisten = 8420\n"));
    CHECK(refused("[hooks]\nsources = \"1.2.3.4\"\n"));
    CHECK(refused("[hooks]\nsources = [1]\n"));
    CHECK(refused("[http\n"));
    ConfigSources absent;
    absent.file = "/nowhere/tollbook.toml";
    CHECK(Config::load(absent).error().code == Errc::config_invalid);
    ConfigSources flag;
    flag.flags = {{"hooks.observe_only", "yes"}};
    CHECK(Config::load(flag).error().code == Errc::config_invalid);
}

TEST_CASE("config: every default is a value of its type") {
    const Result<Config> config = Config::load({});
    REQUIRE(config);
    for (const Setting& setting : settings) {
        CAPTURE(setting.name);
        ConfigSources again;
        again.flags = {{std::string(setting.name), config->text(setting.name)}};
        CHECK(Config::load(again).has_value());
        CHECK(!setting.meaning.empty());
    }
}
