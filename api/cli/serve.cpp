#include "api/cli/serve.hpp"

#include "api/cli/dsn.hpp"
#include "api/kafka_config.hpp"
#include "api/logging.hpp"
#include "api/node.hpp"
#include "api/version.hpp"
#include "ledger/json.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <utility>

namespace tollbook::api {

namespace {

Result<HookSources> hook_sources_of(const Config& config) {
    Result<AddressList> allowed = AddressList::parse(config.list("hooks.sources"));
    if (!allowed) return allowed.error();
    Result<AddressList> proxies = AddressList::parse(config.list("http.trusted_proxies"));
    if (!proxies) return proxies.error();
    return HookSources{std::move(*allowed), std::move(*proxies), config.flag("hooks.observe_only")};
}

Limits limits_of(const Config& config) {
    const auto size = [&](std::string_view name) {
        return static_cast<std::size_t>(config.number(name));
    };
    Limits limits;
    limits.connections_max = size("http.connections_max");
    limits.requests_in_flight_max = size("http.requests_in_flight_max");
    limits.body_bytes_max = size("http.body_bytes_max");
    return limits;
}

// The key that processes know each other by; only those that send commands need one.
Result<std::string> ledger_key_of(const Context& context) {
    if (context.config.text("ledger.url").empty()) return std::string{};
    std::string path = context.config.text("ledger.key_file");
    if (path.empty()) path = context.data_file("node.key");
    std::ifstream in(path);
    std::string key;
    if (!std::getline(in, key))
        return Error{
            Errc::config_invalid,
            "ledger.key_file: " + path + " cannot be read (`tollbook apikey create --role node`)"};
    return key;
}

FiscalOptions fiscal_of(const Context& context) {
    const Config& config = context.config;
    FiscalOptions options;
    options.check_every = std::chrono::milliseconds(config.number("fiscal.check_every_ms"));
    options.timeout = std::chrono::milliseconds(config.number("fiscal.timeout_ms"));
    options.keys_file = config.text("fiscal.keys_file");
    if (options.keys_file.empty()) options.keys_file = context.data_file("fiscal.keys");
    return options;
}

Result<NodeOptions> options_of(const Context& context, const std::vector<std::string>& names) {
    const Config& config = context.config;
    Result<NodeRoles> roles = parse_node_roles(names);
    if (!roles) return roles.error();
    Result<std::string> ledger_key = ledger_key_of(context);
    if (!ledger_key) return ledger_key.error();
    Result<std::string> dsn = dsn_of(config);
    if (!dsn) return dsn.error();
    Result<HookSources> sources = hook_sources_of(config);
    if (!sources) return sources.error();
    NodeOptions options;
    options.roles = *roles;
    options.ledger_url = config.text("ledger.url");
    options.ledger_key = std::move(*ledger_key);
    options.data_directory = config.text("data.dir");
    options.dsn = std::move(*dsn);
    options.hook_sources = std::move(*sources);
    options.limits = limits_of(config);
    options.http.listen = config.text("http.listen");
    options.http.threads = static_cast<std::size_t>(config.number("http.threads"));
    options.http.tls_cert_file = config.text("http.tls_cert_file");
    options.http.tls_key_file = config.text("http.tls_key_file");
    options.checkpoint_records =
        static_cast<std::uint64_t>(config.number("book.checkpoint_records"));
    Result<std::optional<ReplicationOptions>> replication = replication_of(config);
    if (!replication) return replication.error();
    options.replication = std::move(*replication);
    options.answer_within = std::chrono::milliseconds(config.number("book.answer_within_ms"));
    options.billing_check_every =
        std::chrono::milliseconds(config.number("billing.check_every_ms"));
    options.fiscal = fiscal_of(context);
    options.router_timeout = std::chrono::milliseconds(config.number("routers.timeout_ms"));
    options.router_audit_every = std::chrono::milliseconds(config.number("routers.audit_every_ms"));
    return options;
}

Status start_logging(const Config& config) {
    const auto level = log_level_named(config.text("log.level"));
    const auto format = log_format_named(config.text("log.format"));
    if (!level) return Error{Errc::config_invalid, "log.level: debug, info, warn or error"};
    if (!format) return Error{Errc::config_invalid, "log.format: auto, json or text"};
    set_logging(*level, *format);
    return Done{};
}

// What a caller that started this node needs to reach it.
struct Listening {
    std::string url;
    std::string dsn;
};
BOOST_DESCRIBE_STRUCT(Listening, (), (url, dsn))

std::string listening_line(const Config& config, const Node& node) {
    const std::string& listen = config.text("http.listen");
    const std::string scheme = config.text("http.tls_cert_file").empty() ? "http://" : "https://";
    return to_json(Listening{
        scheme + listen.substr(0, listen.rfind(':') + 1) + std::to_string(node.port()), node.dsn()}
    );
}

// Blocked before any thread is made, so that all of them leave these signals to `wait`.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

// A shell's limit of 1024 open files is below what connections alone may take.
void raise_open_files(const Config& config) {
    constexpr rlim_t files_besides = 1024; // Table files, routers, PostgreSQL.
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    const auto connections = static_cast<rlim_t>(config.number("http.connections_max"));
    if (limit.rlim_cur >= connections + files_besides) return;
    log(LogLevel::warn,
        "the limit of open files is low for http.connections_max",
        {{"limit", static_cast<std::int64_t>(limit.rlim_cur)},
         {"connections_max", static_cast<std::int64_t>(connections)}});
}

} // namespace

Exit run_serve(const Context& context, const std::vector<std::string>& roles) {
    if (const Status status = start_logging(context.config); !status)
        return fail(context, status.error());
    Result<NodeOptions> options = options_of(context, roles);
    if (!options) return fail(context, options.error());
    raise_open_files(context.config);
    const sigset_t signals = block_signals();
    log(LogLevel::info,
        "starting",
        {{"version", version}, {"data", std::string_view(options->data_directory)}});
    Result<std::unique_ptr<Node>> node = Node::start(std::move(*options));
    if (!node) return fail(context, node.error());
    log(LogLevel::info, "serving", {{"port", std::int64_t{(*node)->port()}}});
    print(listening_line(context.config, **node));
    int signal = 0;
    sigwait(&signals, &signal);
    log(LogLevel::info, "draining", {{"signal", std::int64_t{signal}}});
    node->reset();
    log(LogLevel::info, "stopped");
    return Exit::ok;
}

} // namespace tollbook::api
