#include "api/http/metrics.hpp"

#include "api/version.hpp"
#include "ledger/guarded.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
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

struct Sampled {
    prometheus::Gauge* gauge{};
    std::function<double()> read;
};

prometheus::Labels labels_of(const Labels& labels) { return {labels.begin(), labels.end()}; }

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

    Guarded<std::vector<Sampled>> sampled;

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

void Metrics::sample(const MetricName& name, const Labels& labels, std::function<double()> read) {
    prometheus::Gauge& gauge = state_->gauge(name, labels);
    state_->sampled.with([&](std::vector<Sampled>& all) {
        all.push_back({&gauge, std::move(read)});
    });
}

std::string Metrics::text() {
    state_->sampled.with([](const std::vector<Sampled>& all) {
        for (const Sampled& entry : all)
            entry.gauge->Set(entry.read());
    });
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

} // namespace tollbook::api
