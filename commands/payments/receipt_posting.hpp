// What both ways in, a provider's callback and the cash desk, make of a receipt.
#pragma once

#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tollbook {

// A receipt to be posted, as either way in tells it.
struct NewReceipt {
    std::string payment;
    std::string channel;
    std::string receipt;
    std::int64_t minor{};
    Timestamp occurred_at;
    std::string customer;        // Empty: to suspense ...
    std::string suspense_reason; // ... for this reason.
    std::string reference_hash;
    ArrivalKind reported_by{};
};

// Credits the wallet or suspense; what was cut for `unpaid` comes back if the money covers it.
void post_receipt(Decision& decision, const NewReceipt& news, std::optional<Personal> payer);

// What an arrival says, for its resolution and for comparing it with what stands.
struct Arrival {
    std::string id;
    ArrivalKind kind{};
    std::string channel;
    std::string receipt;
    std::int64_t minor{};
    std::string payment; // That it tells of; empty: none.
};

void resolve_arrival(
    Decision& decision, const Arrival& arrival, Outcome outcome, const std::string& reason = {}
);

// Whose wallet a normalised reference reaches. Empty: nobody's.
std::string customer_of(const Decision& decision, const std::string& reference);

} // namespace tollbook
