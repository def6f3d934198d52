#include "api/node.hpp"

#include "api/http/app.hpp"
#include "api/http/problem.hpp"
#include "api/ledger_access.hpp"
#include "api/machine_clock.hpp"
#include "api/node_metrics.hpp"
#include "projections/cluster.hpp"
#include "projections/duty.hpp"
#include "projections/enforcement/enforcement.hpp"
#include "projections/observer.hpp"
#include "projections/reader_pool.hpp"
#include "projections/runner.hpp"

#include <fmt/format.h>

#include <optional>

namespace tollbook::api {

namespace {

Error missing(std::string_view setting, std::string_view why) {
    return {Errc::config_invalid, fmt::format("{}: {}", setting, why)};
}

// What a process that is not everything needs to reach the others.
Status check_roles(const NodeOptions& options) {
    const NodeRoles& roles = options.roles;
    const bool keeps_log = roles.has(NodeRole::ledger);
    const bool follows = roles.has(NodeRole::projector) || roles.has(NodeRole::enforcer);
    const bool submits = roles.has(NodeRole::enforcer) || roles.has(NodeRole::api);
    if (!keeps_log && follows && !options.replication)
        return missing("kafka.bootstrap", "without the role ledger the log comes from Kafka");
    if (!keeps_log && submits && options.ledger_url.empty())
        return missing("ledger.url", "without the role ledger commands are sent there");
    if (!roles.is_all() && (follows || submits) && options.dsn.empty())
        return missing("database.dsn_file", "processes with roles share one database");
    return Done{};
}

} // namespace

struct Node::Parts {
    explicit Parts(NodeOptions given)
        : options(std::move(given))
        , api_keys(options.data_directory + "/apikeys")
        , hooks(options.data_directory + "/hooks", std::move(options.hook_sources)) {}

    static constexpr std::size_t runs_waiting_max = 64;

    bool has(NodeRole role) const { return options.roles.has(role); }

    Status open_ledger();
    Status open_database();
    void open_read_models();
    void open_enforcement();
    Status open_http();
    OpenPersonal opener() const;
    Services services();
    std::optional<ProjectionProgress> views() const;
    std::vector<Check> checks() const;
    Check routers_check() const;
    bool reads_ready() const;
    void sample_metrics();
    void run(const RunOrder& order, const Reply& reply);

