#include "api/node_metrics.hpp"

#include <fmt/format.h>

#include <utility>

namespace tollbook::api {

namespace {

// What is told of one device, or of all that are too many to be named.
struct Figures {
    std::uint64_t pending{};
    std::uint64_t refused{};
    std::int64_t oldest_seconds{};
    bool up{true};
    DeviceQueue::Health queue;

    void add(const FiscalHealth& device) {
        pending += device.backlog.pending;
        refused += device.backlog.refused;
        oldest_seconds = std::max(oldest_seconds, device.backlog.oldest_seconds);
        up = up && device.queue.trouble.empty();
        queue.transmitted += device.queue.transmitted;
        queue.retries += device.queue.retries;
        queue.conflicts += device.queue.conflicts;
    }
};

} // namespace

std::vector<Samples> fiscal_samples(const std::vector<FiscalHealth>& devices) {
    std::vector<std::pair<Labels, Figures>> told;
    for (const FiscalHealth& device : devices) {
        const bool named = told.size() < devices_told_max;
        if (named)
            told.push_back(
                {{{"tenant", device.backlog.tenant}, {"entity", device.backlog.entity}}, {}}
            );
        else
            told.back().first = {{"tenant", "other"}, {"entity", "other"}};
        told.back().second.add(device);
    }
    const auto each = [&](const MetricName& name, bool counts, auto value) {
        Samples samples{name, counts, {}};
        for (const auto& [labels, figures] : told)
            samples.samples.push_back({labels, static_cast<double>(value(figures))});
        return samples;
    };
    return {
        each(metric::fiscal_pending, false, [](const Figures& f) { return f.pending; }),
        each(metric::fiscal_oldest, false, [](const Figures& f) { return f.oldest_seconds; }),
        each(metric::fiscal_refused, false, [](const Figures& f) { return f.refused; }),
        each(metric::fiscal_device_up, false, [](const Figures& f) { return f.up ? 1 : 0; }),
        each(
            metric::fiscal_transmitted, true, [](const Figures& f) { return f.queue.transmitted; }
        ),
        each(metric::fiscal_retries, true, [](const Figures& f) { return f.queue.retries; }),
        each(metric::fiscal_conflicts, true, [](const Figures& f) { return f.queue.conflicts; })};
}

std::vector<Check> fiscal_checks(const std::vector<FiscalHealth>& devices) {
    if (devices.empty()) return {};
    Figures all;
    std::size_t away = 0;
    for (const FiscalHealth& device : devices) {
        all.add(device);
        away += device.queue.open ? 1 : 0;
    }
    std::string detail =
        fmt::format("{} wait, {} refused, {} devices away", all.pending, all.refused, away);
    return {{"fiscal", away == 0 && all.refused == 0, true, std::move(detail)}};
}

} // namespace tollbook::api
