#pragma once

#include "commands/bodies/subscriptions.hpp"
#include "commands/book.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// All services of a plan are to have another plan or version; or all that have an add-on, another
// version of it.
struct PlanMigration {
    std::string plan;
    std::optional<std::uint32_t> plan_version; // Only those that have it; none: any.
    std::string to_plan;
    std::optional<std::uint32_t> to_version; // The newest that is valid on the day.
    std::optional<ChangeTime> when;          // period_end
    std::optional<std::string> preview;      // The hash that is confirmed.
    std::optional<Date> not_before{};        // As of ChangePlan.
};
BOOST_DESCRIBE_STRUCT(
    PlanMigration, (), (plan, plan_version, to_plan, to_version, when, preview, not_before)
)

// changed: at once, `minor` is what the wallet pays, less what comes back. scheduled: with the
// period that begins on moves_on. refused: nothing is done, for `reason`.
enum class MigrationOutcome { changed, scheduled, refused };
BOOST_DESCRIBE_ENUM(MigrationOutcome, changed, scheduled, refused)

struct MigrationItem {
    std::string service;
    std::string customer;
    std::string plan;
    std::uint32_t plan_version{};
    std::string to_plan;
    std::uint32_t to_version{};
    Date renews_on;
    std::int64_t price_minor{};     // Of a period, tax included: now ...
    std::int64_t new_price_minor{}; // ... and after it; 0: it has none in the customer's currency.
    std::int64_t minor{};
    MigrationOutcome outcome{};
    std::uint64_t changes{};             // Of the service: names the state in which it was found.
    std::optional<std::string> reason{}; // A slug of the error table.
    // If all is paid when it is due; none of a service that is paused.
    std::optional<Date> moves_on{};
    std::optional<std::uint32_t> quantity{}; // Of an add-on: `plan` is its plan.
    std::optional<Date> not_before{};        // As it is scheduled; none: with the next period.
    std::optional<Currency> currency{};      // The customer's, if it is not the tenant's.

    friend bool operator==(const MigrationItem&, const MigrationItem&) = default;
};
BOOST_DESCRIBE_STRUCT(
    MigrationItem,
    (),
    (service,
     customer,
     plan,
     plan_version,
     to_plan,
     to_version,
     renews_on,
     price_minor,
     new_price_minor,
     minor,
     outcome,
     changes,
     reason,
     moves_on,
     quantity,
     not_before,
     currency)
)

struct ServiceOfCustomer {
    std::string customer;
    std::string service;
};

// The services of the tenant that a migration is for and that have not ended: those of a customer
// stand together, in the order of their names. Refuses with tenant_unknown, with plan_unknown when
// there is no such plan or version, and with plan_kind_unfit when it is not for these.
Result<std::vector<ServiceOfCustomer>> services_to_migrate(
    const Book& book, std::string_view tenant, const PlanMigration& migration
);

// Whether its day can be one. Refuses as change_plan does. The tenant exists.
Status check_day(
    const Book& book, std::string_view tenant, Timestamp recorded_at, const PlanMigration& migration
);

// What the change comes to now for each of these, one after the other: a wallet pays for the next
// of its services from what is left. No customer's services may be missing. Those that have the
// plan already, or get it as it is wanted, are left out; those for which another change is
// scheduled are refused, so that nobody's wish is lost. Changes nothing.
std::vector<MigrationItem> preview_migration(
    const Book& book,
    std::string_view tenant,
    Timestamp recorded_at,
    const PlanMigration& migration,
    std::span<const ServiceOfCustomer> services
);

// Names a preview: any other service, figure or outcome has another one. 64 hex digits.
std::string preview_hash(std::span<const MigrationItem> items);

} // namespace tollbook
