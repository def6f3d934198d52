#include "api/migrations.hpp"

#include "api/machine_clock.hpp"
#include "api/slices.hpp"
#include "api/submit_each.hpp"
#include "commands/book_decider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook::api {

namespace {

Result<std::vector<ServiceOfCustomer>> services_of(
    Partition& partition, const std::string& tenant, const PlanMigration& migration
) {
    Result<std::vector<ServiceOfCustomer>> services = std::vector<ServiceOfCustomer>{};
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        services = services_to_migrate(book, tenant, migration);
        if (!services) return;
        const Status day = check_day(book, tenant, machine_clock(), migration);
        if (!day) services = day.error();
    });
    if (!looked) return looked.error();
    return services;
}

Result<std::vector<MigrationItem>> preview_items(
    Partition& partition, const std::string& tenant, const PlanMigration& migration
) {
    const Result<std::vector<ServiceOfCustomer>> all = services_of(partition, tenant, migration);
    if (!all) return all.error();
    return look_in_slices(partition, *all, [&](const Book& book, auto slice) {
        return preview_migration(book, tenant, machine_clock(), migration, slice);
    });
}

template <class Sums>
MigrationSum& sum_of(Sums& sums, MigrationOutcome outcome) {
    if (outcome == MigrationOutcome::changed) return sums.changed;
    return outcome == MigrationOutcome::scheduled ? sums.scheduled : sums.refused;
}

void add(MigrationSum& sum, const MigrationItem& item) {
    ++sum.services;
    sum.minor += item.minor;
    sum.price_minor += item.price_minor;
    sum.new_price_minor += item.new_price_minor;
}

void note_day(MigrationPreview& preview, const std::optional<Date>& day) {
    if (!day) return;
    preview.first_moves_on = std::min(preview.first_moves_on.value_or(*day), *day);
    preview.last_moves_on = std::max(preview.last_moves_on.value_or(*day), *day);
}

MigrationPreview summed_up(std::vector<MigrationItem> items) {
    MigrationPreview preview;
    preview.preview = preview_hash(items);
    preview.services = items.size();
    for (const MigrationItem& item : items) {
        in_its_currency(preview, item.currency, [&](auto& sums) {
            add(sum_of(sums, item.outcome), item);
        });
        note_day(preview, item.moves_on);
    }
    preview.left_out = items.size() - std::min(items.size(), migration_items_max);
    items.resize(items.size() - preview.left_out);
    preview.items = std::move(items);
    return preview;
}

Submission change_of(
    const MigrationItem& item, const PlanMigration& migration, const RunOrder& order
) {
    const std::string hash = migration.preview->substr(0, key_hash_chars);
    const std::string key = fmt::format("migrate:{}:{}:{}", item.service, item.changes, hash);
    const ChangeTime when = migration.when.value_or(ChangeTime::period_end);
    if (item.quantity) {
        ChangeAddon change;
        change.service = item.service;
        change.addon = item.plan;
        change.plan_version = item.to_version;
        change.quantity = item.quantity;
        change.when = when;
        change.expected_minor = item.minor;
        change.not_before = migration.not_before;
        return submission_of(order, key, change);
    }
    ChangePlan change;
    change.service = item.service;
    change.plan = migration.to_plan;
    change.plan_version = item.to_version;
    change.when = when;
    change.expected_minor = item.minor;
    change.not_before = migration.not_before;
    return submission_of(order, key, change);
}

Result<ChangeReport> migrate(
    Partition& partition, const RunOrder& order, const PlanMigration& migration
) {
    if (!migration.preview) return Error{Errc::missing_field, "preview"};
    Result<std::vector<MigrationItem>> items = preview_items(partition, order.tenant, migration);
    if (!items) return items.error();
    if (const std::string now = preview_hash(*items); now != *migration.preview)
        return Error{Errc::figures_moved, "the preview of now is " + now};
    ChangeReport report;
    report.services = items->size();
    report.refused = std::erase_if(*items, [](const MigrationItem& item) {
        return item.outcome == MigrationOutcome::refused;
    });
    const auto command = [&](const MigrationItem& item) {
        return change_of(item, migration, order);
    };
    submit_each(partition, *items, command, [&](const auto&, const Result<Receipt>& answer) {
        count(report, answer);
    });
    return report;
}

} // namespace

Result<std::string> run_migration(Partition& partition, const RunOrder& order) {
    const Result<PlanMigration> migration = from_json<PlanMigration>(order.body.value_or("{}"));
    if (!migration) return migration.error();
    if (order.step == RunStep::migration_preview) {
        auto items = preview_items(partition, order.tenant, *migration);
        if (!items) return items.error();
        const Result<Currency> currency = currency_of_tenant(partition, order.tenant);
        if (!currency) return currency.error();
        MigrationPreview preview = summed_up(std::move(*items));
        preview.currency = *currency;
        return to_json(preview);
    }
    const Result<ChangeReport> report = migrate(partition, order, *migration);
    if (!report) return report.error();
    return to_json(*report);
}

} // namespace tollbook::api
