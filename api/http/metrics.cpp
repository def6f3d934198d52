#include "api/http/metrics.hpp"

#include "api/version.hpp"
#include "ledger/guarded.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace tollbook::api {

namespace {

constexpr std::size_t code_classes = 4; // 2xx to 5xx
constexpr std::array<std::string_view, code_classes> class_names{"2xx", "3xx", "4xx", "5xx"};

const prometheus::Histogram::BucketBoundaries& buckets() {
    static const prometheus::Histogram::BucketBoundaries all{
        .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
    return all;
}

// A line is back in a second, or in the minutes that a router takes to come up again.
const prometheus::Histogram::BucketBoundaries& online_buckets() {
    static const prometheus::Histogram::BucketBoundaries all{
        .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600};
    return all;
}

prometheus::Labels labels_of(const Labels& labels) { return {labels.begin(), labels.end()}; }

prometheus::MetricFamily family_of(const Samples& samples) {
    prometheus::MetricFamily family;
    family.name = std::string(samples.name.name);
    family.help = std::string(samples.name.help);
    family.type = samples.counts ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    for (const Sample& sample : samples.samples) {
        prometheus::ClientMetric& metric = family.metric.emplace_back();
        for (const auto& [name, value] : sample.labels)
            metric.label.push_back({name, value});
        metric.counter.value = sample.value;
        metric.gauge.value = sample.value;
    }
    return family;
}

} // namespace

struct Metrics::State {
    prometheus::Registry registry;
    std::vector<std::array<prometheus::Histogram*, code_classes>> durations; // Last: no route.
    std::map<std::string_view, prometheus::Counter*> counters;
    std::map<std::string_view, prometheus::Gauge*> gauges;

    prometheus::Gauge& gauge(const MetricName& name, const Labels& labels) {
        return prometheus::BuildGauge()
            .Name(std::string(name.name))
            .Help(std::string(name.help))
            .Register(registry)
            .Add(labels_of(labels));
    }

    prometheus::Histogram* paid_to_online{};
    Guarded<std::vector<std::function<std::vector<Samples>()>>> sampled;

    // All of them at once, so that a scrape shows zeros and the hot path looks nothing up.
    void add_durations() {
        auto& family = prometheus::BuildHistogram()
                           .Name(std::string(metric::http_request_duration.name))
                           .Help(std::string(metric::http_request_duration.help))
                           .Register(registry);
        const auto add = [&](std::string_view method, std::string_view path) {
            auto& row = durations.emplace_back();
            for (std::size_t i = 0; i < code_classes; ++i) {
                const prometheus::Labels labels{
                    {"method", std::string(method)},
                    {"route", std::string(path)},
                    {"code_class", std::string(class_names[i])}};
                row[i] = &family.Add(labels, buckets());
            }
        };
        for (const Route& route : routes())
            add(route.method == Method::get ? "GET" : "POST", route.path);
        add("other", "none");
    }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {
    state_->add_durations();
    for (const MetricName& name :
         {metric::http_refused_connections,
          metric::http_timeouts,
          metric::idempotent_replays,
          metric::hook_strangers,
          metric::hook_failures})
        state_->counters[name.name] = &prometheus::BuildCounter()
                                           .Name(std::string(name.name))
                                           .Help(std::string(name.help))
                                           .Register(state_->registry)
                                           .Add({});
    for (const MetricName& name : {metric::http_requests_in_flight, metric::http_connections})
        state_->gauges[name.name] = &state_->gauge(name, {});
    state_->paid_to_online = &prometheus::BuildHistogram()
                                  .Name(std::string(metric::paid_to_online.name))
                                  .Help(std::string(metric::paid_to_online.help))
                                  .Register(state_->registry)
                                  .Add({}, online_buckets());
    const Labels build{{"version", std::string(version)}, {"commit", std::string(commit)}};
    state_->gauge(metric::build_info, build).Set(1);
}

Metrics::~Metrics() = default;

void Metrics::observe(const Route* route, int status, double seconds) {
    const std::size_t none = state_->durations.size() - 1;
    const std::size_t row =
        route == nullptr ? none : static_cast<std::size_t>(route - routes().data());
    const int code_class = std::min(std::max(status / 100, 2), 5) - 2;
    state_->durations[row][static_cast<std::size_t>(code_class)]->Observe(seconds);
}

void Metrics::count(const MetricName& name) { state_->counters.at(name.name)->Increment(); }

void Metrics::change(const MetricName& name, double by) {
    state_->gauges.at(name.name)->Increment(by);
}

void Metrics::observe_paid_to_online(double seconds) { state_->paid_to_online->Observe(seconds); }

void Metrics::sample(std::function<std::vector<Samples>()> read) {
    state_->sampled.with([&](auto& all) { all.push_back(std::move(read)); });
}

std::string Metrics::text() {
    std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
    state_->sampled.with([&](const auto& all) {
        for (const auto& read : all)
            for (const Samples& samples : read())
                families.push_back(family_of(samples));
    });
    return prometheus::TextSerializer().Serialize(families);
}

} // namespace tollbook::api
