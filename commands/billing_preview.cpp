#include "commands/billing_preview.hpp"

#include "commands/renewal.hpp"

#include <algorithm>
#include <optional>

namespace tollbook {

namespace {

BillingOutcome outcome_of(Decision& decision, const std::string& service, const ServiceRow& row) {
    if (is_ending(row, decision.today())) return BillingOutcome::ended;
    const Result<bool> charged = charge_period(decision, service, row, std::nullopt);
    if (!charged) return BillingOutcome::parked;
    return *charged ? BillingOutcome::charged : BillingOutcome::cut;
}

// One decision for all of a customer's services: each is charged to what the ones before it leave.
void preview_customer(
    Decision& decision, std::span<const DueService> due, std::vector<BillingItem>& items
) {
    const std::size_t first = items.size();
    for (const DueService& service : due) {
        const ServiceRow* row = decision.book().services.find(decision.key(service.service));
        if (row == nullptr || !is_due(*row, decision.today())) continue;
        const PeriodPrice price = price_of_period(decision, service.service, *row);
        items.push_back(
            {service.service,
             row->customer,
             price.plan,
             price.plan_version,
             price.period.from,
             price.period.to,
             price.minor,
             outcome_of(decision, service.service, *row),
             row->changes}
        );
    }
    if (decision.check_sums()) return;
    for (std::size_t i = first; i < items.size(); ++i)
        items[i].outcome = BillingOutcome::parked;
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
