// A small provider for the tests: one tenant, two customers, and words for what happens to them.
#pragma once

#include "commands/commands.hpp"
#include "tests/support/spec.hpp"

#include <set>
#include <string>
#include <vector>

namespace tollbook {

inline constexpr const char* tenant_id = "kiota";

// The refusals that any test has seen in this process.
std::set<Errc>& refusals_seen();

Timestamp at(std::string_view text); // "2026-11-20T06:00:00Z"
Date day(std::string_view text);     // "2026-11-20"
Currency kes();

TenantOpened tenant_opened();
TestClockAdvanced clock_at(std::string_view text);
PlanDefined plan(const std::string& code, std::int64_t price_minor, std::int64_t tax_percent = 0);
CustomerRegistered customer(const std::string& id);
RouterRegistered router(const std::string& id);

// On plan HOME10 (1,500.00 without tax).
ServiceAdded service(
    const std::string& id,
    const std::string& customer,
    std::string_view renews_on,
    std::vector<std::string> blocks = {}
);

ServiceSuspended cut(const std::string& id, const std::string& customer);

SiteRequested site(const std::string& id, const std::string& customer);

// The test clock moves to noon in Nairobi of this day.
Spec& on(Spec& book, std::string_view day);

// Of ten legs at most: account and amount, in shillings' cents.
struct Leg {
    std::string account;
    std::int64_t minor{};
};

Postings legs(const std::vector<Leg>& legs);

// The tenant on 20 November 2026, 09:00 in Nairobi; plans HOME10 and BIZ50 (6,500.00 with 16 %
// tax), router rtr-01, customers A, B and C whose payment references are their ids.
Story world();

// The same provider with renewal_anchor "fixed".
Story fixed_world();

// A-1 on HOME10 is paid from 20 November to 20 December; 10,000.00 are left in the wallet of A.
struct PaidService : Spec {
    explicit PaidService(const Story& provider = world());

    // The service, and what will pay for it.
    static Story first_days();
};

// A callback of a payment into pay bill 600901, as M-Pesa posts it.
struct Callback {
    std::string receipt;
    std::string amount;
    std::string reference;
    std::string time{"20261120085900"};
    std::string shortcode{"600901"};
    std::string payer{"2547 ***** 899"};
    std::string arrival{"a1"};
};

std::string raw_of(const Callback& callback);
RecordCallback told(const Callback& callback);
RecordCallback delivered(const std::string& raw, const std::string& arrival = "a1");

RecordPayment typed(
    const std::string& receipt,
    const std::string& customer,
    std::int64_t minor,
    const std::string& channel = "till:main"
);

// What such a callback makes of the book when it is posted.
PaymentReceived received(
    const std::string& receipt, const std::string& customer, std::int64_t minor
);
PaymentReceived suspended(const std::string& receipt, std::int64_t minor);
ArrivalResolved resolved(const Callback& callback, Outcome outcome);

// A month of HOME10 from `from`, paid with `lots`.
WalletCharged month(
    const std::string& service,
    const std::string& customer,
    std::string_view from,
    std::vector<LotTaken> lots
);

} // namespace tollbook
