// The currency of a customer: all of its money is in that one, for ever.
#pragma once

#include "commands/decision.hpp"

#include <optional>
#include <string_view>

namespace tollbook {

// Of a customer that exists.
Currency currency_of(const Book& book, std::string_view tenant, std::string_view customer);

// The same, if it is not the tenant's.
std::optional<Currency> other_currency(
    const Book& book, std::string_view tenant, std::string_view customer
);

// Puts the legs of an event about a customer into its currency. Opening balances and settlements of
// entities come with theirs.
void place_currency(const Decision& decision, Event& event);

// M-Pesa money is in the tenant's currency. Refuses with currency_mismatch.
Status check_channel_currency(
    const Decision& decision, std::string_view channel, Currency currency
);

// Whether a customer's wallet takes what came there, in the currency that somebody named. Refuses
// with currency_mismatch.
Status check_receipt_currency(
    const Decision& decision,
    std::string_view customer,
    std::string_view channel,
    std::optional<Currency> named
);

// Of a payment to a customer: the customer's; to nobody, into suspense: the tenant's.
Currency currency_of_payment(const Decision& decision, std::string_view customer);

} // namespace tollbook
