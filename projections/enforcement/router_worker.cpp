#include "projections/enforcement/router_worker.hpp"

#include "ledger/clock_guard.hpp"
#include "ledger/json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batch_sites_max = 1'000;
constexpr std::size_t rows_read_for_one_max = 500;

// The body of a report_site command (commands/ reads it; nothing here may include that).
struct SiteReport {
    std::string site;
    std::string outcome;
    std::uint64_t applied_seq{};
    bool enabled{};
    std::optional<bool> repaired;
    std::optional<std::string> error;
    std::optional<std::string> detail;
};
BOOST_DESCRIBE_STRUCT(
    SiteReport, (), (site, outcome, applied_seq, enabled, repaired, error, detail)
)

bool drifted(const SiteWish& wish, const routeros::SecretFact* fact) {
    if (fact == nullptr) return true;
    if (!fact->ours) return false; // Somebody else's: reported when it was asked for.
    return fact->disabled == wish.enabled || fact->profile != wish.profile ||
           (!wish.enabled && fact->session_live);
}

} // namespace

RouterWorker::RouterWorker(
    RouterQueue& queue, Submit& submit, OpenSealed open_sealed, EnforcementOptions options
)
    : queue_(queue)
    , submit_(submit)
    , open_sealed_(std::move(open_sealed))
    , options_(options)
    , backoff_(std::hash<std::string>{}(queue.access().router.router))
    , next_audit_(Clock::now() + options.audit_every) {}

RouterWorker::~RouterWorker() {
    for (auto waiting = unanswered_.load(); waiting != 0; waiting = unanswered_.load())
        unanswered_.wait(waiting);
}

void RouterWorker::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        if (!backoff_.may_try(Clock::now())) {
            queue_.wait_until(backoff_.next_try(), stop);
            continue;
        }
        std::vector<Task> tasks;
        // A probe of a router that was down is one site, not a thousand.
        const std::size_t count_max = backoff_.failures() == 0 ? batch_sites_max : 1;
        for (SiteWish& wish : queue_.oldest_pending(count_max, next_audit_, stop))
            tasks.push_back({std::move(wish), false});
        if (stop.stop_requested()) return;
        const bool audit_due = tasks.empty() && Clock::now() >= next_audit_;
        if (tasks.empty() && !audit_due) continue;
        const bool done = audit_due ? audit() : work(tasks);
        if (done) {
            backoff_.succeeded();
            counts_.last_success_micros = machine_clock().micros;
        } else {
            backoff_.failed(Clock::now());
            ++counts_.retries;
        }
        counts_.open = backoff_.open();
        counts_.up = done;
    }
}

// False: the router must be tried again later.
bool RouterWorker::work(const std::vector<Task>& tasks) {
    if (!connect() || !ensure_profiles(tasks)) return false;
    std::vector<Task> secrets;
    bool done = true;
    for (const Task& task : tasks) {
        if (task.wish.remove)
            done = remove(task) && done;
        else
            secrets.push_back(task);
    }
    return converge_all(secrets) && done;
}

bool RouterWorker::connect() {
    if (client_ && client_->alive()) return true;
    client_.reset();
    profiles_.clear();
    const RouterAccess& access = queue_.access();
    routeros::Device device;
    device.host = access.router.address;
    device.port = access.router.port;
    device.user = access.router.username;
    device.call_timeout = options_.call_timeout;
    if (access.router.tls) device.tls = routeros::Tls{.verify = false};
    if (access.secret) {
        const Result<std::string> plain =
            open_sealed_(access.tenant, *access.secret, access.secret_event);
        if (!plain) return false;
        const Result<RouterSecret> secret = from_json<RouterSecret>(*plain);
        if (!secret) return false;
        device.password = secret->password;
    }
    routeros::Answer<routeros::Client> client = routeros::Client::connect(device);
    if (!client) return false;
    client_.emplace(std::move(*client));
    next_audit_ = Clock::now(); // It may be another device, or one that a backup was restored on.
    return true;
}

bool RouterWorker::ensure_profiles(const std::vector<Task>& tasks) {
    for (const Task& task : tasks) {
        const std::optional<std::string> rate = queue_.rate_of(task.wish.profile);
        if (!rate || task.wish.remove || profiles_[task.wish.profile] == *rate) continue;
        const auto made = routeros::ensure_profile(*client_, {task.wish.profile, *rate});
        if (!made && !made.error().permanent) return false;
        profiles_[task.wish.profile] = *rate; // Refused for good: the secrets will say so.
    }
    return true;
}

Result<routeros::SecretWish> RouterWorker::secret_wish(const SiteWish& wish) const {
    routeros::SecretWish secret{wish.username, {}, wish.profile, wish.site, wish.enabled};
    if (!wish.secret) return secret;
    const Result<std::string> plain = open_sealed_(wish.tenant, *wish.secret, wish.secret_event);
    if (!plain) return plain.error();
    const Result<SiteSecret> opened = from_json<SiteSecret>(*plain);
    if (!opened) return opened.error();
    secret.password = opened->password;
    return secret;
}

