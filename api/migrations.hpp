#pragma once

#include "api/change_report.hpp"
#include "api/run_order.hpp"
#include "commands/catalogue/plan_migration.hpp"
#include "ledger/partition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook::api {

// What a migration comes to for those of one outcome.
struct MigrationSum {
    std::uint64_t services{};
    std::int64_t minor{};           // What wallets pay now, less what comes back.
    std::int64_t price_minor{};     // Of a period each, now ...
    std::int64_t new_price_minor{}; // ... and after it.
};
BOOST_DESCRIBE_STRUCT(MigrationSum, (), (services, minor, price_minor, new_price_minor))

// The same for customers of another currency than the tenant's, in that one.
struct MigrationSums {
    Currency currency;
    MigrationSum changed;
    MigrationSum scheduled;
    MigrationSum refused;
};
BOOST_DESCRIBE_STRUCT(MigrationSums, (), (currency, changed, scheduled, refused))

struct MigrationPreview {
    std::string preview;      // Its hash, which a confirmation names.
    std::uint64_t services{}; // In all currencies.
    MigrationSum changed;
    MigrationSum scheduled;
    MigrationSum refused;
    std::optional<Date> first_moves_on; // Of those that are scheduled.
    std::optional<Date> last_moves_on;
    std::vector<MigrationItem> items; // The first migration_items_max; sums and hash have all.
    std::uint64_t left_out{};
    Currency currency;                                  // The tenant's: of the sums here.
    std::optional<std::vector<MigrationSums>> others{}; // By currency.
};
BOOST_DESCRIBE_STRUCT(
    MigrationPreview,
    (),
    (preview,
     services,
     changed,
     scheduled,
     refused,
     first_moves_on,
     last_moves_on,
     items,
     left_out,
     currency,
     others)
)

inline constexpr std::size_t migration_items_max = 10'000;

// A run whose body is a PlanMigration. migration_preview: what it would come to, as a
// MigrationPreview; changes nothing. migrate: just what the preview that it names said, as a
// ChangeReport; refused with figures_moved when the preview of now is another one, and each
// command does what was previewed or nothing. Blocks until all are answered. A run that was cut off
// is taken up again by a new preview: what was done already is not in it.
Result<std::string> run_migration(Partition& partition, const RunOrder& order);

} // namespace tollbook::api
