// Runs of renewals: that they begin, and what they came to.
#pragma once

#include "ledger/json.hpp"
#include "ledger/money.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Somebody asked for it, or confirmed its preview, or its hour had come.
enum class RunTrigger { manual, confirmed, schedule };
BOOST_DESCRIBE_ENUM(RunTrigger, manual, confirmed, schedule)

// What became of the services that were due.
struct RunCounts {
    std::uint64_t due{};
    std::uint64_t renewed{};
    std::uint64_t cut{};
    std::uint64_t ended{};
    std::uint64_t dunned{};
    std::uint64_t waiting{};
    std::uint64_t settled{};
    std::uint64_t moved{};
    std::uint64_t parked{};
    std::uint64_t failed{};
    std::uint64_t invoices{}; // That were issued.
    std::uint64_t overdue{};  // Customers who were cut because an invoice is overdue.
    std::uint64_t lapsed{};   // Wallets in which something that lapsed was booked.
    std::uint64_t top_ups{};

    friend bool operator==(const RunCounts&, const RunCounts&) = default;
};
BOOST_DESCRIBE_STRUCT(
    RunCounts,
    (),
    (due,
     renewed,
     cut,
     ended,
     dunned,
     waiting,
     settled,
     moved,
     parked,
     failed,
     invoices,
     overdue,
     lapsed,
     top_ups)
)

// A service with which something is wrong, so that a person should look.
struct ParkedService {
    std::string service;
    std::string reason; // A slug of the error table.

    friend bool operator==(const ParkedService&, const ParkedService&) = default;
};
BOOST_DESCRIBE_STRUCT(ParkedService, (), (service, reason))

// What a run took in another currency than the tenant's.
struct RunSums {
    Currency currency;
    std::int64_t charged_minor{};
    std::int64_t invoiced_minor{};

    friend bool operator==(const RunSums&, const RunSums&) = default;
};
BOOST_DESCRIBE_STRUCT(RunSums, (), (currency, charged_minor, invoiced_minor))

// A run begins to do something. Records of its commands have its stream as their causation.
struct BillingRunStarted {
    static constexpr std::string_view type = "billing_run_started";
    static constexpr std::uint16_t schema_version = 1;
    std::string run; // Unlike any other of the tenant.
    RunTrigger trigger{};
    std::string by;
    std::optional<std::string> preview; // That was confirmed.
    Timestamp started_at;
    std::uint64_t due{}; // Services, then.

    friend bool operator==(const BillingRunStarted&, const BillingRunStarted&) = default;
};
BOOST_DESCRIBE_STRUCT(BillingRunStarted, (), (run, trigger, by, preview, started_at, due))

// A run that began is over without having told its end: its node died, or it failed. What it came
// to is what its records did; what became of the rest that was due, nobody knows any more.
struct BillingRunInterrupted {
    static constexpr std::string_view type = "billing_run_interrupted";
    static constexpr std::uint16_t schema_version = 2; // 1: in the tenant's currency alone.
    std::string run;
    RunTrigger trigger{};
    std::string by;
    std::optional<std::string> preview;
    Timestamp started_at;
    RunCounts counts;
    std::int64_t charged_minor{};
    std::int64_t invoiced_minor{};
    Currency currency;
    std::optional<std::vector<RunSums>> others{}; // By currency.

    friend bool operator==(const BillingRunInterrupted&, const BillingRunInterrupted&) = default;
};
BOOST_DESCRIBE_STRUCT(
    BillingRunInterrupted,
    (),
    (run, trigger, by, preview, started_at, counts, charged_minor, invoiced_minor, currency, others)
)

// A run in which something was due came to its end. It moves nothing: what it did stands in the
// events before it.
struct BillingRunFinished {
    static constexpr std::string_view type = "billing_run_finished";
    static constexpr std::uint16_t schema_version = 2; // 1: in the tenant's currency alone.
    std::string run; // As it began; of one that had nothing to do: names what it found.
    RunTrigger trigger{};
    std::string by;
    std::optional<std::string> preview; // That was confirmed.
    Timestamp started_at;
    RunCounts counts;
    std::int64_t charged_minor{};  // To wallets: periods, set-up fees, late fees; tax included.
    std::int64_t invoiced_minor{}; // The same, put on invoices.
    Currency currency;
    std::vector<ParkedService> parked;            // The first of those that are parked or failed.
    std::optional<std::vector<RunSums>> others{}; // By currency.

    friend bool operator==(const BillingRunFinished&, const BillingRunFinished&) = default;
};
BOOST_DESCRIBE_STRUCT(
    BillingRunFinished,
    (),
    (run,
     trigger,
     by,
     preview,
     started_at,
     counts,
     charged_minor,
     invoiced_minor,
     currency,
     parked,
     others)
)

} // namespace tollbook
