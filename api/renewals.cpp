#include "api/renewals.hpp"

#include "commands/book_decider.hpp"
#include "ledger/guarded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <latch>
#include <vector>

namespace tollbook::api {

namespace {

// Below the partition's own limit, so that a run leaves room for everybody else.
constexpr std::size_t window_commands_max = 4'096;

Result<std::vector<DueService>> due_services(Partition& partition, const std::string& tenant) {
    Result<std::vector<DueService>> due = std::vector<DueService>{};
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        due = static_cast<const BookDecider&>(decider).due_services(tenant, machine_clock());
    });
    if (!looked) return looked.error();
    return due;
}

Submission renewal_of(const DueService& due, const RenewalOrder& order) {
    Submission submission;
    submission.tenant = order.tenant;
    submission.key =
        fmt::format("renew:{}:{}:{}", due.service, to_string(due.renews_on), due.changes);
    submission.type = "renew_service";
    submission.body = R"({"service":)";
    write_json_string(submission.body, due.service);
    submission.body += '}';
    submission.actor = order.actor;
    submission.correlation = order.correlation;
    return submission;
}

// A repeated command was counted by the run that made it.
void count(RenewalReport& report, const Result<Receipt>& answer) {
    if (!answer) {
        const Errc code = answer.error().code;
        const bool settled = code == Errc::service_not_due || code == Errc::service_blocked ||
                             code == Errc::insufficient_funds;
        ++(settled ? report.settled : report.failed);
        return;
    }
    report.position = std::max(report.position, answer->last_seq);
    if (answer->replayed) ++report.settled;
    for (const EventRef& event : answer->events) {
        if (answer->replayed) break;
        if (event.type == "service_renewed") ++report.renewed;
        if (event.type == "service_suspended") ++report.cut;
    }
}

} // namespace

Result<RenewalReport> run_renewals(Partition& partition, const RenewalOrder& order) {
    const Result<std::vector<DueService>> due = due_services(partition, order.tenant);
    if (!due) return due.error();
    Guarded<RenewalReport> report;
    for (std::size_t begin = 0; begin < due->size(); begin += window_commands_max) {
        const std::size_t end = std::min(begin + window_commands_max, due->size());
        std::latch answered(static_cast<std::ptrdiff_t>(end - begin));
        for (std::size_t i = begin; i < end; ++i)
            partition.submit(renewal_of((*due)[i], order), [&](const Result<Receipt>& answer) {
                report.with([&](RenewalReport& sum) { count(sum, answer); });
                answered.count_down();
            });
        answered.wait();
    }
    return report.with([&](RenewalReport& sum) {
        sum.due = due->size();
        return sum;
    });
}

} // namespace tollbook::api
