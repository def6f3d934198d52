#include "api/renewals.hpp"

#include "api/batch_dry_run.hpp"
#include "api/dry_run.hpp"
#include "api/migrations.hpp"
#include "api/run_follow_up.hpp"
#include "api/run_record.hpp"
#include "api/slices.hpp"
#include "api/submit_each.hpp"
#include "api/tariffs.hpp"
#include "commands/billing/billing_runs.hpp"
#include "commands/book_decider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace tollbook::api {

namespace {

Result<std::vector<DueService>> due_services(Partition& partition, const std::string& tenant) {
    Result<std::vector<DueService>> due = std::vector<DueService>{};
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        due = static_cast<const BookDecider&>(decider).due_services(tenant, machine_clock());
    });
    if (!looked) return looked.error();
    return due;
}

Result<std::vector<BillingItem>> preview_items(Partition& partition, const std::string& tenant) {
    const Result<std::vector<DueService>> all = due_services(partition, tenant);
    if (!all) return all.error();
    return look_in_slices(partition, *all, [&](const Book& book, auto slice) {
        return preview_billing(book, tenant, machine_clock(), slice);
    });
}

void add(BillingSum& sum, const BillingItem& item) {
    ++sum.services;
    sum.minor += item.minor;
}

template <class Sums>
BillingSum& sum_of(Sums& sums, BillingOutcome outcome) {
    switch (outcome) {
    case BillingOutcome::charged:
        return sums.charged;
    case BillingOutcome::invoiced:
        return sums.invoiced;
    case BillingOutcome::cut:
        return sums.cut;
    case BillingOutcome::ended:
        return sums.ended;
    case BillingOutcome::dunned:
        return sums.dunned;
    case BillingOutcome::waiting:
        return sums.waiting;
    default:
        return sums.parked;
    }
}

BillingPreview summed_up(std::vector<BillingItem> items) {
    BillingPreview preview;
    preview.preview = preview_hash(items);
    preview.due = items.size();
    std::map<std::tuple<std::string, std::uint32_t, std::optional<Currency>>, PlanSum> plans;
    for (const BillingItem& item : items) {
        PlanSum& plan = plans[{item.plan, item.plan_version, item.currency}];
        plan.plan = item.plan;
        plan.plan_version = item.plan_version;
        plan.currency = item.currency;
        in_its_currency(preview, item.currency, [&](auto& sums) {
            add(sum_of(sums, item.outcome), item);
        });
        if (item.outcome == BillingOutcome::charged) add(plan.charged, item);
        if (item.outcome == BillingOutcome::invoiced) add(plan.invoiced, item);
        if (item.outcome == BillingOutcome::cut) add(plan.cut, item);
    }
    for (auto& [key, plan] : plans)
        preview.plans.push_back(std::move(plan));
    preview.left_out = items.size() - std::min(items.size(), preview_items_max);
    items.resize(items.size() - preview.left_out);
    preview.items = std::move(items);
    return preview;
}

std::string key_of(const std::string& service, Date renews_on, std::uint64_t changes) {
    return fmt::format("{}{}:{}:{}", run_key::renew, service, to_string(renews_on), changes);
}

Submission renewal_of(const DueService& due, const RunOrder& order) {
    return submission_of(
        order,
        key_of(due.service, due.renews_on, due.changes),
        RenewService{due.service, std::nullopt}
    );
}

// Of a preview of its own: it asks for something else than a plain run does.
Submission confirmation_of(const BillingItem& item, const RunOrder& order) {
    const ExpectedRenewal expected{item.from, item.minor, is_covered(item.outcome), item.steps};
    return submission_of(
        order,
        key_of(item.service, item.from, item.changes) + ":" +
            order.preview.substr(0, key_hash_chars),
        RenewService{item.service, expected}
    );
}

// Adds up what they come to.
template <class Items, class MakeCommand>
void submit_all(
    Partition& partition, const Items& items, MakeCommand make_command, RunTally& tally
) {
    submit_each(partition, items, make_command, [&](const auto& item, const auto& answer) {
        count(tally, item.service, answer);
    });
}

// Nothing is done for it.
bool is_left(const BillingItem& item) {
    return item.outcome == BillingOutcome::parked || item.outcome == BillingOutcome::waiting;
}

void count_left(RunTally& tally, const BillingItem& item) {
    const bool is_parked = item.outcome == BillingOutcome::parked;
    ++(is_parked ? tally.report.parked : tally.report.waiting);
    if (is_parked) note_parked(tally, item.service, item.reason.value_or(""));
}

