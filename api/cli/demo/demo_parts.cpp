#include "api/cli/demo/demo_parts.hpp"

#include "api/cli/audit.hpp"
#include "api/http/api_keys.hpp"
#include "api/http/hooks.hpp"
#include "ledger/json.hpp"
#include "ledger/kafka/kafka_topic.hpp"
#include "ledger/store.hpp"
#include "ledger/topic_source.hpp"
#include "projections/cluster.hpp"
#include "projections/enforcement/routeros/ppp.hpp"
#include "projections/sql_session.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace tollbook::api {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view router_user = "tollbook";
constexpr std::string_view router_password = "routers-of-the-demo";
constexpr milliseconds start_max{120'000};
constexpr milliseconds look_every{200};
constexpr int looks_without_progress_max = 300;

struct Announced { // A line of the test router.
    std::string router;
    std::uint16_t port{};
    bool tls{};
};
BOOST_DESCRIBE_STRUCT(Announced, (), (router, port, tls))

struct Listening { // The line of `tollbook serve`.
    std::string url;
    std::string dsn;
};
BOOST_DESCRIBE_STRUCT(Listening, (), (url, dsn))

// Below /var/tmp, because PostgreSQL's own user must reach its cluster.
Result<std::string> new_directory() {
    std::array<char, 32> name{"/var/tmp/tollbook-demo.XXXXXX"};
    if (::mkdtemp(name.data()) == nullptr)
        return Error{Errc::internal, "no directory could be made below /var/tmp"};
    std::filesystem::permissions(
        name.data(),
        std::filesystem::perms::owner_all | std::filesystem::perms::group_exec |
            std::filesystem::perms::others_exec
    );
    return std::string(name.data());
}

std::string joined_names(const Day& day) {
    std::string names;
    for (const DayRouter& router : day.routers)
        names += (names.empty() ? "" : ",") + router.name;
    return names;
}

} // namespace

DemoParts::DemoParts(DemoOptions options, std::string directory, std::string tenant)
    : options_(std::move(options)), directory_(std::move(directory)), tenant_(std::move(tenant)) {}

DemoParts::DemoParts(DemoParts&&) noexcept = default;
DemoParts& DemoParts::operator=(DemoParts&&) noexcept = default;
DemoParts::~DemoParts() = default;

Result<DemoParts> DemoParts::start(const DemoOptions& options, const Day& day) {
    std::string directory = options.directory;
    if (directory.empty()) {
        Result<std::string> made = new_directory();
        if (!made) return made.error();
        directory = std::move(*made);
    }
    DemoParts parts(options, directory, day.tenant.tenant);
    if (const Status status = parts.prepare_directory(); !status) return status.error();
    if (const Status status = parts.make_topic(); !status) return status.error();
    if (const Status status = parts.start_routers(day); !status) return status.error();
    if (const Status status = parts.start_node(); !status) return status.error();
    return parts;
}

Status DemoParts::prepare_directory() {
    std::filesystem::create_directories(directory_);
    if (const Status status = Store::create(directory_); !status) return status;
    const Result<std::string> key =
        create_api_key(directory_ + "/apikeys", any_tenant, Role::platform);
    if (!key) return key.error();
    api_key_ = *key;
    const Result<std::string> hook = create_hook(directory_ + "/hooks", tenant_);
    if (!hook) return hook.error();
    access_.hook_path = *hook;
    access_.router_user = router_user;
    access_.router_password = router_password;
    return Done{};
}

// A new one for each demo: the brokers may be anybody's.
Status DemoParts::make_topic() {
    if (options_.kafka.empty()) return Done{};
    kafka_.bootstrap = options_.kafka;
    kafka_.topic = "tollbook-demo-" + hex(event_id_of(tenant_, api_key_, 0));
    kafka_.unsafe_topic = true;
    const auto topic = KafkaTopic::open(kafka_);
    if (!topic) return topic.error();
    return (*topic)->create({1, 1});
}

Status DemoParts::start_routers(const Day& day) {
    const std::string password_file = directory_ + "/router-password";
    std::ofstream(password_file) << router_password << "\n";
    Result<ChildProcess> started = ChildProcess::start(
        {options_.test_router,
         "--routers",
         std::to_string(day.routers.size()),
         "--names",
         joined_names(day),
         "--user",
         std::string(router_user),
         "--password-file",
         password_file,
         "--auto-session",
         "--split"},
        directory_ + "/routers.log"
    );
    if (!started) return started.error();
    routers_.emplace(std::move(*started));
    for (std::size_t i = 0; i < day.routers.size(); ++i) {
        const Result<std::string> line = routers_->read_line(start_max);
        if (!line) return Error{Errc::not_ready, "test router: " + line.error().detail};
        const Result<Announced> announced = from_json<Announced>(*line);
        if (!announced) return announced.error();
        access_.routers.push_back({announced->router, announced->port});
    }
    return Done{};
}

