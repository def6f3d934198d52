// Runs of renewals: that they begin, and what they came to.
#include "commands/billing/billing_runs.hpp"

#include "commands/currency_sums.hpp"
#include "commands/customers/currencies.hpp"
#include "commands/deciders.hpp"
#include "ledger/match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tollbook {

namespace {

constexpr std::size_t parked_max = 200; // More of them are counted, not named.
constexpr std::size_t hash_chars_max = 64;

// Who asked for a run, and for what.
template <class Told>
Status check_order(const Told& told) {
    if (const Status status = check_id("run", told.run); !status) return status;
    if (told.preview.has_value() != (told.trigger == RunTrigger::confirmed))
        return Error{Errc::value_out_of_range, "preview: of a run that was confirmed"};
    if (told.preview)
        if (const Status status = check_text("preview", *told.preview, hash_chars_max); !status)
            return status;
    return check_text("by", told.by);
}

Status check_parked(const std::vector<ParkedService>& parked) {
    if (parked.size() > parked_max)
        return Error{Errc::value_out_of_range, fmt::format("parked: {} at most", parked_max)};
    for (const ParkedService& one : parked) {
        if (const Status status = check_id("parked.service", one.service); !status) return status;
        if (const Status status = check_text("parked.reason", one.reason); !status) return status;
    }
    return Done{};
}

// Of what leaves records, the book's own count: an answer may have been lost.
RunCounts counts_of(const OpenRunRow& row, RunCounts told) {
    told.renewed = row.done.renewed;
    told.cut = row.done.cut;
    told.ended = row.done.ended;
    told.dunned = row.done.dunned;
    told.invoices = row.done.invoices;
    told.overdue = row.done.overdue;
    told.lapsed = row.done.lapsed;
    told.top_ups = row.done.top_ups;
    return told;
}

std::uint64_t& count_of(RunCounts& counts, RunOutcome outcome) {
    switch (outcome) {
    case RunOutcome::renewed:
        return counts.renewed;
    case RunOutcome::cut:
        return counts.cut;
    case RunOutcome::ended:
        return counts.ended;
    default:
        return counts.dunned;
    }
}

// What a service was renewed, ended or cut for comes last; that it was dunned says the rest.
void note_outcome(OpenRunRow& row, const std::string& stream, RunOutcome outcome) {
    const auto known = std::ranges::find(row.newest, stream, &ServiceOutcome::stream);
    if (known == row.newest.end()) {
        row.newest.push_back({stream, outcome});
        ++count_of(row.done, outcome);
    } else if (outcome != RunOutcome::dunned) {
        --count_of(row.done, known->outcome);
        known->outcome = outcome;
        ++count_of(row.done, outcome);
    }
}

// What was done to a service that was due.
void note_service(OpenRunRow& row, const Record& record, const Event& event) {
    const auto note = [&](RunOutcome outcome) { note_outcome(row, record.stream, outcome); };
    match(
        event,
        [&](const ServiceRenewed&) { note(RunOutcome::renewed); },
        [&](const ServiceEnded&) { note(RunOutcome::ended); },
        [&](const ServiceSuspended&) { note(RunOutcome::cut); },
        [&](const DunningStepTaken&) { note(RunOutcome::dunned); },
        [](const auto&) {}
    );
}

void note_done(OpenRunRow& row, const Record& record, const Event& event) {
    const std::string& key = record.command.idempotency_key;
    const bool is_first = record.index == 0;
    if (is_first) row.newest.clear();
    if (key.starts_with(run_key::renew)) return note_service(row, record, event);
    if (key.starts_with(run_key::top_up)) {
        const bool is_taken = std::holds_alternative<TopUpGranted>(event) ||
                              std::holds_alternative<TopUpRequested>(event);
        row.done.top_ups += is_taken ? 1 : 0;
        return;
    }
    if (!is_first) return;
    if (key.starts_with(run_key::issue)) ++row.done.invoices;
    if (key.starts_with(run_key::overdue)) ++row.done.overdue;
    if (key.starts_with(run_key::settle)) ++row.done.lapsed;
}

// What an event took; nothing: neither a wallet nor a draft of an invoice has it.
std::optional<RunSums> sums_of_event(
    const Book& book, std::string_view tenant, const Event& event
) {
    if (const auto* charged = std::get_if<WalletCharged>(&event)) {
        if (charged->postings.empty()) return std::nullopt;
        return RunSums{charged->postings.front().currency, charged->minor, 0};
    }
    const auto* drafted = std::get_if<PeriodDrafted>(&event);
    if (drafted == nullptr) return std::nullopt;
    RunSums sums{currency_of(book, tenant, drafted->customer), 0, 0};
    for (const DraftLine& line : drafted->lines)
        sums.invoiced_minor += line.minor;
    return sums;
}

void note_sums(OpenRunRow& row, Currency of_tenant, const RunSums& sums) {
    if (sums.charged_minor == 0 && sums.invoiced_minor == 0) return;
    const auto add = [&](auto& so_far) {
        so_far.charged_minor += sums.charged_minor;
        so_far.invoiced_minor += sums.invoiced_minor;
    };
    if (sums.currency == of_tenant)
        add(row);
    else
        add(sums_of(row.others, sums.currency));
}

// What it took: as an event has it.
template <class Ended>
void put_sums(Ended& ended, const OpenRunRow& row) {
    ended.charged_minor = row.charged_minor;
    ended.invoiced_minor = row.invoiced_minor;
    if (!row.others.empty()) ended.others = row.others;
}

} // namespace

