#include "api/run_record.hpp"

#include "api/http/app.hpp"
#include "api/logging.hpp"
#include "api/submit_each.hpp"
#include "commands/book_decider.hpp"
#include "ledger/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>

namespace tollbook::api {

namespace {

constexpr std::size_t parked_named_max = 200;
constexpr std::size_t run_chars = 16;
constexpr int rounds_max = 31; // Due days of one rule; the next run goes on.

RunCounts counts_of(const RenewalReport& report) {
    return {
        report.due,
        report.renewed,
        report.cut,
        report.ended,
        report.dunned,
        report.waiting,
        report.settled,
        report.moved,
        report.parked,
        report.failed,
        report.invoices,
        report.overdue,
        report.lapsed,
        report.top_ups};
}

RunTrigger trigger_of(const RunOrder& order) {
    if (order.step == RunStep::confirm) return RunTrigger::confirmed;
    return order.scheduled.value_or(false) ? RunTrigger::schedule : RunTrigger::manual;
}

Result<Receipt> submitted(Partition& partition, Submission submission) {
    std::promise<Result<Receipt>> answered;
    partition.submit(std::move(submission), [&](const Result<Receipt>& answer) {
        answered.set_value(answer);
    });
    return answered.get_future().get();
}

void count_top_up(RunTally& tally, const Result<Receipt>& answer) {
    if (!answer) {
        const Errc code = answer.error().code;
        const bool settled = code == Errc::top_up_not_due || code == Errc::top_up_rule_unknown;
        if (!settled) ++tally.report.failed;
        return;
    }
    tally.report.position = std::max(tally.report.position, answer->last_seq);
    if (answer->replayed) return;
    for (const EventRef& event : answer->events)
        if (event.type == TopUpGranted::type || event.type == TopUpRequested::type)
            ++tally.report.top_ups;
}

std::uint64_t due_now(Partition& partition, const std::string& tenant) {
    std::uint64_t due = 0;
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const auto& book = static_cast<const BookDecider&>(decider);
        const auto services = book.due_services(tenant, machine_clock());
        if (services) due = services->size();
    });
    return looked ? due : 0;
}

// What it charged: as the book counted it.
Status read_sums(Partition& partition, RunTally& tally) {
    return partition.read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        const OpenRunRow* row = book.runs.find(book_key(tally.order.tenant, tally.order.run));
        if (row == nullptr) return;
        tally.report.charged_minor = row->charged_minor;
        tally.report.invoiced_minor = row->invoiced_minor;
        if (!row->others.empty()) tally.report.others = row->others;
    });
}

// A run has one end, whoever tells it.
std::string end_key(const std::string& run) { return "billing_run_end:" + run; }

FinishBillingRun finish_of(RunTally& tally) {
    FinishBillingRun finish;
    finish.counts = counts_of(tally.report);
    finish.run = tally.order.run;
    finish.trigger = trigger_of(tally.order);
    finish.by = tally.order.actor;
    if (tally.order.step == RunStep::confirm) finish.preview = tally.order.preview;
    finish.started_at = tally.started_at;
    std::ranges::sort(tally.parked, {}, &ParkedService::service);
    finish.parked = tally.parked;
    return finish;
}

Status record_end(Partition& partition, RunTally& tally) {
    if (const Status status = read_sums(partition, tally); !status) return status;
    const std::string& run = tally.order.run;
    Submission submission = submission_of(tally.order, end_key(run), finish_of(tally));
    const Result<Receipt> answer = submitted(partition, std::move(submission));
    if (!answer) return answer.error();
    tally.report.position = std::max(tally.report.position, answer->last_seq);
    tally.report.run = run;
    return Done{};
}

Status record_idle(Partition& partition, RunTally& tally) {
    if (tally.report.due == 0) return Done{};
    FinishBillingRun finish = finish_of(tally);
    finish.run = hex(sha256(tally.found + to_json(finish.counts))).substr(0, run_chars);
    const Result<Receipt> answer =
        submitted(partition, submission_of(tally.order, "billing_run:" + finish.run, finish));
    // Found by another run just so.
    if (!answer && answer.error().code == Errc::idempotency_key_reused) return Done{};
    if (!answer) return answer.error();
    tally.report.position = std::max(tally.report.position, answer->last_seq);
    tally.report.run = finish.run;
    return Done{};
}

// Why not is of no interest: whoever told its end meanwhile, or the next run, does it.
void interrupt(Partition& partition, const std::string& tenant, const std::string& run) {
    const RunOrder order{tenant, "system:billing", {}, RunStep::renew, {}};
    const Result<Receipt> answer =
        submitted(partition, submission_of(order, end_key(run), InterruptBillingRun{run}));
    if (!answer || answer->replayed) return;
    log(LogLevel::warn,
        "a billing run that never ended is recorded as interrupted",
        {{"tenant", tenant}, {"run", run}});
}

} // namespace

