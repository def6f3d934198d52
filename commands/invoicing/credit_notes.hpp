#pragma once

#include "commands/billing/billing_period.hpp"
#include "commands/decision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {

// So much of a line of an issued invoice, its taxes included. `days`: those that come back, up to
// the last one that stands; none: of no days in particular.
struct LineBack {
    std::uint32_t line{}; // 1, 2, 3 ...
    std::int64_t minor{};
    std::optional<Period> days{};
};

struct CreditNote {
    std::string credit_note; // Taken by no other.
    std::string invoice;     // Issued.
    std::vector<LineBack> lines;
    std::string reason;
};

// What is left of a line, its taxes included.
std::int64_t left_minor(const InvoiceLineRow& line);

// Takes lines back, under the next number of the invoice's entity, and tells its device; an invoice
// has one credit note in a decision. What had been paid of it, which goes back to the wallet: for
// the caller to use (reconnect_paid). Refuses with value_out_of_range and exceeds_invoice.
Result<std::int64_t> issue_credit_note(Decision& decision, const CreditNote& note);

} // namespace tollbook
