#include "api/run_record.hpp"

#include "api/submit_each.hpp"
#include "commands/book_decider.hpp"
#include "ledger/match.hpp"
#include "ledger/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>

namespace tollbook::api {

namespace {

constexpr std::size_t parked_named_max = 200;
constexpr std::size_t run_chars = 16;
constexpr std::size_t batch_bytes = 4'194'304;
constexpr std::chrono::seconds read_within{5}; // Its own records are confirmed: they are there.
constexpr int rounds_max = 31;                 // Due days of one rule; the next run goes on.

bool made(const RunTally& tally, std::uint64_t seq) {
    const auto behind = std::ranges::upper_bound(tally.made, seq, {}, &SeqRange::first);
    return behind != tally.made.begin() && seq <= std::prev(behind)->last;
}

// What was charged to wallets and put on invoices by those records of the run's own.
void add_sums(RunTally& tally, const Record& record) {
    if (record.type != WalletCharged::type && record.type != PeriodDrafted::type) return;
    const Result<Event> event = decode_event(record.type, record.schema_version, record.payload);
    if (!event) return;
    match(
        *event,
        [&](const WalletCharged& e) { tally.report.charged_minor += e.minor; },
        [&](const PeriodDrafted& e) {
            for (const DraftLine& line : e.lines)
                tally.report.invoiced_minor += line.minor;
        },
        [](const auto&) {}
    );
}

// The log is read back from where it stood before: the figures are those that it holds.
Status add_up(Partition& partition, RunTally& tally) {
    if (tally.made.empty()) return Done{};
    std::ranges::sort(tally.made, {}, &SeqRange::first);
    const std::uint64_t last = tally.made.back().last;
    for (ReaderState at = tally.before; at.seq < last;) {
        const Result<Batch> batch = partition.source().read(at, batch_bytes, read_within);
        if (!batch) return batch.error();
        if (batch->records.empty()) return Error{Errc::outcome_unknown, "the run's own records"};
        for (const Record& record : batch->records)
            if (made(tally, record.seq)) add_sums(tally, record);
        at = batch->after;
    }
    return Done{};
}

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
    tally.made.push_back({answer->first_seq, answer->last_seq});
    for (const EventRef& event : answer->events)
        if (event.type == TopUpGranted::type || event.type == TopUpRequested::type)
            ++tally.report.top_ups;
}

} // namespace

Result<RunTally> begin_run(Partition& partition, const RunOrder& order) {
    RunTally tally;
    const Result<ReaderState> head = partition.source().head();
    if (!head) return head.error();
    tally.before = *head;
    Status known = Error{Errc::tenant_unknown, order.tenant.substr(0, 32)};
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const auto& book = static_cast<const BookDecider&>(decider);
        if (book.book().tenants.find(order.tenant) == nullptr) return;
        tally.started_at = book.now(order.tenant, machine_clock());
        known = Done{};
    });
    if (!looked) return looked.error();
    if (!known) return known.error();
    return tally;
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
    if (answer && !answer->replayed) tally.made.push_back({answer->first_seq, answer->last_seq});
    if (!answer && tally.report.parked + tally.report.failed > odd)
        note_parked(tally, service, info(answer.error().code).slug);
}

Status take_top_ups(Partition& partition, const RunOrder& order, RunTally& tally) {
    for (int round = 0; round < rounds_max; ++round) {
        Result<std::vector<DueTopUp>> due = std::vector<DueTopUp>{};
        const Status looked = partition.read([&](const Decider& decider, const Head&) {
            const auto& book = static_cast<const BookDecider&>(decider);
            due = book.due_top_ups(order.tenant, machine_clock());
        });
        if (!looked) return looked;
        if (!due) return due.error();
        const auto take = [&](const DueTopUp& top_up) {
            return submission_of(
                order,
                fmt::format("top_up:{}:{}:{}", top_up.customer, top_up.rule, top_up.changes),
                TakeTopUp{top_up.customer, top_up.rule}
            );
        };
        const std::size_t before = tally.made.size();
        submit_each(partition, *due, take, [&](const auto&, const Result<Receipt>& answer) {
            count_top_up(tally, answer);
        });
        if (tally.made.size() == before) break;
    }
    return Done{};
}

Status record_run(Partition& partition, const RunOrder& order, RunTally& tally) {
    if (const Status status = add_up(partition, tally); !status) return status;
    if (tally.report.due == 0) return Done{};
    FinishBillingRun finish;
    finish.counts = counts_of(tally.report);
    finish.run = hex(sha256(tally.found + to_json(finish.counts))).substr(0, run_chars);
    finish.trigger = trigger_of(order);
    finish.by = order.actor;
    if (order.step == RunStep::confirm) finish.preview = order.preview;
    finish.started_at = tally.started_at;
    finish.charged_minor = tally.report.charged_minor;
    finish.invoiced_minor = tally.report.invoiced_minor;
    std::ranges::sort(tally.parked, {}, &ParkedService::service);
    finish.parked = tally.parked;
    const Result<Receipt> answer =
        submitted(partition, submission_of(order, "billing_run:" + finish.run, finish));
    // Found and done by another run just so.
    if (!answer && answer.error().code == Errc::idempotency_key_reused) return Done{};
    if (!answer) return answer.error();
    tally.report.position = std::max(tally.report.position, answer->last_seq);
    tally.report.run = finish.run;
    return Done{};
}

} // namespace tollbook::api
