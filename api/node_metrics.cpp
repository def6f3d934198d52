#include "api/node_metrics.hpp"

#include "ledger/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tollbook::api {

namespace {

template <class T>
Samples one(const MetricName& name, bool counts, T value) {
    return {name, counts, {{{}, static_cast<double>(value)}}};
}

double seconds_of(Timestamp at) { return static_cast<double>(at.micros) / 1e6; }

// The routers that have a line of their own, and the sum of the others.
std::vector<RouterHealth> bounded(std::vector<RouterHealth> routers) {
    if (routers.size() <= routers_told_max) return routers;
    RouterHealth other{"other", "other", true, false, 0, 0, 0, 0, 0, {}};
    for (std::size_t i = routers_told_max; i < routers.size(); ++i) {
        const RouterHealth& router = routers[i];
        other.up = other.up && router.up;
        other.open = other.open || router.open;
        other.pending += router.pending;
        other.applied += router.applied;
        other.repaired += router.repaired;
        other.failed += router.failed;
        other.retries += router.retries;
        other.last_success.micros = std::max(other.last_success.micros, router.last_success.micros);
    }
    routers.resize(routers_told_max);
    routers.push_back(std::move(other));
    return routers;
}

struct CurrencyFigures {
    std::string currency;
    std::int64_t items{};
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(CurrencyFigures, (), (currency, items, minor))

struct MoneyFigures {
    std::vector<CurrencyFigures> suspense;
    std::int64_t paid_but_cut{};
    std::int64_t unpaid_but_on{};
};
BOOST_DESCRIBE_STRUCT(MoneyFigures, (), (suspense, paid_but_cut, unpaid_but_on))

// The currencies of all tenants: few.
constexpr const char* money_sql = R"sql(
SELECT json_build_object(
    'suspense', (
        SELECT coalesce(json_agg(json_build_object(
            'currency', currency, 'items', items, 'minor', minor)), '[]')
        FROM (
            SELECT currency, count(*) FILTER (WHERE remaining_minor > 0) AS items,
                   sum(remaining_minor)::bigint AS minor
            FROM suspense_items GROUP BY currency ORDER BY currency) s),
    'paid_but_cut', (SELECT count(*) FROM paid_but_cut),
    'unpaid_but_on', (SELECT count(*) FROM unpaid_but_on))::text
)sql";

std::vector<Samples> samples_of(const MoneyFigures& figures) {
    Samples items{metric::suspense_items, false, {}};
    Samples minor{metric::suspense_minor, false, {}};
    for (const CurrencyFigures& of : figures.suspense) {
        items.samples.push_back({{{"currency", of.currency}}, static_cast<double>(of.items)});
        minor.samples.push_back({{{"currency", of.currency}}, static_cast<double>(of.minor)});
    }
    return {
        std::move(items),
        std::move(minor),
        one(metric::paid_but_cut, false, figures.paid_but_cut),
        one(metric::unpaid_but_on, false, figures.unpaid_but_on)};
}

} // namespace

std::vector<Samples> log_samples(const PartitionHealth& health) {
    return {
        one(metric::log_position, false, health.head.seq),
        one(metric::commands_accepted, true, health.commands),
        one(metric::commands_refused, true, health.refusals),
        one(metric::commands_waiting, false, health.queue),
        one(metric::sync_groups, true, health.groups)};
}

std::vector<Samples> billing_samples(const AutomaticBilling::Counts& counts) {
    return {
        one(metric::billing_runs, true, counts.runs),
        one(metric::billing_runs_failed, true, counts.failures)};
}

std::vector<Samples> projection_samples(const ProjectionProgress& progress, Timestamp now) {
    Samples position{metric::projection_position, false, {}};
    Samples lag{metric::projection_lag, false, {}};
    for (const ProjectionCheckpoint& checkpoint : progress.projections) {
        const std::uint64_t seq = checkpoint.state.seq;
        const std::uint64_t behind = progress.head_seq > seq ? progress.head_seq - seq : 0;
        const Labels labels{{"projection", checkpoint.projection}};
        position.samples.push_back({labels, static_cast<double>(seq)});
        lag.samples.push_back({labels, static_cast<double>(behind)});
    }
    Samples keys{metric::projection_parked_keys, false, {}};
    Samples events{metric::projection_parked_events, false, {}};
    for (const ProjectionCheckpoint& checkpoint : progress.projections) {
        const auto parked =
            std::ranges::find(progress.parked, checkpoint.projection, &ParkedCount::projection);
        const ParkedCount count = parked == progress.parked.end() ? ParkedCount{} : *parked;
        const Labels labels{{"projection", checkpoint.projection}};
        keys.samples.push_back({labels, static_cast<double>(count.keys)});
        events.samples.push_back({labels, static_cast<double>(count.waiting)});
    }
    return {
        std::move(position),
        std::move(lag),
        std::move(keys),
        std::move(events),
        one(metric::projection_lag_seconds, false, progress.lag_seconds(now))};
}

std::string told(const std::vector<ParkedCount>& parked) {
    std::string text;
    for (const ParkedCount& count : parked)
        text += fmt::format(
            "{}{}: {} keys, {} events wait",
            text.empty() ? "" : "; ",
            count.projection,
            count.keys,
            count.waiting
        );
    return text.empty() ? "none" : text;
}

std::vector<Samples> router_samples(const std::vector<RouterHealth>& routers) {
    std::vector<Samples> all;
    const std::vector<RouterHealth> told = bounded(routers);
    const auto add = [&](const MetricName& name, bool counts, auto value) {
        Samples& samples = all.emplace_back(Samples{name, counts, {}});
        for (const RouterHealth& router : told)
            samples.samples.push_back(
                {{{"tenant", router.tenant}, {"router", router.router}},
                 static_cast<double>(value(router))}
            );
    };
    const auto add_field = [&](const MetricName& name, bool counts, auto field) {
        add(name, counts, [field](const RouterHealth& router) { return router.*field; });
    };
    add_field(metric::router_up, false, &RouterHealth::up);
    add_field(metric::router_breaker_open, false, &RouterHealth::open);
    add_field(metric::router_sites_waiting, false, &RouterHealth::pending);
    add_field(metric::router_sites_applied, true, &RouterHealth::applied);
    add_field(metric::router_sites_repaired, true, &RouterHealth::repaired);
    add_field(metric::router_sites_failed, true, &RouterHealth::failed);
    add_field(metric::router_retries, true, &RouterHealth::retries);
    add(metric::router_last_success, false, [](const RouterHealth& router) {
        return seconds_of(router.last_success);
    });
    return all;
}

std::vector<Samples> MoneySamples::told() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_.load() && !asking_.exchange(true)) {
        next_ = now + ask_every;
        const bool posted = post_([this] {
            ask();
            asking_ = false;
        });
        if (!posted) asking_ = false;
    }
    return last_.with([](const std::vector<Samples>& last) { return last; });
}

void MoneySamples::ask() {
    std::vector<Samples> answer;
    if (const Result<Reading> reading = readers_.read(std::nullopt, money_sql))
        if (const Result<MoneyFigures> figures = from_json<MoneyFigures>(reading->json))
            answer = samples_of(*figures);
    last_.with([&](std::vector<Samples>& last) { last = std::move(answer); });
}

} // namespace tollbook::api
