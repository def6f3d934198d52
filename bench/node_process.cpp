#include "bench/node_process.hpp"

#include "api/http/api_keys.hpp"
#include "bench/load.hpp"
#include "ledger/ensure.hpp"
#include "ledger/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

namespace tollbook::bench {

namespace {

constexpr std::chrono::minutes start_max{2};
constexpr std::chrono::milliseconds look_every{20};

} // namespace

NodeProcess::NodeProcess(const std::string& program, Database database, std::size_t threads) {
    const std::string data = directory_.path + "/data";
    ensure(Store::create(data).has_value());
    std::filesystem::permissions(
        data, std::filesystem::perms::others_exec, std::filesystem::perm_options::add
    );
    key_ = api::create_api_key(data + "/apikeys", api::any_tenant, api::Role::platform).value();
    std::vector<std::string> command{
        program,
        "serve",
        "--data",
        data,
        "--set",
        "http.listen=127.0.0.1:0",
        "--set",
        fmt::format("http.threads={}", threads)};
    if (database == Database::away) {
        const std::string dsn_file = directory_.path + "/dsn";
        std::ofstream(dsn_file) << "host=" << directory_.path << " dbname=away\n";
        command.insert(command.end(), {"--set", "database.dsn_file=" + dsn_file});
    }
    process_ = api::ChildProcess::start(command, directory_.path + "/node.log").value();
    const std::string line = process_->read_line(start_max).value(); // {"url":"http://...:8420",
    const std::size_t colon = line.find(':', line.find("//"));
    std::from_chars(line.data() + colon + 1, line.data() + line.size(), port_);
    ensure(port_ != 0);
}

std::string NodeProcess::request(
    const std::string& path, const std::string& key, const std::string& body
) const {
    return fmt::format(
        "POST /v1/tenants{} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n"
        "Idempotency-Key: \"{}\"\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        path,
        key_,
        key,
        body.size(),
        body
    );
}

std::string NodeProcess::get_request(const std::string& path) const {
    return fmt::format(
        "GET /v1/tenants/bench{} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n",
        path,
        key_
    );
}

std::optional<double> NodeProcess::lowest(const std::string& metric) const {
    const std::string request = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    std::istringstream text(send_load(port_, 1, {&request, 1}).last_body);
    std::optional<double> least;
    for (std::string line; std::getline(text, line);) {
        const std::size_t name_end = line.find_first_of("{ ");
        if (name_end == std::string::npos || line.substr(0, name_end) != metric) continue;
        const double value = std::strtod(line.c_str() + line.rfind(' '), nullptr);
        least = std::min(least.value_or(value), value);
    }
    return least;
}

void NodeProcess::wait_for_read_models() const {
    const auto behind = [&] {
        const std::optional<double> views = lowest("tollbook_projection_position");
        return !views || *views < lowest("tollbook_log_position").value();
    };
    while (behind())
        std::this_thread::sleep_for(look_every);
}

} // namespace tollbook::bench
