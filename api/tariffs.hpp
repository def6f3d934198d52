#pragma once

#include "api/change_report.hpp"
#include "api/run_order.hpp"
#include "commands/tariffs/tariff_preview.hpp"
#include "ledger/partition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook::api {

// What a correction comes to for those of one outcome.
struct TariffSum {
    std::uint64_t services{};
    std::int64_t credited_minor{};
    std::int64_t charged_minor{};
    std::int64_t minor{};      // What they pay more, less what comes back.
    std::int64_t owed_minor{}; // Of it, what wallets do not cover.
};
BOOST_DESCRIBE_STRUCT(TariffSum, (), (services, credited_minor, charged_minor, minor, owed_minor))

// The same for customers of another currency than the tenant's, in that one.
struct TariffSums {
    Currency currency;
    TariffSum corrected;
    TariffSum moved;
    TariffSum refused;
};
BOOST_DESCRIBE_STRUCT(TariffSums, (), (currency, corrected, moved, refused))

struct TariffPreview {
    std::string preview;       // Its hash, which a confirmation names.
    std::uint64_t services{};  // In all currencies.
    std::uint64_t customers{}; // The same.
    TariffSum corrected;
    TariffSum moved;
    TariffSum refused;
    std::vector<TariffItem> items; // The first tariff_items_max; sums and hash have all.
    std::uint64_t left_out{};
    std::uint64_t credit_notes{}; // Over issued invoices.
    std::uint64_t drafts{};       // That are changed, each counted with each of its services.
    Currency currency;            // The tenant's: of the sums here.
    std::optional<std::vector<TariffSums>> others{}; // By currency.
};
BOOST_DESCRIBE_STRUCT(
    TariffPreview,
    (),
    (preview,
     services,
     customers,
     corrected,
     moved,
     refused,
     items,
     left_out,
     credit_notes,
     drafts,
     currency,
     others)
)

inline constexpr std::size_t tariff_items_max = 10'000;

// A run whose body is a TariffCandidates. tariff_preview: what the correction would come to, as a
// TariffPreview; changes nothing. tariff: just what the preview that it names said, as a
// ChangeReport; refused with figures_moved when the preview of now is another one, and each command
// does what was previewed or nothing. Both refuse with projection_lag when the candidates are older
// than the book. Blocks until all are answered. A run that was cut off is taken up again by a new
// preview: what was corrected already is not in it.
Result<std::string> run_tariff(Partition& partition, const RunOrder& order);

} // namespace tollbook::api
