#include "commands/catalogue/plan_migration.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/catalogue/addon_change.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/catalogue/plan_change.hpp"
#include "commands/catalogue/scheduled_terms.hpp"
#include "commands/customers/currencies.hpp"
#include "commands/services/service_end.hpp"
#include "commands/turns.hpp"

#include <algorithm>

namespace tollbook {

namespace {

const PlanRow* plan_of(
    const Book& book, std::string_view tenant, const std::string& plan, std::uint64_t version
) {
    return book.plans.find(book_key(tenant, plan, std::to_string(version)));
}

// All versions of a plan are of one kind. It exists.
bool is_addon(const Book& book, std::string_view tenant, const std::string& plan) {
    return plan_of(book, tenant, plan, 1)->kind == PlanKind::addon;
}

Result<std::uint32_t> wanted_version(
    const Book& book, std::string_view tenant, const PlanMigration& migration
) {
    const NumberRow* newest = book.plan_versions.find(book_key(tenant, migration.to_plan));
    if (newest == nullptr) return Error{Errc::plan_unknown, migration.to_plan};
    const auto latest = static_cast<std::uint32_t>(newest->value);
    const std::uint32_t version = migration.to_version.value_or(latest);
    if (version == 0 || version > latest) return Error{Errc::plan_unknown, migration.to_plan};
    const bool fits =
        is_addon(book, tenant, migration.plan)
            ? migration.to_plan == migration.plan
            : is_for_services(plan_of(book, tenant, migration.to_plan, version)->kind);
    if (!fits) return Error{Errc::plan_kind_unfit, migration.to_plan};
    return version;
}

// Unless it is said, the newest that is valid on the day, or today.
std::uint32_t chosen_version(const Decision& now, const PlanMigration& migration) {
    const std::uint32_t wanted = wanted_version(now.book(), now.tenant(), migration).value();
    if (migration.to_version) return wanted;
    const Date day = migration.not_before.value_or(now.today());
    return version_on(now.book(), now.tenant(), migration.to_plan, day).value_or(wanted);
}

// What a service has of the plan that is migrated: itself, or as an add-on; and what it is to get.
struct Having {
    std::uint32_t version{};
    std::optional<std::uint32_t> quantity{}; // Of an add-on.
    std::optional<PlanChoiceRow> next{};
    std::optional<Date> not_before{}; // Of `next`.
};

// Which services a migration is for.
class Migrated {
public:
    Migrated(const Book& book, std::string_view tenant, const PlanMigration& migration)
        : book_(book)
        , tenant_(tenant)
        , plan_(migration.plan)
        , is_addon_(is_addon(book, tenant, migration.plan)) {}

    // Nothing: the service has nothing of the plan.
    std::optional<Having> had(std::string_view service, const ServiceRow& row) const {
        if (is_addon_) return addon_of(service);
        if (row.plan != plan_) return std::nullopt;
        Having had{row.plan_version};
        if (row.scheduled != Scheduled::plan_change) return had;
        const NextPlanRow& next = *book_.next_plans.find(book_key(tenant_, service));
        had.next = PlanChoiceRow{next.plan, next.version};
        had.not_before = next.not_before;
        return had;
    }

    // Tells the key and the row of all services, of any tenant, that may have something of it.
    template <class Take>
    void for_each(Take take) const {
        if (!is_addon_) return book_.services.for_each(take);
        book_.addons.for_each([&](std::string_view key, const ServiceAddonsRow&) {
            take(key, *book_.services.find(key));
        });
    }

private:
    std::optional<Having> addon_of(std::string_view service) const {
        const ServiceAddonsRow* addons = book_.addons.find(book_key(tenant_, service));
        if (addons == nullptr) return std::nullopt;
        const auto addon = std::ranges::find(addons->addons, plan_, &AddonRow::addon);
        if (addon == addons->addons.end()) return std::nullopt;
        if (!addon->next) return Having{addon->plan_version, addon->quantity};
        // A quantity that is to come stands.
        return Having{
            addon->plan_version,
            addon->next->quantity,
            PlanChoiceRow{plan_, addon->next->plan_version},
            addon->next->not_before};
    }

    const Book& book_;
    std::string_view tenant_;
    const std::string& plan_;
    bool is_addon_{};
};

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
        , when_(migration.when.value_or(ChangeTime::period_end))
        , now_(book, tenant, recorded_at)
        , to_version_(chosen_version(now_, migration))
        , turns_(book, tenant, recorded_at) {}

    // Or gets it with the period with which it is wanted.
    bool has_it(const ServiceRow& row, const Having& had) const {
        if (migration_.plan == migration_.to_plan && had.version == to_version_) return true;
        if (when_ == ChangeTime::now || !had.next || !is_wanted(*had.next)) return false;
        return not_before(row, had.not_before) == not_before(row, migration_.not_before);
    }

