#include "commands/billing/renewal.hpp"
#include "commands/billing/run_plan.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/services/service_end.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// With figures to be kept, what a wallet pays for first must have been dealt with before: what it
// took is not in them.
Status check_first(Decision& decision, const std::string& service, const ServiceRow& row) {
    for (const std::string& other : services_in_order(decision, row.customer)) {
        if (other == service) break;
        const ServiceRow& before = *decision.book().services.find(decision.key(other));
        if (is_due(decision, other, before) && plan_run(decision, other, before).acts())
            return Error{Errc::figures_moved, other + " comes first"};
    }
    return Done{};
}

Status check_expected_renewal(const ExpectedRenewal& expected, const RunPlan& plan) {
    const Date from = plan.due.periods.front().period.from;
    if (from != expected.from)
        return Error{Errc::figures_moved, "the period begins on " + to_string(from)};
    if (plan.due.minor != expected.minor)
        return Error{Errc::figures_moved, "the price is " + std::to_string(plan.due.minor)};
    const bool covered = is_covered(plan.outcome);
    if (covered != expected.covered)
        return Error{Errc::figures_moved, covered ? "the wallet covers it" : "the wallet is short"};
    if (names_of(plan.turn) != expected.steps.value_or(std::vector<std::string>{}))
        return Error{Errc::figures_moved, "other steps are due"};
    return Done{};
}

// Charges a service, cuts it, takes the steps of dunning that are due, or ends it.
Status renew(
    Decision& decision,
    const RenewService& command,
    const std::string& service,
    const ServiceRow& row
) {
    const RunPlan plan = plan_run(decision, service, row);
    const bool is_held_to = command.expected && service == command.service;
    if (is_held_to && plan.outcome != BillingOutcome::parked)
        if (const Status same = check_expected_renewal(*command.expected, plan); !same) return same;
    return carry_out(decision, service, row, plan);
}

// A reason that a person may set.
Status check_given_reason(const std::string& reason) {
    if (const Status status = check_reason(reason); !status) return status;
    if (reason == paused_reason || reason == ended_reason)
        return Error{Errc::reason_reserved, reason};
    return Done{};
}

} // namespace

void lift(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
) {
    std::vector<std::string> blocks = row.blocks;
    std::erase(blocks, reason);
    const bool left_unpaid = only_unpaid(blocks);
    decision.add(
        "service:" + service,
        ServiceReinstated{
            service, row.customer, row.site, reason, std::move(blocks), std::nullopt, std::nullopt}
    );
    if (!left_unpaid) return;
    ServiceRow unpaid = row;
    unpaid.blocks = {"unpaid"};
    reconnect(decision, service, unpaid, std::nullopt);
}

Status decide(Decision& decision, const RenewService& command) {
    const ServiceRow* wanted = decision.book().services.find(decision.key(command.service));
    if (wanted == nullptr) return Error{Errc::service_unknown, command.service};
    if (has_ended(*wanted)) return Error{Errc::service_ended, command.service};
    if (wanted->renews_on > decision.today())
        return Error{Errc::service_not_due, "due on " + to_string(wanted->renews_on)};
    const Date today = decision.today();
    const bool due = is_due(decision, command.service, *wanted);
    const bool is_cut = only_unpaid(wanted->blocks) && !is_ending(*wanted, today);
    if (!due && !is_promised(*wanted, today) && (!is_cut || command.expected))
        return Error{Errc::service_blocked, command.service};
    if (is_cut && !due) return renew(decision, command, command.service, *wanted);
    if (command.expected)
        if (const Status first = check_first(decision, command.service, *wanted); !first)
            return first;

    for (const std::string& service : services_in_order(decision, wanted->customer)) {
        const ServiceRow& row = *decision.book().services.find(decision.key(service));
        const bool last = service == command.service;
        if (last || is_due(decision, service, row)) {
            const Status status = renew(decision, command, service, row);
            if (!status && last) return status; // Another's trouble is not this one's.
        }
        if (last) break;
    }
    return Done{};
}

Status decide(Decision& decision, const SuspendService& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    if (const Status status = check_given_reason(command.reason); !status) return status;
    if (has_ended(*row)) return Error{Errc::service_ended, command.service};
    if (holds(row->blocks, command.reason)) return Error{Errc::service_blocked, command.reason};
    add_suspension(decision, command.service, *row, command.reason);
    return Done{};
}

Status decide(Decision& decision, const SuspendCustomer& command) {
    if (const Status status = check_customer(decision, command.customer); !status) return status;
    if (const Status status = check_given_reason(command.reason); !status) return status;
    if (services_in_order(decision, command.customer).empty())
        return Error{Errc::service_unknown, command.customer};
    for (const std::string& service : services_in_order(decision, command.customer)) {
        const ServiceRow& row = *decision.book().services.find(decision.key(service));
        if (!has_ended(row) && !holds(row.blocks, command.reason))
            add_suspension(decision, service, row, command.reason);
    }
    if (decision.empty()) return Error{Errc::service_blocked, command.reason};
    return Done{};
}

Status decide(Decision& decision, const ReinstateService& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    if (command.reason == paused_reason || command.reason == ended_reason)
        return Error{Errc::reason_reserved, command.reason};
    if (!holds(row->blocks, command.reason))
        return Error{Errc::service_not_blocked, command.reason};
    lift(decision, command.service, *row, command.reason);
    return Done{};
}

} // namespace tollbook
