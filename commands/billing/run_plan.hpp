#pragma once

#include "commands/billing/billing_preview.hpp"
#include "commands/billing/renewal.hpp"

#include <optional>
#include <string>

namespace tollbook {

// What a run would do for a service that is due: what a preview tells, and the run does.
struct RunPlan {
    BillingOutcome outcome{};
    DuePrice due;
    std::optional<Error> refusal{}; // Of parked and waiting: why nothing is done.
    AppliedPolicy policy{};
    std::int64_t owed_minor{}; // What the wallet lacks for what is due, or invoices overdue.
    DunningTurn turn{};

    // Whether something would be done.
    bool acts() const { return !refusal; }
};

// Books what lapsed in the wallet, for that is not there to be spent; adds nothing else.
RunPlan plan_run(Decision& decision, const std::string& service, const ServiceRow& row);

// Whether a service that only `unpaid` holds is covered by now: what it waited for came otherwise
// than as money (an opening balance, another policy, another way of paying).
bool is_covered_again(const Decision& decision, const std::string& service, const ServiceRow& row);

// Does it; refuses with its refusal.
Status carry_out(
    Decision& decision, const std::string& service, const ServiceRow& row, const RunPlan& plan
);

} // namespace tollbook
