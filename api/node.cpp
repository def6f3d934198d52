#include "api/node.hpp"

#include "api/http/app.hpp"
#include "api/http/problem.hpp"
#include "api/logging.hpp"
#include "api/machine_clock.hpp"
#include "api/node_metrics.hpp"
#include "api/renewals.hpp"
#include "commands/book_decider.hpp"
#include "ledger/keystore.hpp"
#include "ledger/partition.hpp"
#include "ledger/store.hpp"
#include "projections/cluster.hpp"
#include "projections/enforcement/enforcement.hpp"
#include "projections/reader_pool.hpp"
#include "projections/runner.hpp"

#include <fmt/format.h>

#include <optional>

namespace tollbook::api {

struct Node::Parts {
    explicit Parts(NodeOptions given)
        : options(std::move(given))
        , api_keys(options.data_directory + "/apikeys")
        , hooks(options.data_directory + "/hooks", std::move(options.hook_sources))
        , runs(1, runs_waiting_max) {}

    static constexpr std::size_t runs_waiting_max = 64;

    Status open_ledger();
    Status open_read_models();
    void open_enforcement();
    Status open_http();
    OpenPersonal opener() const;
    Services services();
    std::vector<Check> checks() const;
    bool reads_ready() const;
    void sample_metrics();
    void renew(const RenewalRun& run, const Reply& reply);