bool RouterWorker::converge_all(const std::vector<Task>& tasks) {
    std::vector<routeros::SecretWish> wishes;
    std::vector<const Task*> asked;
    for (const Task& task : tasks) {
        Result<routeros::SecretWish> wish = secret_wish(task.wish);
        if (wish) {
            wishes.push_back(std::move(*wish));
            asked.push_back(&task);
        } else {
            report_failure(task, {wish.error(), routeros::Refusal::none, true});
        }
    }
    if (wishes.empty()) return true;
    bool done = true;
    // Many at once means to read the whole router, twice; a few of a large one go one by one.
    if (wishes.size() == 1 || wishes.size() * rows_read_for_one_max < queue_.site_count()) {
        std::size_t i = 0;
        for (; i < wishes.size() && client_->alive(); ++i)
            done = settle(*asked[i], routeros::converge(*client_, wishes[i])) && done;
        return done && i == wishes.size();
    }
    const auto answers = routeros::converge_many(*client_, wishes);
    for (std::size_t i = 0; i < answers.size(); ++i)
        done = settle(*asked[i], answers[i]) && done;
    return done;
}

bool RouterWorker::remove(const Task& task) {
    if (!client_->alive()) return false;
    const auto removed = routeros::remove_secret(*client_, {task.wish.username, task.wish.site});
    if (removed) {
        report_success(task);
        return true;
    }
    if (!removed.error().permanent) return false;
    report_failure(task, removed.error());
    return true;
}

bool RouterWorker::settle(const Task& task, const routeros::Answer<routeros::SecretFact>& answer) {
    if (answer) {
        report_success(task);
        return true;
    }
    if (!answer.error().permanent) return false;
    report_failure(task, answer.error());
    return true;
}

// Reads the whole router back and converges what is not as the book says.
bool RouterWorker::audit() {
    if (!connect()) return false;
    const auto facts = routeros::read_all_secrets(*client_);
    if (!facts) return false;
    std::unordered_map<std::string, const routeros::SecretFact*> by_name;
    for (const routeros::SecretFact& fact : *facts)
        by_name.emplace(fact.name, &fact);
    std::vector<Task> drift;
    for (SiteWish& wish : queue_.all()) {
        if (!wish.provisioned || wish.pending() || wish.remove) continue;
        const auto fact = by_name.find(wish.username);
        if (drifted(wish, fact == by_name.end() ? nullptr : fact->second))
            drift.push_back({std::move(wish), true});
    }
    next_audit_ = Clock::now() + options_.audit_every;
    return drift.empty() || work(drift);
}

void RouterWorker::report_success(const Task& task) {
    const SiteWish& wish = task.wish;
    const std::string outcome = wish.remove         ? "removed"
                                : !wish.provisioned ? "provisioned"
                                                    : "applied";
    SiteReport report{
        wish.site,
        outcome,
        wish.wanted_seq,
        wish.enabled,
        std::nullopt,
        std::nullopt,
        std::nullopt};
    if (task.drifted) {
        report.repaired = true;
        ++counts_.repaired;
    }
    ++counts_.applied;
    send(task, outcome, to_json(report));
}

void RouterWorker::report_failure(const Task& task, const routeros::Failure& failure) {
    const SiteReport report{
        task.wish.site,
        "failed",
        task.wish.wanted_seq,
        task.wish.enabled,
        std::nullopt,
        std::string(info(failure.code).slug),
        failure.detail};
    ++counts_.failed;
    queue_.change(task.wish.site, [&](SiteWish& wish) {
        wish.failed_seq = std::max(wish.failed_seq, task.wish.wanted_seq);
    });
    send(task, "failed", to_json(report));
}

// The wish counts as applied once it is on its way to the log; if it does not get there, it is
// pending again and converging it once more changes nothing on the router.
void RouterWorker::send(const Task& task, std::string outcome, std::string body) {
    const SiteWish& wish = task.wish;
    const std::uint64_t seq = wish.wanted_seq;
    if (outcome != "failed")
        queue_.change(wish.site, [&](SiteWish& w) {
            w.applied_seq = std::max(w.applied_seq, seq);
        });
    Submission submission;
    submission.tenant = wish.tenant;
    submission.key = fmt::format("site:{}:{}:{}", wish.site, seq, outcome);
    if (task.drifted)
        submission.key +=
            fmt::format(":{}", std::chrono::system_clock::now().time_since_epoch().count());
    submission.type = "report_site";
    submission.body = std::move(body);
    submission.actor = "system:enforcement";
    ++unanswered_;
    submit_.submit(std::move(submission), [this, wish](const Result<Receipt>& answer) {
        answered(wish, answer);
        if (--unanswered_ == 0) unanswered_.notify_all();
    });
}

void RouterWorker::answered(const SiteWish& sent, const Result<Receipt>& answer) {
    if (answer) return;
    const Errc code = answer.error().code;
    if (code == Errc::version_conflict || code == Errc::site_unknown || code == Errc::site_not_live)
        return; // The book knows better.
    queue_.change(sent.site, [&](SiteWish& wish) {
        if (wish.applied_seq == sent.wanted_seq) wish.applied_seq = sent.applied_seq;
        if (wish.failed_seq == sent.wanted_seq) wish.failed_seq = sent.failed_seq;
    });
}

} // namespace tollbook
