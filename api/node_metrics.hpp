// What the parts of a node tell when somebody scrapes /metrics.
#pragma once

#include "api/automatic_billing.hpp"
#include "api/fiscal/fiscal_reactor.hpp"
#include "api/http/metrics.hpp"
#include "api/http/services.hpp"
#include "ledger/guarded.hpp"
#include "ledger/partition.hpp"
#include "projections/enforcement/enforcement.hpp"
#include "projections/progress.hpp"
#include "projections/reader_pool.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace tollbook::api {

// More routers than this are told as one, {tenant="other", router="other"}.
inline constexpr std::size_t routers_told_max = 200;

std::vector<Samples> log_samples(const PartitionHealth& health);
std::vector<Samples> billing_samples(const AutomaticBilling::Counts& counts);

// More devices than this are told as one, {tenant="other", entity="other"}.
inline constexpr std::size_t devices_told_max = 200;

std::vector<Samples> fiscal_samples(const std::vector<FiscalHealth>& devices);

// One check, "fiscal", when there is a device at all.
std::vector<Check> fiscal_checks(const std::vector<FiscalHealth>& devices);

std::vector<Samples> projection_samples(const ProjectionProgress& progress, Timestamp now);

// "wallets: 2 keys, 9 events wait"; "none".
std::string told(const std::vector<ParkedCount>& parked);

std::vector<Samples> router_samples(const std::vector<RouterHealth>& routers);

// Figures that only the read models know. They are asked on another thread, at most every so often,
// and a scrape is told the last answer: it waits for nothing. While the read models are away
// nothing is told, rather than something old.
class MoneySamples {
public:
    // Runs the job soon; false: not now.
    using Post = std::function<bool(std::function<void()>)>;

    // Both outlive it.
    MoneySamples(ReaderPool& readers, Post post) : readers_(readers), post_(std::move(post)) {}

    std::vector<Samples> told();

    // Asks the read models now.
    void ask();

private:
    static constexpr std::chrono::seconds ask_every{5};

    ReaderPool& readers_;
    Post post_;
    std::atomic<bool> asking_{};
    std::atomic<std::chrono::steady_clock::time_point> next_{};
    Guarded<std::vector<Samples>> last_;
};

} // namespace tollbook::api
