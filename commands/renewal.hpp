#pragma once

#include "commands/billing_period.hpp"
#include "commands/decision.hpp"
#include "commands/wallet.hpp"

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

// The service's next period and what it costs: the set-up fee that waits for it is in it, and tax.
struct PeriodPrice {
    Period period;
    std::string plan; // Another than the service's: a change is scheduled.
    std::uint32_t plan_version{};
    std::int64_t period_minor{};
    std::int64_t minor{};
    std::string charge; // The id that its charge has.
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

// Whether a run deals with it today: it runs, without a promise, or ends; and its days are over.
bool is_due(const ServiceRow& row, Date today);

PeriodPrice price_of_period(
    const Decision& decision, const std::string& service, const ServiceRow& row
);

// Then nothing is charged for it again, and a person looks why it is due all the same.
bool was_charged(const Decision& decision, const PeriodPrice& price);

// Charges the service's next period, and the set-up fee with its first, from the wallet:
// wallet_charged and service_renewed. False, and nothing added, when the wallet does not cover it.
// Refuses with charge_exists when that period has been charged. A change of plan that waited for it
// takes effect before.
Result<bool> charge_period(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
);

// After money came in: every service of the customer whose only reason is `unpaid` is renewed and
// reinstated if the wallet covers it, else passed over; so is one that runs on a promise. One that
// is paid for beyond today is reinstated without a charge. Money is never refused because of a
// service: one whose period was charged already is passed over too, and the money stays in the
// wallet.
void reconnect_paid(
    Decision& decision, const std::string& customer, const std::optional<Cause>& cause
);

// The same for one service that only `unpaid` holds, as in `row`. False: it stays off.
bool reconnect(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
);

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

// Whether a money-only block holds it: its one reason is `unpaid`.
bool only_unpaid(const std::vector<std::string>& blocks);

} // namespace tollbook