std::string run_stream(std::string_view run) { return std::string("run:").append(run); }

void note_run(Book& book, const Record& record, const Event& event) {
    const std::string_view causation = record.command.causation;
    const std::string none = run_stream({});
    if (!causation.starts_with(none) || book.runs.rows_in_memory() == 0) return;
    const std::string key = book_key(record.command.tenant, causation.substr(none.size()));
    if (book.runs.find(key) == nullptr) return;
    OpenRunRow& row = book.runs.edit(key);
    note_done(row, record, event);
    const std::string& tenant = record.command.tenant;
    if (const std::optional<RunSums> sums = sums_of_event(book, tenant, event))
        note_sums(row, book.tenants.find(tenant)->currency, *sums);
}

Status decide(Decision& decision, const StartBillingRun& command) {
    if (const Status status = check_order(command); !status) return status;
    if (decision.book().runs.find(decision.key(command.run)) != nullptr)
        return Error{Errc::value_out_of_range, "run: it is under way"};
    decision.add(
        run_stream(command.run),
        BillingRunStarted{
            command.run,
            command.trigger,
            command.by,
            command.preview,
            decision.not_after_now(command.started_at),
            command.due}
    );
    return Done{};
}

Status decide(Decision& decision, const FinishBillingRun& command) {
    if (const Status status = check_order(command); !status) return status;
    if (const Status status = check_parked(command.parked); !status) return status;
    const OpenRunRow* row = decision.book().runs.find(decision.key(command.run));
    if (row == nullptr && command.counts.due == 0)
        return Error{Errc::value_out_of_range, "counts.due: nothing was"};
    BillingRunFinished finished{
        command.run,
        command.trigger,
        command.by,
        command.preview,
        decision.not_after_now(command.started_at),
        command.counts,
        0,
        0,
        decision.row().currency,
        command.parked};
    if (row != nullptr) {
        finished.trigger = row->started.trigger;
        finished.by = row->started.by;
        finished.preview = row->started.preview;
        finished.started_at = row->started.started_at;
        finished.counts = counts_of(*row, command.counts);
        put_sums(finished, *row);
    }
    decision.add(run_stream(command.run), std::move(finished));
    return Done{};
}

Status decide(Decision& decision, const InterruptBillingRun& command) {
    if (const Status status = check_id("run", command.run); !status) return status;
    const OpenRunRow* row = decision.book().runs.find(decision.key(command.run));
    if (row == nullptr) return Error{Errc::billing_run_unknown, command.run};
    RunCounts counts = row->done;
    counts.due = row->started.due;
    BillingRunInterrupted interrupted{
        row->started.run,
        row->started.trigger,
        row->started.by,
        row->started.preview,
        row->started.started_at,
        counts,
        0,
        0,
        decision.row().currency};
    put_sums(interrupted, *row);
    decision.add(run_stream(command.run), std::move(interrupted));
    return Done{};
}

} // namespace tollbook
