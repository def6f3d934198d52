#include "api/automatic_billing.hpp"

#include "api/logging.hpp"
#include "api/machine_clock.hpp"
#include "api/renewals.hpp"
#include "api/run_record.hpp"
#include "commands/book_decider.hpp"
#include "ledger/pause.hpp"

#include <fmt/format.h>

#include <vector>

namespace tollbook::api {

namespace {

std::vector<BillingHour> hours_now(Partition& partition) {
    std::vector<BillingHour> hours;
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        hours = static_cast<const BookDecider&>(decider).billing_hours(machine_clock());
    });
    return looked ? hours : std::vector<BillingHour>{}; // Who does not lead, bills nobody.
}

void tell(const BillingHour& hour, const RenewalReport& report) {
    const auto count = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
    log(report.position > 0 ? LogLevel::info : LogLevel::debug,
        "billed by schedule",
        {{"tenant", hour.tenant},
         {"due", count(report.due)},
         {"renewed", count(report.renewed)},
         {"cut", count(report.cut)},
         {"parked", count(report.parked)},
         {"failed", count(report.failed)},
         {"invoices", count(report.invoices)},
         {"top_ups", count(report.top_ups)}});
}

} // namespace

AutomaticBilling::AutomaticBilling(Partition& partition, std::chrono::milliseconds every)
    : partition_(partition) {
    if (every.count() == 0) return;
    thread_ = std::jthread([this, every](const std::stop_token& stop) {
        for (; !stop.stop_requested(); pause(stop, every))
            look(stop);
    });
}

AutomaticBilling::~AutomaticBilling() = default;

void AutomaticBilling::look(const std::stop_token& stop) {
    record_dead_runs(partition_);
    for (const BillingHour& hour : hours_now(partition_)) {
        if (stop.stop_requested()) return;
        const std::string name = fmt::format("{}T{:02}", to_string(hour.day), hour.hour);
        std::string& done = done_[hour.tenant];
        if (done == name) continue;
        const RunOrder order{
            hour.tenant,
            "system:billing",
            fmt::format("billing:{}:{}", hour.tenant, name),
            RunStep::renew,
            {},
            {},
            {},
            true};
        const Result<RenewalReport> report = run_renewals(partition_, order);
        if (report) tell(hour, *report);
        if (report && report->failed == 0) done = name;
        counts_.with([&](Counts& counts) { ++(done == name ? counts.runs : counts.failures); });
    }
}

AutomaticBilling::Counts AutomaticBilling::counts() const {
    return counts_.with([](const Counts& counts) { return counts; });
}

} // namespace tollbook::api
