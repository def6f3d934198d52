#pragma once

#include "commands/billing_period.hpp"
#include "commands/decision.hpp"

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
    std::int64_t minor{};
    std::string charge; // The id that its charge has.
};

PeriodPrice price_of_period(
    const Decision& decision, const std::string& service, const ServiceRow& row
);

// Then nothing is charged for it again, and a person looks why it is due all the same.
bool was_charged(const Decision& decision, const PeriodPrice& price);

// Charges the service's next period, and the set-up fee with its first, from the wallet:
// wallet_charged and service_renewed. False, and nothing added, when the wallet does not cover it.
// Refuses with charge_exists when that period has been charged.
Result<bool> charge_period(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
);

// After money came in: every service of the customer whose only reason is `unpaid` is renewed and
// reinstated if the wallet covers it, else passed over. One that is paid for beyond today is
// reinstated without a charge. Money is never refused because of a service: one whose period was
// charged already is passed over too, and the money stays in the wallet.
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

// Whether a money-only block holds it: its one reason is `unpaid`.
bool only_unpaid(const std::vector<std::string>& blocks);

} // namespace tollbook