    NodeOptions options;
    std::string dsn; // In use.
    std::unique_ptr<Store> store;
    std::unique_ptr<KeyStore> keys;
    std::unique_ptr<Replication> replication; // Null without a topic.
    std::unique_ptr<Partition> partition;
    std::unique_ptr<Cluster> cluster;
    std::unique_ptr<ProjectionRunner> runner;
    std::unique_ptr<ReaderPool> readers;
    Metrics metrics; // Enforcement tells it things.
    std::unique_ptr<Enforcement> enforcement;
    ApiKeys api_keys;
    Hooks hooks;
    Workers runs;
    std::unique_ptr<MoneySamples> money;
    std::unique_ptr<Workers> samplers; // Its jobs use `money` and `readers`.
    std::unique_ptr<App> app;
    std::unique_ptr<Server> server;
};

Status Node::Parts::open_ledger() {
    StoreOptions store_options;
    store_options.sync_lazily =
        options.replication && options.replication->acknowledge == Acknowledgement::replicated;
    Result<std::unique_ptr<Store>> opened = Store::open(options.data_directory, store_options);
    if (!opened) return opened.error();
    store = std::move(*opened);
    Result<std::unique_ptr<KeyStore>> key_store = KeyStore::open(options.data_directory, false);
    if (!key_store) return key_store.error();
    keys = std::move(*key_store);
    auto decider =
        std::make_unique<BookDecider>([this](std::string_view tenant, std::string_view text) {
            return keys->private_hash(tenant, text);
        });
    PartitionOptions partition_options;
    partition_options.checkpoint_records = options.checkpoint_records;
    partition_options.answer_within = options.answer_within;
    partition_options.on_stop = [](const Error& why) {
        log(LogLevel::error,
            "the writer stopped for good",
            {{"problem", info(why.code).slug}, {"why", std::string_view(why.detail)}});
    };
    if (options.replication) {
        auto joined = Replication::open(*store, options.data_directory, *options.replication);
        if (!joined) return joined.error();
        replication = std::move(*joined);
        partition_options.log = replication->writer_log();
    }
    auto writer = Partition::open(*store, *keys, std::move(decider), partition_options);
    if (!writer) return writer.error();
    partition = std::move(*writer);
    if (replication) replication->begin();
    return Done{};
}

Status Node::Parts::open_read_models() {
    RunnerOptions runner_options;
    runner_options.dsn = options.dsn;
    if (options.dsn.empty()) {
        Result<std::unique_ptr<Cluster>> started = Cluster::start(options.data_directory);
        if (!started) return started.error();
        cluster = std::move(*started);
        runner_options.dsn = cluster->dsn();
        runner_options.revive = [this] { return cluster->ensure_running(); };
    }
    dsn = runner_options.dsn;
    runner_options.open_personal = opener();
    runner = std::make_unique<ProjectionRunner>(partition->source(), runner_options);
    ReaderPoolOptions pool;
    pool.dsn = dsn;
    readers = std::make_unique<ReaderPool>(pool);
    return Done{};
}

OpenPersonal Node::Parts::opener() const {
    return [this](std::string_view tenant, const Sealed& sealed, const Uuid& event_id) {
        return keys->open_sealed(tenant, sealed, event_id);
    };
}

void Node::Parts::open_enforcement() {
    enforcement = std::make_unique<Enforcement>(
        partition->source(),
        *partition,
        opener(),
        EnforcementOptions{
            options.router_timeout,
            options.router_audit_every,
            [this](double seconds) { metrics.observe_paid_to_online(seconds); }}
    );
}

// A run blocks, so it has a thread of its own; runs of all tenants take turns there.
void Node::Parts::renew(const RenewalRun& run, const Reply& reply) {
    const bool posted = runs.post([this, run, reply](std::size_t) {
        const Result<RenewalReport> report =
            run_renewals(*partition, {run.tenant, run.actor, run.request_id});
        if (!report) return reply(problem_response(report.error(), run.request_id));
        Response response;
        response.body = to_json(*report);
        reply(std::move(response));
    });
    if (!posted) reply(problem_response(Error{Errc::overloaded, "runs wait"}, run.request_id));
}

Services Node::Parts::services() {
    return Services{
        .submit = *partition,
        .keys = api_keys,
        .hooks = hooks,
        .metrics = metrics,
        .checks = [this] { return checks(); },
        .renewal_run = [this](const RenewalRun& run, const Reply& reply) { renew(run, reply); },
        .read_models = readers.get(),
        .reads_ready = [this] { return reads_ready(); },
        .projected_seq = [this] { return runner->progress().seq; },
    };
}

// Once the runner has been through, the tables are there, whatever became of the database.
bool Node::Parts::reads_ready() const {
    const ProjectionProgress views = runner->progress();
    return views.state == RunnerState::running || views.seq > 0;
}

// The log must serve; read models and routers may lag.
std::vector<Check> Node::Parts::checks() const {
    const PartitionHealth log = partition->health();
    const ProjectionProgress views = runner->progress();
    std::size_t routers_down = 0;
    for (const RouterHealth& router : enforcement->health())
        routers_down += router.open ? 1 : 0;
    std::vector<Check> all{
        {"log", log.serving, false, log.serving ? "serving" : log.stopped.detail},
        {"read-models",
         views.state == RunnerState::running,
         true,
         fmt::format("{}, {} records behind", name_of(views.state), views.lag_records())},
        {"parked-keys", views.parked.empty(), true, told(views.parked)},
        {"routers", routers_down == 0, true, fmt::format("{} unreachable", routers_down)},
    };
    if (replication) all.push_back(replication->check());
    return all;
}

void Node::Parts::sample_metrics() {
    metrics.sample([this] { return log_samples(partition->health()); });
    if (replication) metrics.sample([this] { return replication->samples(); });
    metrics.sample([this] { return projection_samples(runner->progress(), machine_now()); });
    metrics.sample([this] { return router_samples(enforcement->health()); });
    metrics.sample([this] {
        const auto seq = static_cast<double>(enforcement->position());
        return std::vector<Samples>{{metric::enforcement_position, false, {{{}, seq}}}};
    });
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
    app = std::make_unique<App>(services(), options.limits);
    Result<std::unique_ptr<Server>> started = Server::start(*app, options.http);
    if (!started) return started.error();
    server = std::move(*started);
    return Done{};
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Node>> Node::start(NodeOptions options) {
    auto parts = std::make_unique<Parts>(std::move(options));
    if (const Status status = parts->open_ledger(); !status) return status.error();
    if (const Status status = parts->open_read_models(); !status) return status.error();
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
    parts_->enforcement.reset();
    parts_->samplers.reset();
    parts_->readers.reset();
    parts_->runner.reset();
    parts_->partition.reset();
}

std::uint16_t Node::port() const { return parts_->server->port(); }

const std::string& Node::dsn() const { return parts_->dsn; }

} // namespace tollbook::api
