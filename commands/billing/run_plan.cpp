#include "commands/billing/run_plan.hpp"

#include "commands/invoicing/invoicing.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/services/service_end.hpp"

namespace tollbook {

namespace {

void refuse(RunPlan& plan, BillingOutcome outcome, Error refusal) {
    plan.outcome = outcome;
    plan.refusal = std::move(refusal);
}

// The wallet does not cover it: it is cut, unless a policy says what is done instead.
void plan_dunning(
    const Decision& decision, const std::string& service, const ServiceRow& row, RunPlan& plan
) {
    const bool is_cut = !row.blocks.empty();
    const Error short_of_money{Errc::insufficient_funds, service};
    plan.policy = dunning_policy(decision, row);
    if (!plan.policy && is_cut) return refuse(plan, BillingOutcome::waiting, short_of_money);
    plan.outcome = BillingOutcome::cut;
    if (!plan.policy) return;
    plan.turn = dunning_turn(decision, *plan.policy.rules, service, row, plan.owed_minor);
    if (plan.turn.empty() && is_cut) return refuse(plan, BillingOutcome::waiting, short_of_money);
    if (plan.turn.empty())
        return refuse(plan, BillingOutcome::waiting, {Errc::dunning_waits, service});
    if (plan.turn.ends)
        plan.outcome = BillingOutcome::ended;
    else if (!plan.turn.cuts)
        plan.outcome = BillingOutcome::dunned;
}

// What a price lacks to be covered; zero: it is.
std::int64_t owed_for(Decision& decision, const std::string& customer, std::int64_t minor) {
    if (is_invoiced(decision, customer)) return overdue_minor(decision, customer);
    settle(decision, customer);
    const WalletRow& wallet = decision.wallet(customer);
    return spendable(wallet) >= minor ? 0 : minor - available(wallet);
}

} // namespace

bool is_covered_again(const Decision& decision, const std::string& service, const ServiceRow& row) {
    if (!only_unpaid(row.blocks)) return false;
    const bool pays_by_invoice = is_invoiced(decision, row.customer);
    const WalletRow* wallet = decision.book().wallets.find(decision.key(row.customer));
    if (!pays_by_invoice && (wallet == nullptr || spendable(*wallet) + held(*wallet) <= 0))
        return false; // As most of them are.
    const DuePrice due = price_of_due(decision, service, row);
    if (due.undecided || charged_before(decision, due) != nullptr) return false;
    Decision trial = decision;
    return owed_for(trial, row.customer, due.minor) == 0;
}

RunPlan plan_run(Decision& decision, const std::string& service, const ServiceRow& row) {
    RunPlan plan;
    plan.due = price_of_due(decision, service, row);
    plan.outcome = BillingOutcome::ended;
    if (is_ending(row, decision.today())) return plan;
    if (const std::string* charge = charged_before(decision, plan.due)) {
        refuse(plan, BillingOutcome::parked, {Errc::charge_exists, *charge});
        return plan;
    }
    plan.owed_minor = owed_for(decision, row.customer, plan.due.minor);
    plan.outcome =
        is_invoiced(decision, row.customer) ? BillingOutcome::invoiced : BillingOutcome::charged;
    if (plan.owed_minor == 0 && plan.due.undecided)
        refuse(plan, BillingOutcome::parked, {Errc::backlog_undecided, service});
    if (plan.owed_minor == 0) return plan;
    if (is_promised(row, decision.today()))
        refuse(plan, BillingOutcome::waiting, {Errc::insufficient_funds, service});
    else
        plan_dunning(decision, service, row, plan);
    return plan;
}

Status carry_out(
    Decision& decision, const std::string& service, const ServiceRow& row, const RunPlan& plan
) {
    if (plan.refusal) return *plan.refusal;
    if (is_ending(row, decision.today())) {
        end_service(decision, service, row, "scheduled");
        return Done{};
    }
    if (is_covered(plan.outcome)) {
        charge_covered(decision, service, row, plan.due, std::nullopt);
        if (only_unpaid(row.blocks))
            decision.add(
                "service:" + service,
                ServiceReinstated{
                    service, row.customer, row.site, unpaid_reason, {}, std::nullopt, std::nullopt}
            );
        return Done{};
    }
    if (plan.policy)
        take_turn(decision, plan.policy, service, row, plan.turn, plan.owed_minor);
    else
        add_suspension(decision, service, row, unpaid_reason);
    return Done{};
}

} // namespace tollbook
