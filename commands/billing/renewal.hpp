#pragma once

#include "commands/billing/billing_period.hpp"
#include "commands/decision.hpp"
#include "commands/dunning/dunning.hpp"
#include "commands/wallets/wallet.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// The payment that made something happen.
struct Cause {
    std::string payment;
    Timestamp paid_at;
};

// The services of a customer, oldest due first, then lowest service number: the order in which one
// wallet pays for them.
std::vector<std::string> services_in_order(const Decision& decision, const std::string& customer);

// The component of a late fee's line, and of its charge's id.
inline constexpr std::string_view late_fee_component = "late_fee";

// Days before a period that its policy gives up.
struct SkippedDays {
    Period days;
    std::uint32_t count{}; // Whole periods in them.
    ForgivenTime reason{};
    std::int32_t anchor_day{};
};

// What an add-on costs for a period; `setup_minor` is the set-up fee that waits for it.
struct AddonPrice {
    std::string addon;
    std::uint32_t plan_version{};
    std::uint32_t quantity{};
    std::int64_t minor{};
    std::int64_t setup_minor{};
};

// The component of an add-on's line.
inline constexpr std::string_view addon_component = "addon";

// The service's next period and what it costs: its add-ons are in it, the set-up fees that wait for
// it, and tax.
struct PeriodPrice {
    Period period;
    std::string plan;
    std::uint32_t plan_version{};
    std::int64_t period_minor{};
    std::int64_t setup_minor{};
    std::vector<AddonPrice> addons{};
    std::int64_t minor{}; // All of it.
    std::string charge;   // The id that its charge has.
    std::optional<SkippedDays> skipped{};
    bool changes_plan{}; // The change that is scheduled takes effect with it.
};

// What must be paid for a service to go on, all of it together: a period, or for one that was cut
// each that passed, and the late fees.
struct DuePrice {
    std::vector<PeriodPrice> periods;
    std::vector<LateFee> fees;
    std::int64_t minor{};
    bool undecided{}; // A person must say what becomes of periods that passed.
};

// Whether periods follow each other by an anchor day; else each begins on the day it is paid.
bool is_fixed(const Decision& decision);

// The version of a plan. It exists.
const PlanRow& plan_row(const Decision& decision, const std::string& plan, std::uint32_t version);

// The id of the charge of these days.
std::string period_charge(const std::string& service, const PaidPeriod& paid);

// The id of a charge for days from `from` on, the first that this service can have.
std::string charge_id(const std::string& service, const ServiceRow& row, Date from);

// Whether it runs on its customer's word that it will be paid.
bool is_promised(const ServiceRow& row, Date today);

// Whether it ends instead of being renewed.
bool is_ending(const ServiceRow& row, Date today);

// Whether a run deals with it today: its days are over, and it runs without a promise, or ends, or
// dunning goes on with it, or it was cut and nothing is missing any more.
bool is_due(const Decision& decision, std::string_view service, const ServiceRow& row);

DuePrice price_of_due(const Decision& decision, const std::string& service, const ServiceRow& row);

// The whole periods that passed since it fell due, and where the one of today begins.
struct Backlog {
    std::uint32_t count{};
    Date to;
};

Backlog backlog_of(const Decision& decision, std::string_view service, const ServiceRow& row);

// Whether a person must say what becomes of them before anything is charged.
bool is_undecided(
    const Decision& decision,
    std::string_view service,
    const ServiceRow& row,
    const DunningPolicyRow& rules
);

// The charge of one of its periods that exists. Then nothing is charged for it again, and a person
// looks why it is due all the same. Null: there is none.
const std::string* charged_before(const Decision& decision, const DuePrice& due);

// Charges what is due for a service, the late fees and with its first period the set-up fee: from
// the wallet, or on the next invoice of a customer that pays so. wallet_charged or period_drafted,
// and service_renewed. False, and nothing added, when the wallet does not cover all of it, or an
// invoice is overdue. Refuses with charge_exists when such a period has been charged, and with
// backlog_undecided. A change of plan that waited for it takes effect before.
Result<bool> charge_due(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
);

// The row as it is when that was charged.
ServiceRow renewed_row(ServiceRow row, const PeriodPrice& price);

// The same without looking: what is due is covered, and none of it was charged.
void charge_covered(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const DuePrice& due,
    const std::optional<Cause>& cause
);

// A service that the events so far changed: the row as they leave it.
struct ChangedService {
    std::string service;
    std::optional<ServiceRow> row; // None: it has ended.
};

// After money came in: it pays the invoices that are due, at last those that are not due yet. In
// between, every service of the customer whose only reason is `unpaid` is renewed and reinstated if
// that is covered, else passed over; so is one that runs on a promise, or while dunning has not cut
// it yet. One that is paid for beyond today is reinstated without a charge. Money is never refused
// because of a service: one whose period was charged already is passed over too, and the money
// stays in the wallet.
void reconnect_paid(
    Decision& decision,
    const std::string& customer,
    const std::optional<Cause>& cause,
    const std::optional<ChangedService>& changed = std::nullopt
);

// The same for one service that only `unpaid` holds, as in `row`. False: it stays off.
bool reconnect(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
);

// After what a service costs was scheduled otherwise: brings it back if it is due, only `unpaid`
// holds it, as in `row`, and what is due is covered now.
void reconnect_due(Decision& decision, const std::string& service, const ServiceRow& row);

// Charges days of a plan that were priced, from what was taken: wallet_charged.
void charge_days(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const PeriodPrice& price,
    Taken taken
);

// Puts the service on the price's plan from its first day on; and its site on that profile.
void change_plan(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const PeriodPrice& price,
    std::optional<std::int32_t> anchor_day
);

// Whether a charge stands on an invoice: it is no wallet's.
bool is_on_invoice(const Decision& decision, const std::string& charge);

// Whether the days that its newest charge pays for stand on an invoice.
bool was_invoiced(const Decision& decision, const std::string& service, const ServiceRow& row);

// Whether a money-only block holds it: its one reason is `unpaid`.
bool only_unpaid(const std::vector<std::string>& blocks);

} // namespace tollbook
