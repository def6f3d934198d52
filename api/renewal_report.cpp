#include "api/renewals.hpp"

#include <algorithm>
#include <map>

namespace tollbook::api {

namespace {

// Why nothing was done.
void count_refusal(RenewalReport& report, Errc code) {
    switch (code) {
    case Errc::figures_moved:
        ++report.moved;
        break;
    case Errc::dunning_waits:
        ++report.waiting;
        break;
    case Errc::charge_exists:
    case Errc::backlog_undecided:
        ++report.parked;
        break;
    case Errc::service_not_due:
    case Errc::service_blocked:
    case Errc::insufficient_funds:
        ++report.settled;
        break;
    default:
        ++report.failed;
    }
}

// What became of each service; one that ended, or was dunned, may have been cut for that.
void count_events(RenewalReport& report, const std::vector<EventRef>& events) {
    std::map<std::string, BillingOutcome> services;
    for (const EventRef& event : events) {
        if (event.type == "service_renewed") services[event.stream] = BillingOutcome::charged;
        if (event.type == "service_ended") services[event.stream] = BillingOutcome::ended;
        if (event.type == "service_suspended") services[event.stream] = BillingOutcome::cut;
        if (event.type == "dunning_step_taken")
            services.emplace(event.stream, BillingOutcome::dunned);
    }
    for (const auto& [service, outcome] : services) {
        if (outcome == BillingOutcome::charged) ++report.renewed;
        if (outcome == BillingOutcome::ended) ++report.ended;
        if (outcome == BillingOutcome::cut) ++report.cut;
        if (outcome == BillingOutcome::dunned) ++report.dunned;
    }
}

} // namespace

// A repeated command was counted by the run that made it.
void count(RenewalReport& report, const Result<Receipt>& answer) {
    if (!answer) return count_refusal(report, answer.error().code);
    report.position = std::max(report.position, answer->last_seq);
    if (answer->replayed)
        ++report.settled;
    else
        count_events(report, answer->events);
}

} // namespace tollbook::api
