#include "commands/plan_migration.hpp"

#include "commands/catalogue.hpp"
#include "commands/plan_change.hpp"
#include "commands/renewal.hpp"
#include "commands/service_end.hpp"
#include "commands/turns.hpp"

#include <algorithm>

namespace tollbook {

namespace {

Result<std::uint32_t> wanted_version(
    const Book& book, std::string_view tenant, const PlanMigration& migration
) {
    const NumberRow* newest = book.plan_versions.find(book_key(tenant, migration.to_plan));
    if (newest == nullptr) return Error{Errc::plan_unknown, migration.to_plan};
    const auto latest = static_cast<std::uint32_t>(newest->value);
    const std::uint32_t version = migration.to_version.value_or(latest);
    if (version == 0 || version > latest) return Error{Errc::plan_unknown, migration.to_plan};
    const std::string at = book_key(tenant, migration.to_plan, std::to_string(version));
    if (!is_for_services(book.plans.find(at)->kind))
        return Error{Errc::plan_kind_unfit, migration.to_plan};
    return version;
}

// Goes through services that stand together by customer.
class Preview {
public:
    Preview(
        const Book& book,
        std::string_view tenant,
        Timestamp recorded_at,
        const PlanMigration& migration
    )
        : book_(book)
        , tenant_(tenant)
        , migration_(migration)
        , to_version_(wanted_version(book, tenant, migration).value())
        , turns_(book, tenant, recorded_at) {}

    // Or gets it with its next period, and is to get it then.
    bool has_it(const std::string& service, const ServiceRow& row) const {
        const auto is_wanted = [&](const std::string& plan, std::uint32_t version) {
            return plan == migration_.to_plan && version == to_version_;
        };
        if (is_wanted(row.plan, row.plan_version)) return true;
        if (migration_.when == ChangeTime::now || row.scheduled != Scheduled::plan_change)
            return false;
        const PlanChoiceRow* next = book_.next_plans.find(book_key(tenant_, service));
        return next != nullptr && is_wanted(next->plan, next->version);
    }

    MigrationItem item_of(const std::string& service, const ServiceRow& row) {
        const ChangeTime when = migration_.when.value_or(ChangeTime::period_end);
        MigrationItem item = described(service, row);
        item.outcome =
            when == ChangeTime::now ? MigrationOutcome::changed : MigrationOutcome::scheduled;
        const Result<std::int64_t> minor = turns_.attempt(row.customer, [&](Decision& decision) {
            return change_to_plan(
                decision, {service, migration_.to_plan, to_version_, when, std::nullopt}
            );
        });
        if (minor) {
            item.minor = *minor;
        } else {
            item.outcome = MigrationOutcome::refused;
            item.reason = info(minor.error().code).slug;
        }
        return item;
    }

private:
    MigrationItem described(const std::string& service, const ServiceRow& row) const {
        MigrationItem item;
        item.service = service;
        item.customer = row.customer;
        item.plan = row.plan;
        item.plan_version = row.plan_version;
        item.to_plan = migration_.to_plan;
        item.to_version = to_version_;
        item.renews_on = row.renews_on;
        item.price_minor = price_of(row.plan, row.plan_version);
        item.new_price_minor = price_of(migration_.to_plan, to_version_);
        item.changes = row.changes;
        return item;
    }

    std::int64_t price_of(const std::string& plan, std::uint32_t version) const {
        return book_.plans.find(book_key(tenant_, plan, std::to_string(version)))->price_minor;
    }

    const Book& book_;
    std::string_view tenant_;
    const PlanMigration& migration_;
    std::uint32_t to_version_;
    Turns turns_;
};

} // namespace

Result<std::vector<ServiceOfCustomer>> services_to_migrate(
    const Book& book, std::string_view tenant, const PlanMigration& migration
) {
    if (book.tenants.find(tenant) == nullptr)
        return Error{Errc::tenant_unknown, std::string(tenant.substr(0, 32))};
    if (book.plan_versions.find(book_key(tenant, migration.plan)) == nullptr)
        return Error{Errc::plan_unknown, migration.plan};
    if (const auto version = wanted_version(book, tenant, migration); !version)
        return version.error();
    const std::string prefix = std::string(tenant) + "/";
    std::vector<ServiceOfCustomer> services;
    book.services.for_each([&](std::string_view key, const ServiceRow& row) {
        if (!key.starts_with(prefix) || row.plan != migration.plan || has_ended(row)) return;
        if (row.plan_version != migration.plan_version.value_or(row.plan_version)) return;
        services.push_back({row.customer, std::string(key.substr(prefix.size()))});
    });
    std::ranges::sort(services, [](const ServiceOfCustomer& a, const ServiceOfCustomer& b) {
        return a.customer != b.customer ? natural_less(a.customer, b.customer)
                                        : natural_less(a.service, b.service);
    });
    return services;
}

std::vector<MigrationItem> preview_migration(
    const Book& book,
    std::string_view tenant,
    Timestamp recorded_at,
    const PlanMigration& migration,
    std::span<const ServiceOfCustomer> services
) {
    Preview preview(book, tenant, recorded_at, migration);
    std::vector<MigrationItem> items;
    for (const auto& [customer, service] : services) {
        const ServiceRow* row = book.services.find(book_key(tenant, service));
        if (row != nullptr && row->plan == migration.plan && !preview.has_it(service, *row))
            items.push_back(preview.item_of(service, *row));
    }
    return items;
}

std::string preview_hash(std::span<const MigrationItem> items) {
    std::string text;
    for (const MigrationItem& item : items) {
        write_json(text, item);
        text += '\n';
    }
    return hex(sha256(text));
}

} // namespace tollbook
