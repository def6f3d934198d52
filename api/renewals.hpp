#pragma once

#include "api/run_order.hpp"
#include "commands/billing/billing_preview.hpp"
#include "ledger/events/billing_runs.hpp"
#include "ledger/partition.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook::api {

// What a renewal run came to. `cut`: suspended for `unpaid`. `ended`: it was to end with its
// period, or dunning ended it. `dunned`: steps of dunning were taken that did not cut it.
// `waiting`: no step is due yet. `settled`: found renewed or blocked by the time its turn came.
// `moved`: its figures were not those of the preview any more, so nothing was done. `parked`:
// something is wrong with it, and a person should look.
struct RenewalReport {
    std::uint64_t due{};
    std::uint64_t renewed{};
    std::uint64_t cut{};
    std::uint64_t ended{};
    std::uint64_t settled{};
    std::uint64_t moved{};
    std::uint64_t parked{};
    std::uint64_t failed{};
    std::uint64_t invoices{}; // That were issued.
    std::uint64_t overdue{};  // Customers who were cut because an invoice is overdue.
    std::uint64_t lapsed{};   // Wallets in which expired lots or holds that are over were booked.
    std::uint64_t position{}; // Seq of the last record it made; 0: none.
    std::uint64_t dunned{};
    std::uint64_t waiting{};
    std::uint64_t top_ups{};          // That were granted, or are asked for now.
    std::int64_t charged_minor{};     // To wallets, by this run, in the tenant's currency.
    std::int64_t invoiced_minor{};    // The same, put on invoices.
    std::optional<std::string> run{}; // Its name in the list of runs; none: it is not a new one.
    Currency currency{};              // The tenant's.
    std::optional<std::vector<RunSums>> others{}; // In other currencies, by currency.
};
BOOST_DESCRIBE_STRUCT(
    RenewalReport,
    (),
    (due,
     renewed,
     cut,
     ended,
     settled,
     moved,
     parked,
     failed,
     invoices,
     overdue,
     lapsed,
     position,
     dunned,
     waiting,
     top_ups,
     charged_minor,
     invoiced_minor,
     run,
     currency,
     others)
)

// The lines of a preview with something in common.
struct BillingSum {
    std::uint64_t services{};
    std::int64_t minor{};
};
BOOST_DESCRIBE_STRUCT(BillingSum, (), (services, minor))

// Those of a plan at its price in one currency.
struct PlanSum {
    std::string plan;
    std::uint32_t plan_version{};
    BillingSum charged;
    BillingSum invoiced;
    BillingSum cut;
    std::optional<Currency> currency{}; // None: the tenant's.
};
BOOST_DESCRIBE_STRUCT(PlanSum, (), (plan, plan_version, charged, invoiced, cut, currency))

// What customers of another currency than the tenant's come to, in that one.
struct BillingSums {
    Currency currency;
    BillingSum charged;
    BillingSum invoiced;
    BillingSum cut;
    BillingSum ended;
    BillingSum parked;
    BillingSum dunned;
    BillingSum waiting;
};
BOOST_DESCRIBE_STRUCT(
    BillingSums, (), (currency, charged, invoiced, cut, ended, parked, dunned, waiting)
)

struct BillingPreview {
    std::string preview; // Its hash, which a confirmation names.
    Currency currency;   // The tenant's: of the sums here.
    std::uint64_t due{}; // In all currencies.
    BillingSum charged;
    BillingSum invoiced; // They go on the next invoices of their customers.
    BillingSum cut;      // What they would have paid.
    BillingSum ended;
    BillingSum parked;
    BillingSum dunned;
    BillingSum waiting;
    std::vector<PlanSum> plans;
    std::vector<BillingItem> items; // The first preview_items_max; the sums and the hash have all.
    std::uint64_t left_out{};
    std::optional<std::vector<BillingSums>> others{}; // By currency.
};
BOOST_DESCRIBE_STRUCT(
    BillingPreview,
    (),
    (preview,
     currency,
     due,
     charged,
     invoiced,
     cut,
     ended,
     parked,
     dunned,
     waiting,
     plans,
     items,
     left_out,
     others)
)

inline constexpr std::size_t preview_items_max = 10'000;

// Adds what a command of a run came to.
void count(RenewalReport& report, const Result<Receipt>& answer);

// What renewing everything that is due would come to, a period for each service. Changes nothing.
// Commands go on meanwhile: the confirmation notices what they move.
Result<BillingPreview> preview_run(Partition& partition, const std::string& tenant);

// Renews what is due for a tenant now, each service by its own command, in the order in which one
// wallet pays for several; then issues invoices, cuts who is overdue, and books what lapsed in
// wallets (api/run_follow_up.hpp). Any number of runs may come at
// any time, also at once: a command's key names the service's state, so it happens once. A
// confirmation is refused with figures_moved when the preview of now is another one, and each of
// its commands does what was previewed or nothing. Blocks until all are answered.
Result<RenewalReport> run_renewals(Partition& partition, const RunOrder& order);

// Either, as JSON.
Result<std::string> run_order(Partition& partition, const RunOrder& order);

} // namespace tollbook::api
