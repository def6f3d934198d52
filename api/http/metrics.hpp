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
inline constexpr MetricName topic_position{
    "tollbook_topic_position", "Seq up to which the topic has the log"};
inline constexpr MetricName topic_unconfirmed{
    "tollbook_topic_unconfirmed_seconds", "How long what was sent last has not been confirmed"};
inline constexpr MetricName topic_resends{
    "tollbook_topic_resends_total", "How often messages had to be sent again"};
inline constexpr MetricName topic_dropped{
    "tollbook_topic_dropped_total", "Messages that the reader rule dropped, by reason"};
inline constexpr MetricName projection_position{
    "tollbook_projection_position", "Seq that a projection stands at"};
inline constexpr MetricName projection_lag{
    "tollbook_projection_lag_events", "Records that a projection is behind"};
inline constexpr MetricName projection_lag_seconds{
    "tollbook_projection_lag_seconds",
    "Age of the newest record that every projection holds, while newer ones wait"};
inline constexpr MetricName projection_parked_keys{
    "tollbook_projection_parked_keys", "Keys whose events wait since one cannot be folded"};
inline constexpr MetricName projection_parked_events{
    "tollbook_projection_parked_events", "Events that wait for them"};
inline constexpr MetricName enforcement_position{
    "tollbook_enforcement_position", "Seq up to which the wishes for the routers were read"};
inline constexpr MetricName router_up{
    "tollbook_router_up", "1: the last attempt at the router came through"};
inline constexpr MetricName router_breaker_open{
    "tollbook_router_breaker_open", "1: it failed several times in a row and is only probed"};
inline constexpr MetricName router_sites_waiting{
    "tollbook_router_sites_waiting", "Sites that the router does not hold as wanted yet"};
inline constexpr MetricName router_sites_applied{
    "tollbook_router_sites_applied_total", "Sites applied and read back since the start"};
inline constexpr MetricName router_sites_repaired{
    "tollbook_router_sites_repaired_total", "Of them: sites that had drifted"};
inline constexpr MetricName router_sites_failed{
    "tollbook_router_sites_failed_total", "Sites that the router refused for good"};
inline constexpr MetricName router_retries{
    "tollbook_router_retries_total", "Attempts that have to be made again"};
inline constexpr MetricName router_last_success{
    "tollbook_router_last_success_timestamp_seconds", "When the last attempt came through"};
inline constexpr MetricName paid_to_online{
    "tollbook_paid_to_online_seconds",
    "From the record of a payment to the record that its line was read back as on"};
inline constexpr MetricName suspense_items{
    "tollbook_suspense_items", "Payments that hold money in suspense"};
inline constexpr MetricName suspense_minor{
    "tollbook_suspense_minor", "Money in suspense, in minor units"};
inline constexpr MetricName paid_but_cut{
    "tollbook_paid_but_cut_sites", "Sites that shall be on and whose router says off"};
inline constexpr MetricName unpaid_but_on{
    "tollbook_unpaid_but_on_sites", "Sites that shall be off and whose router says on"};
inline constexpr MetricName billing_runs{
    "tollbook_billing_runs_total", "Runs that a billing schedule began, since the start"};
inline constexpr MetricName billing_runs_failed{
    "tollbook_billing_runs_failed_total", "Of a schedule: those that are tried again"};
inline constexpr MetricName fiscal_pending{
    "tollbook_fiscal_pending", "Documents that wait for their fiscal device"};
inline constexpr MetricName fiscal_oldest{
    "tollbook_fiscal_oldest_seconds", "Since the oldest of them was issued"};
inline constexpr MetricName fiscal_refused{
    "tollbook_fiscal_refused", "Documents that their fiscal device refused: a person must look"};
inline constexpr MetricName fiscal_device_up{
    "tollbook_fiscal_device_up", "1: the last attempt at the device came through"};
inline constexpr MetricName fiscal_transmitted{
    "tollbook_fiscal_transmitted_total", "Documents that a device took since the start"};
inline constexpr MetricName fiscal_retries{
    "tollbook_fiscal_retries_total", "Transmissions that have to be made again"};
inline constexpr MetricName fiscal_conflicts{
    "tollbook_fiscal_conflicts_total", "Receipts of a device that differ from the recorded one"};
inline constexpr MetricName build_info{"tollbook_build_info", "1, with the version as label"};

} // namespace metric

using Labels = std::vector<std::pair<std::string, std::string>>;

// What is told when somebody scrapes: one name, and a value for each set of labels.
struct Sample {
    Labels labels;
    double value{};
};

struct Samples {
    MetricName name;
    bool counts{}; // A counter; else a gauge.
    std::vector<Sample> samples;
};

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

    // A line came back after a payment.
    void observe_paid_to_online(double seconds);

    // `read` runs on the scraping thread; it must not block. Register before serving.
    void sample(std::function<std::vector<Samples>()> read);

    std::string text();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tollbook::api
