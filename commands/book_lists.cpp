// What of a tenant runs look for.
#include "commands/billing/renewal.hpp"
#include "commands/book_decider.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/services/service_end.hpp"
#include "commands/wallets/top_ups.hpp"

#include <algorithm>

namespace tollbook {

Result<std::vector<DueService>> BookDecider::due_services(
    std::string_view tenant, Timestamp recorded_at
) const {
    if (book_.tenants.find(tenant) == nullptr)
        return Error{Errc::tenant_unknown, std::string(tenant.substr(0, 32))};
    const Decision decision(book_, tenant, recorded_at);
    const std::string prefix = std::string(tenant) + "/";
    std::vector<DueService> due;
    book_.services.for_each([&](std::string_view key, const ServiceRow& row) {
        if (!key.starts_with(prefix)) return;
        const std::string_view service = key.substr(prefix.size());
        if (!is_due(decision, service, row)) return;
        due.push_back({std::string(service), row.customer, row.renews_on, row.changes});
    });
    std::ranges::sort(due, [](const DueService& a, const DueService& b) {
        if (a.customer != b.customer) return natural_less(a.customer, b.customer);
        if (a.renews_on != b.renews_on) return a.renews_on < b.renews_on;
        return natural_less(a.service, b.service);
    });
    return due;
}

Date BookDecider::today(std::string_view tenant, Timestamp recorded_at) const {
    return Decision(book_, tenant, recorded_at).today();
}

Timestamp BookDecider::now(std::string_view tenant, Timestamp recorded_at) const {
    return Decision(book_, tenant, recorded_at).now();
}

std::vector<BillingHour> BookDecider::billing_hours(Timestamp recorded_at) const {
    std::vector<BillingHour> hours;
    book_.tenants.for_each([&](std::string_view tenant, const TenantRow& row) {
        if (!row.billing_from_hour) return;
        const Decision decision(book_, tenant, recorded_at);
        const Timestamp now = decision.now();
        const std::uint32_t hour = local_hour(now, decision.timezone_at(now));
        if (hour >= *row.billing_from_hour)
            hours.push_back({std::string(tenant), decision.today(), hour});
    });
    std::ranges::sort(hours, {}, &BillingHour::tenant);
    return hours;
}

Result<std::vector<std::string>> BookDecider::lapsed_wallets(
    std::string_view tenant, Timestamp recorded_at
) const {
    if (book_.tenants.find(tenant) == nullptr)
        return Error{Errc::tenant_unknown, std::string(tenant.substr(0, 32))};
    const Decision decision(book_, tenant, recorded_at);
    const std::string prefix = std::string(tenant) + "/";
    std::vector<std::string> customers;
    book_.wallets.for_each([&](std::string_view key, const WalletRow& row) {
        if (key.starts_with(prefix) && has_lapsed(row, decision.now(), decision.today()))
            customers.emplace_back(key.substr(prefix.size()));
    });
    std::ranges::sort(customers);
    return customers;
}

Result<std::vector<DueTopUp>> BookDecider::due_top_ups(
    std::string_view tenant, Timestamp recorded_at
) const {
    if (book_.tenants.find(tenant) == nullptr)
        return Error{Errc::tenant_unknown, std::string(tenant.substr(0, 32))};
    Decision decision(book_, tenant, recorded_at);
    const std::string prefix = std::string(tenant) + "/";
    std::vector<DueTopUp> due;
    book_.top_ups.for_each([&](std::string_view key, const TopUpRow& row) {
        if (!key.starts_with(prefix)) return;
        const std::string customer(key.substr(prefix.size()));
        for (const TopUpRule& rule : row.rules)
            if (is_due(decision, customer, rule)) due.push_back({customer, rule.rule, row.changes});
    });
    std::ranges::sort(due, [](const DueTopUp& a, const DueTopUp& b) {
        return a.customer != b.customer ? natural_less(a.customer, b.customer) : a.rule < b.rule;
    });
    return due;
}

namespace {

// Whether a service of the customer is still to be cut for `unpaid` by a run.
bool has_service_on(const Decision& decision, const std::string& customer) {
    const CustomerRow* row = decision.book().customers.find(decision.key(customer));
    return std::ranges::any_of(row->services, [&](const std::string& service) {
        const ServiceRow* of = decision.book().services.find(decision.key(service));
        return !has_ended(*of) && !holds(of->blocks, unpaid_reason) &&
               !is_promised(*of, decision.today()) &&
               !dunning_policy(decision, *of); // Which says itself when it is cut.
    });
}

} // namespace

Result<std::vector<std::string>> BookDecider::drafts_to_issue(std::string_view tenant) const {
    if (book_.tenants.find(tenant) == nullptr)
        return Error{Errc::tenant_unknown, std::string(tenant.substr(0, 32))};
    const std::string prefix = std::string(tenant) + "/";
    std::vector<std::string> invoices;
    book_.billing.for_each([&](std::string_view key, const BillingRow& row) {
        if (key.starts_with(prefix) && row.draft) invoices.push_back(*row.draft);
    });
    std::ranges::sort(invoices);
    return invoices;
}

Result<std::vector<std::string>> BookDecider::overdue_customers(
    std::string_view tenant, Timestamp recorded_at
) const {
    if (book_.tenants.find(tenant) == nullptr)
        return Error{Errc::tenant_unknown, std::string(tenant.substr(0, 32))};
    Decision decision(book_, tenant, recorded_at);
    const std::string prefix = std::string(tenant) + "/";
    std::vector<std::string> customers;
    book_.billing.for_each([&](std::string_view key, const BillingRow&) {
        if (!key.starts_with(prefix)) return;
        const std::string customer(key.substr(prefix.size()));
        if (is_overdue(decision, customer) && has_service_on(decision, customer))
            customers.push_back(customer);
    });
    std::ranges::sort(customers);
    return customers;
}

} // namespace tollbook