Result<RunTally> begin_run(Partition& partition, const RunOrder& order) {
    record_dead_runs(partition, order.tenant);
    RunTally tally;
    tally.order = order;
    Status known = Error{Errc::tenant_unknown, order.tenant.substr(0, 32)};
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const auto& book = static_cast<const BookDecider&>(decider);
        const TenantRow* row = book.book().tenants.find(order.tenant);
        if (row == nullptr) return;
        tally.report.currency = row->currency;
        tally.started_at = book.now(order.tenant, machine_clock());
        known = Done{};
    });
    if (!looked) return looked.error();
    if (!known) return known.error();
    return tally;
}

Status start_run(Partition& partition, RunTally& tally, std::uint64_t due) {
    if (tally.live) return Done{};
    StartBillingRun start;
    start.run = hex(sha256(new_request_id() + tally.found)).substr(0, run_chars);
    start.trigger = trigger_of(tally.order);
    start.by = tally.order.actor;
    if (tally.order.step == RunStep::confirm) start.preview = tally.order.preview;
    start.started_at = tally.started_at;
    start.due = due;
    tally.live = std::make_unique<LiveRun>(partition, start.run);
    const Result<Receipt> answer =
        submitted(partition, submission_of(tally.order, "billing_run_start:" + start.run, start));
    if (!answer) return answer.error();
    tally.order.run = start.run;
    tally.report.position = std::max(tally.report.position, answer->last_seq);
    return Done{};
}

void note_due(RunTally& tally, std::string_view service, Date due_on, std::uint64_t changes) {
    ++tally.report.due;
    tally.found += fmt::format("{} {} {}\n", service, to_string(due_on), changes);
}

void note_parked(RunTally& tally, const std::string& service, std::string_view reason) {
    if (tally.parked.size() < parked_named_max)
        tally.parked.push_back({service, std::string(reason)});
}

void count(RunTally& tally, const std::string& service, const Result<Receipt>& answer) {
    const std::uint64_t odd = tally.report.parked + tally.report.failed;
    count(tally.report, answer);
    if (!answer && tally.report.parked + tally.report.failed > odd)
        note_parked(tally, service, info(answer.error().code).slug);
}

Status take_top_ups(Partition& partition, RunTally& tally) {
    for (int round = 0; round < rounds_max; ++round) {
        Result<std::vector<DueTopUp>> due = std::vector<DueTopUp>{};
        const Status looked = partition.read([&](const Decider& decider, const Head&) {
            const auto& book = static_cast<const BookDecider&>(decider);
            due = book.due_top_ups(tally.order.tenant, machine_clock());
        });
        if (!looked) return looked;
        if (!due) return due.error();
        if (due->empty()) break;
        if (!tally.live) {
            const std::uint64_t services = due_now(partition, tally.order.tenant);
            const Status started = start_run(partition, tally, services);
            if (!started) return started;
        }
        const auto take = [&](const DueTopUp& top_up) {
            return submission_of(
                tally.order,
                fmt::format(
                    "{}{}:{}:{}", run_key::top_up, top_up.customer, top_up.rule, top_up.changes
                ),
                TakeTopUp{top_up.customer, top_up.rule}
            );
        };
        bool has_made = false;
        submit_each(partition, *due, take, [&](const auto&, const Result<Receipt>& answer) {
            count_top_up(tally, answer);
            has_made = has_made || (answer && !answer->replayed);
        });
        if (!has_made) break;
    }
    return Done{};
}

Status record_run(Partition& partition, RunTally& tally) {
    return tally.live ? record_end(partition, tally) : record_idle(partition, tally);
}

void give_up_run(Partition& partition, RunTally& tally) {
    if (!tally.order.run.empty()) interrupt(partition, tally.order.tenant, tally.order.run);
}

void record_dead_runs(Partition& partition, std::string_view tenant) {
    std::vector<std::pair<std::string, std::string>> begun; // Tenant and run.
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        book.runs.for_each([&](std::string_view key, const OpenRunRow& row) {
            const std::string_view whose = key.substr(0, key.find('/'));
            if (tenant.empty() || whose == tenant) begun.emplace_back(whose, row.started.run);
        });
    });
    if (!looked) return; // Who does not lead, records nothing.
    for (const auto& [whose, run] : begun)
        if (!is_live(partition, run)) interrupt(partition, whose, run);
}

} // namespace tollbook::api