Status confirm(Partition& partition, RunTally& tally) {
    const RunOrder& order = tally.order;
    Result<std::vector<BillingItem>> items = preview_items(partition, order.tenant);
    if (!items) return items.error();
    if (const std::string now = preview_hash(*items); now != order.preview)
        return Error{Errc::figures_moved, "the preview of now is " + now};
    for (const BillingItem& item : *items) {
        note_due(tally, item.service, item.from, item.changes);
        if (is_left(item)) count_left(tally, item);
    }
    std::erase_if(*items, is_left);
    if (items->empty()) return Done{};
    if (const Status status = start_run(partition, tally, tally.report.due); !status) return status;
    const auto confirmation = [&](const BillingItem& item) { return confirmation_of(item, order); };
    submit_all(partition, *items, confirmation, tally);
    return Done{};
}

// What is left of them all; nothing as soon as something would be done for one of them.
Result<std::optional<std::vector<BillingItem>>> all_left(
    Partition& partition, const std::string& tenant, std::span<const DueService> due
) {
    std::vector<BillingItem> left;
    while (!due.empty()) {
        const auto slice = next_slice(due);
        std::vector<BillingItem> items;
        const Status looked = partition.read([&](const Decider& decider, const Head&) {
            const Book& book = static_cast<const BookDecider&>(decider).book();
            items = preview_billing(book, tenant, machine_clock(), slice);
        });
        if (!looked) return looked.error();
        if (!std::ranges::all_of(items, is_left)) return std::optional<std::vector<BillingItem>>{};
        std::ranges::move(items, std::back_inserter(left));
        due = due.subspan(slice.size());
    }
    return std::optional(std::move(left));
}

// A run that has done nothing yet begins with the first service for which it would do something.
Result<bool> has_begun(Partition& partition, RunTally& tally, const std::vector<DueService>& due) {
    if (tally.live) return true;
    const auto left = all_left(partition, tally.order.tenant, due);
    if (!left) return left.error();
    if (!*left) {
        const Status started = start_run(partition, tally, due.size());
        return started ? Result<bool>{true} : started.error();
    }
    for (const BillingItem& item : **left)
        count_left(tally, item);
    tally.report.settled += due.size() - (*left)->size();
    return false;
}

Status renew(Partition& partition, RunTally& tally) {
    if (const Status status = take_top_ups(partition, tally); !status) return status;
    const Result<std::vector<DueService>> due = due_services(partition, tally.order.tenant);
    if (!due) return due.error();
    for (const DueService& service : *due)
        note_due(tally, service.service, service.renews_on, service.changes);
    const Result<bool> begun = has_begun(partition, tally, *due);
    if (!begun) return begun.error();
    if (!*begun) return Done{};
    const auto renewal = [&](const DueService& service) {
        return renewal_of(service, tally.order);
    };
    submit_all(partition, *due, renewal, tally);
    return Done{};
}

} // namespace

Result<BillingPreview> preview_run(Partition& partition, const std::string& tenant) {
    const Result<Currency> currency = currency_of_tenant(partition, tenant);
    if (!currency) return currency.error();
    Result<std::vector<BillingItem>> items = preview_items(partition, tenant);
    if (!items) return items.error();
    BillingPreview preview = summed_up(std::move(*items));
    preview.currency = *currency;
    return preview;
}

Result<RenewalReport> run_renewals(Partition& partition, const RunOrder& order) {
    Result<RunTally> tally = begin_run(partition, order);
    if (!tally) return tally.error();
    const bool confirms = order.step == RunStep::confirm;
    Status status = confirms ? confirm(partition, *tally) : renew(partition, *tally);
    if (status) status = follow_up(partition, *tally);
    if (status) status = take_top_ups(partition, *tally);
    if (status) status = record_run(partition, *tally);
    if (!status) {
        give_up_run(partition, *tally);
        return status.error();
    }
    return tally->report;
}

Result<std::string> run_order(Partition& partition, const RunOrder& order) {
    if (order.step == RunStep::dry_run) return dry_run(partition, order);
    if (order.step == RunStep::batch_dry_run) return try_batch(partition, order);
    if (order.step == RunStep::migration_preview || order.step == RunStep::migrate)
        return run_migration(partition, order);
    if (order.step == RunStep::tariff_preview || order.step == RunStep::tariff)
        return run_tariff(partition, order);
    if (order.step == RunStep::preview) {
        const Result<BillingPreview> preview = preview_run(partition, order.tenant);
        if (!preview) return preview.error();
        return to_json(*preview);
    }
    const Result<RenewalReport> report = run_renewals(partition, order);
    if (!report) return report.error();
    return to_json(*report);
}

} // namespace tollbook::api
