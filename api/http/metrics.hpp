#pragma once

#include "api/http/routes.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook::api {

struct MetricName {
    std::string_view name;
    std::string_view help;
};

// Every metric of the product by its one name. Labels are few and never ids of people.
namespace metric {

inline constexpr MetricName http_request_duration{
    "tollbook_http_request_duration_seconds", "From the first byte of a request to its answer"};
inline constexpr MetricName http_requests_in_flight{
    "tollbook_http_requests_in_flight", "Requests that wait for their answer"};
inline constexpr MetricName http_connections{"tollbook_http_connections", "Open connections"};
inline constexpr MetricName http_refused_connections{
    "tollbook_http_refused_connections_total", "Connections closed because there were too many"};
inline constexpr MetricName http_timeouts{
    "tollbook_http_timeouts_total", "Requests cut off because their peer was too slow"};
inline constexpr MetricName idempotent_replays{
    "tollbook_idempotent_replays_total", "Commands answered with their first receipt"};
inline constexpr MetricName hook_strangers{
    "tollbook_hook_strangers_total", "Callbacks from an address that is not on the list"};
inline constexpr MetricName hook_failures{
    "tollbook_hook_failures_total", "Callbacks that could not be stored; the provider sends again"};
inline constexpr MetricName log_position{"tollbook_log_position", "Seq of the newest record"};
inline constexpr MetricName commands_accepted{
    "tollbook_commands_accepted_total", "Commands that made events since the start"};
inline constexpr MetricName commands_refused{
    "tollbook_commands_refused_total", "Commands that were refused since the start"};
inline constexpr MetricName commands_waiting{
    "tollbook_commands_waiting", "Commands in the writer's queue"};
inline constexpr MetricName sync_groups{
    "tollbook_sync_groups_total", "Syncs of the log since the start"};
inline constexpr MetricName projection_position{
    "tollbook_projection_position", "Seq that a projection stands at"};
inline constexpr MetricName projection_lag{
    "tollbook_projection_lag_events", "Records that a projection is behind"};
inline constexpr MetricName build_info{"tollbook_build_info", "1, with the version as label"};

} // namespace metric

using Labels = std::vector<std::pair<std::string, std::string>>;

// The counters of this process, and gauges that are asked when somebody scrapes. Thread-safe.
class Metrics {
public:
    Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    ~Metrics();

    // `route` is null when none was found.
    void observe(const Route* route, int status, double seconds);
    void count(const MetricName& name);
    void change(const MetricName& name, double by);

    // `read` runs on the scraping thread; it must not block. Register before serving.
    void sample(const MetricName& name, const Labels& labels, std::function<double()> read);

    std::string text();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tollbook::api
