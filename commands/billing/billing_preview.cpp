#include "commands/billing/billing_preview.hpp"

#include "commands/billing/run_plan.hpp"
#include "commands/customers/currencies.hpp"

#include <algorithm>
#include <optional>

namespace tollbook {

namespace {

// The line, and for what is charged the wallet as it is then.
BillingItem item_of(Decision& decision, const std::string& service, const ServiceRow& row) {
    const RunPlan plan = plan_run(decision, service, row);
    const PeriodPrice& first = plan.due.periods.front();
    BillingItem item{
        service,
        row.customer,
        first.plan,
        first.plan_version,
        first.period.from,
        plan.due.periods.back().period.to,
        plan.due.minor,
        plan.outcome,
        row.changes};
    item.currency = other_currency(decision.book(), decision.tenant(), row.customer);
    if (!plan.turn.steps.empty()) item.steps = names_of(plan.turn);
    if (plan.outcome == BillingOutcome::parked) item.reason = info(plan.refusal->code).slug;
    if (is_covered(plan.outcome)) charge_covered(decision, service, row, plan.due, std::nullopt);
    return item;
}

// One decision for all of a customer's services: each is charged to what the ones before it leave.
void preview_customer(
    Decision& decision, std::span<const DueService> due, std::vector<BillingItem>& items
) {
    const std::size_t first = items.size();
    for (const DueService& service : due) {
        const ServiceRow* row = decision.book().services.find(decision.key(service.service));
        if (row == nullptr || !is_due(decision, service.service, *row)) continue;
        items.push_back(item_of(decision, service.service, *row));
    }
    if (decision.check_sums()) return;
    for (std::size_t i = first; i < items.size(); ++i) {
        items[i].outcome = BillingOutcome::parked;
        items[i].steps.reset();
        items[i].reason = info(Errc::amount_overflow).slug;
    }
}

} // namespace

std::vector<BillingItem> preview_billing(
    const Book& book,
    std::string_view tenant,
    Timestamp recorded_at,
    std::span<const DueService> due
) {
    std::vector<BillingItem> items;
    while (!due.empty()) {
        const auto of_another = [&](const DueService& service) {
            return service.customer != due.front().customer;
        };
        const auto end = std::ranges::find_if(due, of_another);
        const auto count = static_cast<std::size_t>(end - due.begin());
        Decision decision(book, tenant, recorded_at);
        preview_customer(decision, due.first(count), items);
        due = due.subspan(count);
    }
    return items;
}

std::string preview_hash(std::span<const BillingItem> items) {
    std::string text;
    for (const BillingItem& item : items) {
        write_json(text, item);
        text += '\n';
    }
    return hex(sha256(text));
}

} // namespace tollbook
