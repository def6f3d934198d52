#include "api/renewals.hpp"

#include "api/dry_run.hpp"
#include "api/migrations.hpp"
#include "api/run_follow_up.hpp"
#include "api/slices.hpp"
#include "api/submit_each.hpp"
#include "commands/book_decider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
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

Result<Currency> currency_of(Partition& partition, const std::string& tenant) {
    Result<Currency> currency = Error{Errc::tenant_unknown, tenant.substr(0, 32)};
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        if (const TenantRow* row = book.tenants.find(tenant)) currency = row->currency;
    });
    if (!looked) return looked.error();
    return currency;
}

// In slices, so that commands are decided in between.
Result<std::vector<BillingItem>> preview_items(Partition& partition, const std::string& tenant) {
    const Result<std::vector<DueService>> all = due_services(partition, tenant);
    if (!all) return all.error();
    std::vector<BillingItem> items;
    std::span<const DueService> due = *all;
    while (!due.empty()) {
        const auto slice = next_slice(due);
        const Status looked = partition.read([&](const Decider& decider, const Head&) {
            const Book& book = static_cast<const BookDecider&>(decider).book();
            std::ranges::move(
                preview_billing(book, tenant, machine_clock(), slice), std::back_inserter(items)
            );
        });
        if (!looked) return looked.error();
        due = due.subspan(slice.size());
    }
    return items;
}

void add(BillingSum& sum, const BillingItem& item) {
    ++sum.services;
    sum.minor += item.minor;
}

BillingSum& sum_of(BillingPreview& preview, BillingOutcome outcome) {
    switch (outcome) {
    case BillingOutcome::charged:
        return preview.charged;
    case BillingOutcome::invoiced:
        return preview.invoiced;
    case BillingOutcome::cut:
        return preview.cut;
    case BillingOutcome::ended:
        return preview.ended;
    case BillingOutcome::dunned:
        return preview.dunned;
    case BillingOutcome::waiting:
        return preview.waiting;
    default:
        return preview.parked;
    }
}

BillingPreview summed_up(std::vector<BillingItem> items) {
    BillingPreview preview;
    preview.preview = preview_hash(items);
    preview.due = items.size();
    std::map<std::pair<std::string, std::uint32_t>, PlanSum> plans;
    for (const BillingItem& item : items) {
        PlanSum& plan = plans[{item.plan, item.plan_version}];
        plan.plan = item.plan;
        plan.plan_version = item.plan_version;
        add(sum_of(preview, item.outcome), item);
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
    return fmt::format("renew:{}:{}:{}", service, to_string(renews_on), changes);
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
RenewalReport submit_all(Partition& partition, const Items& items, MakeCommand make_command) {
    RenewalReport report;
    submit_each(partition, items, make_command, [&](const Result<Receipt>& answer) {
        count(report, answer);
    });
    return report;
}

Result<RenewalReport> confirm(Partition& partition, const RunOrder& order) {
    Result<std::vector<BillingItem>> items = preview_items(partition, order.tenant);
    if (!items) return items.error();
    if (const std::string now = preview_hash(*items); now != order.preview)
        return Error{Errc::figures_moved, "the preview of now is " + now};
    const std::size_t due = items->size();
    std::erase_if(*items, [](const BillingItem& item) {
        return item.outcome == BillingOutcome::parked;
    });
    const std::size_t parked = due - items->size();
    const std::size_t waiting = std::erase_if(*items, [](const BillingItem& item) {
        return item.outcome == BillingOutcome::waiting;
    });
    RenewalReport report = submit_all(partition, *items, [&](const BillingItem& item) {
        return confirmation_of(item, order);
    });
    report.due = due;
    report.parked += parked;
    report.waiting += waiting;
    return report;
}

Result<RenewalReport> renew(Partition& partition, const RunOrder& order) {
    const Result<std::vector<DueService>> due = due_services(partition, order.tenant);
    if (!due) return due.error();
    RenewalReport report = submit_all(partition, *due, [&](const DueService& service) {
        return renewal_of(service, order);
    });
    report.due = due->size();
    return report;
}

} // namespace

Result<BillingPreview> preview_run(Partition& partition, const std::string& tenant) {
    const Result<Currency> currency = currency_of(partition, tenant);
    if (!currency) return currency.error();
    Result<std::vector<BillingItem>> items = preview_items(partition, tenant);
    if (!items) return items.error();
    BillingPreview preview = summed_up(std::move(*items));
    preview.currency = *currency;
    return preview;
}

Result<RenewalReport> run_renewals(Partition& partition, const RunOrder& order) {
    Result<RenewalReport> report =
        order.step == RunStep::confirm ? confirm(partition, order) : renew(partition, order);
    if (!report) return report;
    if (const Status status = follow_up(partition, order, *report); !status) return status.error();
    return report;
}

Result<std::string> run_order(Partition& partition, const RunOrder& order) {
    if (order.step == RunStep::dry_run) return dry_run(partition, order);
    if (order.step == RunStep::migration_preview || order.step == RunStep::migrate)
        return run_migration(partition, order);
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
