#include "api/node_metrics.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tollbook;
using namespace tollbook::api;

namespace {

std::string text_of(const std::vector<Samples>& samples) {
    Metrics metrics;
    metrics.sample([&] { return samples; });
    return metrics.text();
}

bool has_line(const std::string& text, const std::string& line) {
    return text.find(line + "\n") != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

RouterHealth router(const std::string& name) {
    return {"kiota", name, true, false, 2, 30, 4, 5, 6, Timestamp{1'795'000'000'000'000}};
}

} // namespace

TEST_CASE("metrics: each router has its own line of every figure") {
    RouterHealth down = router("rtr-02");
    down.up = false;
    down.open = true;
    const std::string text = text_of(router_samples({router("rtr-01"), down}));
    const std::string first = "{tenant=\"kiota\",router=\"rtr-01\"} ";
    CHECK(has_line(text, "tollbook_router_up" + first + "1"));
    CHECK(has_line(text, "tollbook_router_up{tenant=\"kiota\",router=\"rtr-02\"} 0"));
    CHECK(has_line(text, "tollbook_router_breaker_open{tenant=\"kiota\",router=\"rtr-02\"} 1"));
    CHECK(has_line(text, "tollbook_router_sites_waiting" + first + "2"));
    CHECK(has_line(text, "tollbook_router_sites_applied_total" + first + "30"));
    CHECK(has_line(text, "tollbook_router_sites_repaired_total" + first + "4"));
    CHECK(has_line(text, "tollbook_router_sites_failed_total" + first + "5"));
    CHECK(has_line(text, "tollbook_router_retries_total" + first + "6"));
    CHECK(has_line(text, "# TYPE tollbook_router_retries_total counter"));
    CHECK(has_line(text, "# TYPE tollbook_router_up gauge"));
    CHECK(
        text.find("tollbook_router_last_success_timestamp_seconds" + first + "1795000000") !=
        std::string::npos
    );
}

TEST_CASE("metrics: any number of routers makes a bounded number of lines") {
    std::vector<RouterHealth> routers;
    for (std::size_t i = 0; i < routers_told_max + 7; ++i)
        routers.push_back(router("rtr-" + std::to_string(i)));
    routers.back().up = false;
    const std::string text = text_of(router_samples(routers));
    CHECK(count(text, "\ntollbook_router_up{") == routers_told_max + 1);
    CHECK(has_line(text, "tollbook_router_up{tenant=\"other\",router=\"other\"} 0"));
    CHECK(
        has_line(text, "tollbook_router_sites_applied_total{tenant=\"other\",router=\"other\"} 210")
    );
}

TEST_CASE("metrics: each projection tells its position and its lag") {
    ProjectionProgress progress;
    progress.seq = 90;
    progress.head_seq = 100;
    progress.recorded_at = Timestamp{10'000'000};
    progress.projections.resize(2);
    progress.projections[0].projection = "wallets";
    progress.projections[0].state.seq = 90;
    progress.projections[1].projection = "sites";
    progress.projections[1].state.seq = 100;
    progress.parked = {{"wallets", 2, 9}};
    const std::string text = text_of(projection_samples(progress, Timestamp{12'500'000}));
    CHECK(has_line(text, "tollbook_projection_parked_keys{projection=\"wallets\"} 2"));
    CHECK(has_line(text, "tollbook_projection_parked_events{projection=\"wallets\"} 9"));
    CHECK(has_line(text, "tollbook_projection_parked_keys{projection=\"sites\"} 0"));
    CHECK(has_line(text, "tollbook_projection_position{projection=\"wallets\"} 90"));
    CHECK(has_line(text, "tollbook_projection_lag_events{projection=\"wallets\"} 10"));
    CHECK(has_line(text, "tollbook_projection_lag_events{projection=\"sites\"} 0"));
    CHECK(has_line(text, "tollbook_projection_lag_seconds 2.5"));
}

TEST_CASE("metrics: what is parked is told in one line of health") {
    CHECK(told({}) == "none");
    CHECK(
        told({{"wallets", 2, 9}, {"payments", 1, 1}}) ==
        "wallets: 2 keys, 9 events wait; payments: 1 keys, 1 events wait"
    );
}

TEST_CASE("metrics: what only grows is told as a counter") {
    PartitionHealth health;
    health.head.seq = 7;
    health.commands = 3;
    const std::string text = text_of(log_samples(health));
    CHECK(has_line(text, "tollbook_log_position 7"));
    CHECK(has_line(text, "# TYPE tollbook_commands_accepted_total counter"));
    CHECK(has_line(text, "tollbook_commands_accepted_total 3"));
}

TEST_CASE("metrics: from a payment to its line, as a histogram that is there from the start") {
    Metrics metrics;
    CHECK(has_line(metrics.text(), "tollbook_paid_to_online_seconds_count 0"));
    metrics.observe_paid_to_online(.3);
    metrics.observe_paid_to_online(100);
    const std::string text = metrics.text();
    CHECK(has_line(text, "tollbook_paid_to_online_seconds_count 2"));
    CHECK(has_line(text, "tollbook_paid_to_online_seconds_bucket{le=\"0.5\"} 1"));
    CHECK(has_line(text, "tollbook_paid_to_online_seconds_bucket{le=\"300\"} 2"));
}

TEST_CASE("metrics: while the read models are away their figures are not told") {
    ReaderPool nowhere({"host=/nowhere user=nobody", 1});
    int asked = 0;
    MoneySamples money(nowhere, [&](const std::function<void()>& job) {
        ++asked;
        job();
        return true;
    });
    CHECK(money.told().empty());
    CHECK(money.told().empty());
    CHECK(asked == 1); // Not at every scrape.
}
