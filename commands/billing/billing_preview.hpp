#pragma once

#include "commands/book.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// A service whose next period is due.
struct DueService {
    std::string service;
    std::string customer;
    Date renews_on;
    std::uint64_t changes{}; // With renews_on: names the state in which it was found.
};

// What a run comes to for a due service: its wallet covers the price; it goes on its customer's
// invoice; it is not covered, or an invoice is overdue, and the service is cut; it was to end with
// its period, or dunning ends it; something is wrong, nothing is done, and a person looks; steps of
// dunning are taken that do not cut it; or none is due, and nothing is done.
enum class BillingOutcome { charged, invoiced, cut, ended, parked, dunned, waiting };
BOOST_DESCRIBE_ENUM(BillingOutcome, charged, invoiced, cut, ended, parked, dunned, waiting)

// Whether the period is charged then, in one way or the other.
constexpr bool is_covered(BillingOutcome outcome) {
    return outcome == BillingOutcome::charged || outcome == BillingOutcome::invoiced;
}

// A line of a preview: the period [from, to) of a service (for one that was cut, all that must be
// paid at once) and its price, the set-up fee that waits for it, late fees and the tax included.
struct BillingItem {
    std::string service;
    std::string customer;
    std::string plan;
    std::uint32_t plan_version{};
    Date from;
    Date to;
    std::int64_t minor{};
    BillingOutcome outcome{};
    std::uint64_t changes{};                         // Of the service, as DueService has it.
    std::optional<std::vector<std::string>> steps{}; // Of dunning, that are taken.
    std::optional<std::string> reason{};             // Why it is parked: a slug of the error table.
    std::optional<Currency> currency{};              // The customer's, if it is not the tenant's.

    friend bool operator==(const BillingItem&, const BillingItem&) = default;
};
BOOST_DESCRIBE_STRUCT(
    BillingItem,
    (),
    (service,
     customer,
     plan,
     plan_version,
     from,
     to,
     minor,
     outcome,
     changes,
     steps,
     reason,
     currency)
)

// What renewing these would come to now, one after the other; what is not due any more is left out.
// The services of a customer stand together, in the order in which its wallet pays for them, and
// none of its due ones is missing. Changes nothing.
std::vector<BillingItem> preview_billing(
    const Book& book,
    std::string_view tenant,
    Timestamp recorded_at,
    std::span<const DueService> due
);

// Names a preview: any other due set, figure or outcome has another one. 64 hex digits.
std::string preview_hash(std::span<const BillingItem> items);

} // namespace tollbook