Status DemoParts::start_node() {
    std::vector<std::string> command{
        options_.program, "serve", "--data", directory_, "--set", "http.listen=127.0.0.1:0"};
    if (!kafka_.bootstrap.empty())
        for (const std::string& setting :
             {"kafka.bootstrap=" + kafka_.bootstrap,
              "kafka.topic=" + kafka_.topic,
              std::string("kafka.unsafe_topic=true")})
            command.insert(command.end(), {"--set", setting});
    Result<ChildProcess> started =
        ChildProcess::start(std::move(command), directory_ + "/node.log");
    if (!started) return started.error();
    node_.emplace(std::move(*started));
    const Result<std::string> line = node_->read_line(start_max);
    if (!line)
        return Error{Errc::not_ready, "the node did not start; see " + directory_ + "/node.log"};
    const Result<Listening> listening = from_json<Listening>(*line);
    if (!listening) return listening.error();
    url_ = listening->url;
    client_ = std::make_unique<Client>(ClientOptions{url_, api_key_});
    auto session = SqlSession::connect(listening->dsn, "tollbook-demo");
    if (!session) return session.error();
    database_ = std::move(*session);
    return Done{};
}

Status DemoParts::end_node() {
    database_.reset();
    client_.reset();
    const int status = node_->stop();
    node_.reset();
    if (status != 0) return Error{Errc::internal, fmt::format("the node ended with {}", status)};
    return Done{};
}

Status DemoParts::restart_node() {
    if (const Status ended = end_node(); !ended) return ended;
    return start_node();
}

Result<std::string> DemoParts::difference_to_topic() {
    if (kafka_.bootstrap.empty()) return std::string();
    if (const Status ended = end_node(); !ended) return ended.error();
    const auto store = Store::open(directory_, {true});
    if (!store) return store.error();
    const Head disk = (*store)->log().head();
    const auto topic = KafkaTopic::open(kafka_);
    if (!topic) return topic.error();
    const auto source = TopicSource::open(**topic);
    if (!source) return source.error();
    const Result<VerifyReport> there =
        verify(**source, nullptr, [](std::uint64_t, std::uint64_t) {});
    if (!there) return there.error();
    if (const Status started = start_node(); !started) return started.error();
    if (!there->problem.empty()) return "the topic: " + there->problem;
    if (there->seq == disk.seq && there->hash == disk.hash) return std::string();
    return fmt::format("the topic ends at seq {}, the disk at {}", there->seq, disk.seq);
}

Result<std::string> DemoParts::log_position() {
    constexpr std::string_view name = "\ntollbook_log_position ";
    const auto metrics = client_->get("/metrics");
    if (!metrics) return metrics.error();
    const std::size_t begin = metrics->body.find(name);
    if (begin == std::string::npos) return Error{Errc::internal, "no tollbook_log_position"};
    const std::size_t end = metrics->body.find_first_of(".\n", begin + name.size());
    return metrics->body.substr(begin + name.size(), end - begin - name.size());
}

Status DemoParts::wait_until_routers_obey() {
    // How many read models are behind the log, and how many sites are not as they shall be.
    const std::string sql =
        "SELECT (SELECT count(*) FROM projection_checkpoints WHERE seq < $2::bigint)"
        " + (SELECT count(*) FROM sites WHERE tenant = $1 AND phase <> 'removed' AND"
        " (applied_seq IS DISTINCT FROM wanted_seq OR"
        " applied_enabled IS DISTINCT FROM wanted_enabled))"
        " + (SELECT count(*) FROM (SELECT site FROM services WHERE tenant = $1"
        " EXCEPT SELECT site FROM sites WHERE tenant = $1) s)";
    std::string last;
    for (int looks = 0; looks < looks_without_progress_max; ++looks) {
        const Result<std::string> head = log_position();
        if (!head) return head.error();
        // Refused until the runner of a new database has made its tables.
        const Result<SqlRows> waiting = database_->query(sql, {tenant_, *head});
        const std::string left = waiting ? waiting->at(0, 0).value_or("") : "no tables";
        if (left == "0") return Done{};
        const std::string now = *head + "/" + left;
        if (now != last) looks = 0;
        last = now;
        std::this_thread::sleep_for(look_every);
    }
    return Error{Errc::device_timeout, "some router does not come to what the book wants"};
}

Result<std::vector<RouterCount>> DemoParts::count_secrets() const {
    std::vector<RouterCount> counts;
    for (const RouterPort& router : access_.routers) {
        routeros::Device device;
        device.host = "127.0.0.1";
        device.port = router.port;
        device.user = access_.router_user;
        device.password = access_.router_password;
        auto client = routeros::Client::connect(device);
        if (!client) return Error{client.error().code, router.router};
        const auto secrets = routeros::read_all_secrets(*client);
        if (!secrets) return Error{secrets.error().code, router.router};
        RouterCount count{router.router, 0, 0};
        for (const routeros::SecretFact& secret : *secrets)
            ++(secret.disabled ? count.disabled : count.enabled);
        counts.push_back(std::move(count));
    }
    return counts;
}

std::string DemoParts::how_to_look() const {
    return fmt::format(
        "The node is up:\n"
        "  API        {0}/v1/tenants/{1}   (contract: {0}/openapi.json)\n"
        "  key        {2}\n"
        "  health     {0}/readyz?verbose\n"
        "  metrics    {0}/metrics\n"
        "  data       {3}\n",
        url_,
        tenant_,
        api_key_,
        directory_
    );
}

} // namespace tollbook::api
