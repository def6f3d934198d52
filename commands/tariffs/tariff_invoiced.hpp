#pragma once

#include "commands/decision.hpp"
#include "commands/tariffs/tariff_days.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// A correction of the price of a service's days.
struct TariffTerms {
    const CorrectTariff& command;
    TariffDays days; // At the version that was wrong.
    const PlanRow& from;
    const PlanRow& to;
    std::string customer; // Who stands for the service's customer.
};

// Charges the wallet for days at the other version, for more than nothing; the charge's id.
using ChargeWalletDays = std::function<std::string(Period days, std::int64_t minor)>;

// The id of a charge of these days: the first number that none has had, also in this decision.
std::string tariff_charge(Decision& decision, const TariffDays& of, Date from);

// Corrects the days that stand on the invoices of the command, one after the other. What is issued:
// a credit note over just these days of each line, and a line for the same days at the other
// version on the draft of the customer's next invoice, or, if it does not pay by invoice any more,
// a charge of its wallet. What is a draft: its lines are changed, and one that none is left on is
// discarded. What is charged anew on an invoice is what comes back of it, by the new price over the
// old one, rounded once, halves up. Refuses with invoice_unknown, invoice_not_open (written off),
// value_out_of_range (none of these days stand there), tariff_unclear and amount_overflow.
Result<std::vector<CorrectedInvoice>> correct_invoices(
    Decision& decision, const TariffTerms& terms, const ChargeWalletDays& charge_wallet
);

} // namespace tollbook