    NodeOptions options;
    std::string dsn; // In use; empty: no database.
    std::unique_ptr<LedgerAccess> ledger;
    std::unique_ptr<Cluster> cluster;
    std::unique_ptr<ProjectionRunner> runner;   // Of a projector.
    std::unique_ptr<ProgressObserver> observer; // Of an api that is no projector.
    std::unique_ptr<ReaderPool> readers;        // Of an api.
    Metrics metrics;                            // Enforcement tells it things.
    std::unique_ptr<DutyHolder> duty;           // Of an enforcer that may not be the only one.
    std::unique_ptr<Enforcement> enforcement;
    ApiKeys api_keys;
    Hooks hooks;
    std::unique_ptr<Workers> runs;
    std::unique_ptr<MoneySamples> money;
    std::unique_ptr<Workers> samplers; // Its jobs use `money` and `readers`.
    std::unique_ptr<App> app;
    std::unique_ptr<Server> server;
};

Status Node::Parts::open_ledger() {
    auto opened = [this]() -> Result<std::unique_ptr<LedgerAccess>> {
        if (has(NodeRole::ledger))
            return open_own_ledger(
                {options.data_directory,
                 options.checkpoint_records,
                 options.answer_within,
                 options.replication,
                 options.billing_check_every,
                 options.fiscal}
            );
        const bool follows = has(NodeRole::projector) || has(NodeRole::enforcer);
        RemoteLedgerOptions remote{
            options.data_directory,
            options.ledger_url,
            options.ledger_key,
            options.answer_within,
            {}};
        if (follows) remote.kafka = options.replication->kafka;
        return open_remote_ledger(remote);
    }();
    if (!opened) return opened.error();
    ledger = std::move(*opened);
    return Done{};
}

Status Node::Parts::open_database() {
    dsn = options.dsn;
    if (!dsn.empty() || !options.roles.is_all()) return Done{};
    Result<std::unique_ptr<Cluster>> started = Cluster::start(options.data_directory);
    if (!started) return started.error();
    cluster = std::move(*started);
    dsn = cluster->dsn();
    return Done{};
}

void Node::Parts::open_read_models() {
    if (has(NodeRole::projector)) {
        RunnerOptions runner_options;
        runner_options.dsn = dsn;
        if (cluster) runner_options.revive = [this] { return cluster->ensure_running(); };
        runner_options.open_personal = opener();
        runner = std::make_unique<ProjectionRunner>(ledger->source(), runner_options);
    }
    if (!has(NodeRole::api)) return;
    if (!runner) observer = std::make_unique<ProgressObserver>(dsn);
    ReaderPoolOptions pool;
    pool.dsn = dsn;
    readers = std::make_unique<ReaderPool>(pool);
}

OpenPersonal Node::Parts::opener() const {
    return [this](std::string_view tenant, const Sealed& sealed, const Uuid& event_id) {
        return ledger->open_sealed(tenant, sealed, event_id);
    };
}

// With a database of its own nobody else can enforce; a whole node goes on while the shared one is
// away.
void Node::Parts::open_enforcement() {
    if (!has(NodeRole::enforcer)) return;
    EnforcementOptions enforcing;
    enforcing.call_timeout = options.router_timeout;
    enforcing.audit_every = options.router_audit_every;
    enforcing.paid_to_online = [this](double seconds) { metrics.observe_paid_to_online(seconds); };
    if (!cluster) {
        const Duty enforcer{"enforcer", ledger->source().identity().partition};
        duty = std::make_unique<DutyHolder>(dsn, enforcer, options.roles.is_all());
        enforcing.may_act = [this] { return duty->held(); };
    }
    enforcement = std::make_unique<Enforcement>(
        ledger->source(), ledger->submit(), opener(), std::move(enforcing)
    );
}

// A run blocks, so it has a thread of its own; runs of all tenants take turns there.
void Node::Parts::run(const RunOrder& order, const Reply& reply) {
    const bool posted = runs->post([this, order, reply](std::size_t) {
        Result<std::string> report = ledger->run(order);
        if (!report) return reply(problem_response(report.error(), order.correlation));
        Response response;
        response.body = std::move(*report);
        reply(std::move(response));
    });
    if (!posted) reply(problem_response(Error{Errc::overloaded, "runs wait"}, order.correlation));
}

Services Node::Parts::services() {
    return Services{
        .submit = ledger->submit(),
        .keys = api_keys,
        .hooks = hooks,
        .metrics = metrics,
        .checks = [this] { return checks(); },
        .run = [this](const RunOrder& order, const Reply& reply) { run(order, reply); },
        .read_models = readers.get(),
        .reads_ready = [this] { return reads_ready(); },
        .projected_seq = [this] { return views()->seq; },
    };
}

std::optional<ProjectionProgress> Node::Parts::views() const {
    if (runner) return runner->progress();
    if (observer) return observer->progress();
    return std::nullopt;
}

// Once the runner has been through, the tables are there, whatever became of the database.
bool Node::Parts::reads_ready() const {
    const std::optional<ProjectionProgress> now = views();
    if (!now) return false;
    return now->state == RunnerState::running || now->state == RunnerState::standby || now->seq > 0;
}

// The log must serve; read models and routers may lag.
std::vector<Check> Node::Parts::checks() const {
    std::vector<Check> all = ledger->checks();
    if (const std::optional<ProjectionProgress> now = views()) {
        const bool well = now->state == RunnerState::running || now->state == RunnerState::standby;
        std::string detail =
            fmt::format("{}, {} records behind", name_of(now->state), now->lag_records());
        if (!now->detail.empty()) detail += "; " + now->detail;
        for (const std::string& name : now->outdated)
            detail += "; " + name + " waits for `project rebuild`";
        all.push_back({"read-models", well && now->outdated.empty(), true, std::move(detail)});
        if (runner) all.push_back({"parked-keys", now->parked.empty(), true, told(now->parked)});
    }
    if (enforcement) all.push_back(routers_check());
    return all;
}

Check Node::Parts::routers_check() const {
    const std::string trouble = enforcement->trouble();
    if (!trouble.empty()) return {"routers", false, true, trouble};
    if (!enforcement->acts()) return {"routers", true, true, "standby"};
    std::size_t down = 0;
    for (const RouterHealth& router : enforcement->health())
        down += router.open ? 1 : 0;
    return {"routers", down == 0, true, fmt::format("{} unreachable", down)};
}

void Node::Parts::sample_metrics() {
    metrics.sample([this] { return ledger->samples(); });
    if (runner || observer)
        metrics.sample([this] { return projection_samples(*views(), machine_now()); });
    if (enforcement) {
        metrics.sample([this] { return router_samples(enforcement->health()); });
        metrics.sample([this] {
            const auto seq = static_cast<double>(enforcement->position());
            return std::vector<Samples>{{metric::enforcement_position, false, {{{}, seq}}}};
        });
    }
    if (!readers) return;
    samplers = std::make_unique<Workers>(1, 1);
    money = std::make_unique<MoneySamples>(*readers, [this](std::function<void()> job) {
        return samplers->post([run = std::move(job)](std::size_t) { run(); });
    });
    metrics.sample([this] { return reads_ready() ? money->told() : std::vector<Samples>{}; });
}

Status Node::Parts::open_http() {
    if (const Status status = api_keys.open(); !status) return status;
    if (const Status status = hooks.open(); !status) return status;
    sample_metrics();
    runs = std::make_unique<Workers>(1, runs_waiting_max);
    app = std::make_unique<App>(services(), options.limits);
    Result<std::unique_ptr<Server>> started = Server::start(*app, options.http);
    if (!started) return started.error();
    server = std::move(*started);
    return Done{};
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Node>> Node::start(NodeOptions options) {
    if (const Status roles = check_roles(options); !roles) return roles.error();
    auto parts = std::make_unique<Parts>(std::move(options));
    if (const Status status = parts->open_ledger(); !status) return status.error();
    if (const Status status = parts->open_database(); !status) return status.error();
    parts->open_read_models();
    parts->open_enforcement();
    if (const Status status = parts->open_http(); !status) return status.error();
    return std::unique_ptr<Node>(new Node(std::move(parts)));
}

// The server lets go of the app first; the app's own threads end before what they read from; the
// reactors' last reports are answered before the writer stops.
Node::~Node() {
    if (parts_->server) parts_->server->stop();
    parts_->server.reset();
    parts_->app.reset();
    parts_->runs.reset();
    parts_->enforcement.reset();
    parts_->duty.reset();
    parts_->samplers.reset();
    parts_->readers.reset();
    parts_->observer.reset();
    parts_->runner.reset();
    parts_->ledger.reset();
}

std::uint16_t Node::port() const { return parts_->server->port(); }

const std::string& Node::dsn() const { return parts_->dsn; }

} // namespace tollbook::api