    MigrationItem item_of(const std::string& service, const ServiceRow& row, const Having& had) {
        MigrationItem item = described(service, row, had);
        const Result<std::int64_t> minor = turns_.attempt(row.customer, [&](Decision& decision) {
            if (had.next && !is_wanted(*had.next))
                return Result<std::int64_t>{Error{Errc::change_scheduled, service}};
            return change(decision, item);
        });
        if (minor) {
            item.minor = *minor;
            item.outcome =
                when_ == ChangeTime::now ? MigrationOutcome::changed : MigrationOutcome::scheduled;
            if (when_ == ChangeTime::period_end) note_day(item, row);
        } else {
            item.outcome = MigrationOutcome::refused;
            item.reason = info(minor.error().code).slug;
        }
        return item;
    }

private:
    void note_day(MigrationItem& item, const ServiceRow& row) const {
        item.not_before = not_before(row, migration_.not_before);
        if (row.days_left) return;
        item.moves_on = first_day_of_change(now_, item.service, row, item.not_before);
    }

    bool is_wanted(const PlanChoiceRow& next) const {
        return next.plan == migration_.to_plan && next.version == to_version_;
    }

    // None, if its next period begins later anyway.
    static std::optional<Date> not_before(const ServiceRow& row, std::optional<Date> day) {
        if (day && *day <= row.renews_on) day.reset();
        return day;
    }

    Result<std::int64_t> change(Decision& decision, const MigrationItem& item) const {
        if (item.quantity)
            return change_addon(
                decision,
                {item.service,
                 item.plan,
                 to_version_,
                 item.quantity,
                 when_,
                 std::nullopt,
                 migration_.not_before}
            );
        return change_to_plan(
            decision,
            {item.service,
             migration_.to_plan,
             to_version_,
             when_,
             std::nullopt,
             migration_.not_before}
        );
    }

    MigrationItem described(const std::string& service, const ServiceRow& row, const Having& had)
        const {
        MigrationItem item;
        item.service = service;
        item.customer = row.customer;
        item.plan = migration_.plan;
        item.plan_version = had.version;
        item.to_plan = migration_.to_plan;
        item.to_version = to_version_;
        item.renews_on = row.renews_on;
        item.changes = row.changes;
        item.quantity = had.quantity;
        item.currency = other_currency(book_, tenant_, row.customer);
        item.price_minor = price_of(item, migration_.plan, had.version);
        item.new_price_minor = price_of(item, migration_.to_plan, to_version_);
        return item;
    }

    // 0: the version has no price in the customer's currency.
    std::int64_t price_of(const MigrationItem& item, const std::string& plan, std::uint32_t version)
        const {
        const Currency currency = item.currency.value_or(now_.row().currency);
        const PlanRow* priced = find_priced(book_, tenant_, {plan, version}, currency);
        return priced == nullptr ? 0 : priced->price_minor * item.quantity.value_or(1);
    }

    const Book& book_;
    std::string_view tenant_;
    const PlanMigration& migration_;
    ChangeTime when_;
    Decision now_;
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
    const Migrated migrated(book, tenant, migration);
    migrated.for_each([&](std::string_view key, const ServiceRow& row) {
        if (!key.starts_with(prefix) || has_ended(row)) return;
        const std::string_view service = key.substr(prefix.size());
        const std::optional<Having> had = migrated.had(service, row);
        if (had && had->version == migration.plan_version.value_or(had->version))
            services.push_back({row.customer, std::string(service)});
    });
    std::ranges::sort(services, [](const ServiceOfCustomer& a, const ServiceOfCustomer& b) {
        return a.customer != b.customer ? natural_less(a.customer, b.customer)
                                        : natural_less(a.service, b.service);
    });
    return services;
}

Status check_day(
    const Book& book, std::string_view tenant, Timestamp recorded_at, const PlanMigration& migration
) {
    const auto when = change_time(migration.when, migration.not_before, ChangeTime::period_end);
    if (!when) return when.error();
    const Decision now(book, tenant, recorded_at);
    const auto day = schedule_day(now, migration.not_before, now.today());
    return day ? Status{Done{}} : Status{day.error()};
}

std::vector<MigrationItem> preview_migration(
    const Book& book,
    std::string_view tenant,
    Timestamp recorded_at,
    const PlanMigration& migration,
    std::span<const ServiceOfCustomer> services
) {
    Preview preview(book, tenant, recorded_at, migration);
    const Migrated migrated(book, tenant, migration);
    std::vector<MigrationItem> items;
    for (const auto& [customer, service] : services) {
        const ServiceRow* row = book.services.find(book_key(tenant, service));
        if (row == nullptr) continue;
        const std::optional<Having> had = migrated.had(service, *row);
        if (had && !preview.has_it(*row, *had))
            items.push_back(preview.item_of(service, *row, *had));
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
