#include "commands/renewal.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

struct Period {
    Date from;
    Date to;
};

// Rolling: the period starts today and the old anchor is gone. Fixed: it starts where the last
// one ended; months that passed while the service was cut are not charged.
Period next_period(const Decision& decision, const ServiceRow& row) {
    const Date today = decision.today();
    if (decision.row().policies.renewal_anchor == "rolling") return {today, next_month(today)};
    Period period{row.renews_on, next_month(row.renews_on, row.anchor_day)};
    while (!row.blocks.empty() && period.to <= today)
        period = {period.to, next_month(period.to, row.anchor_day)};
    return period;
}

WalletCharged charge_of(
    const Decision& decision, const ServiceRow& row, const PlanRow& plan, const Period& period
) {
    const NetAndTax price = split_tax_included(plan.price_minor, plan.tax_percent);
    WalletCharged charged;
    charged.customer = row.customer;
    charged.minor = plan.price_minor;
    ChargeLine line{
        "period",
        row.plan,
        row.plan_version,
        price.net,
        std::nullopt,
        price.tax,
        period.from,
        period.to};
    if (!plan.tax_code.empty()) line.tax_code = plan.tax_code;
    charged.lines.push_back(std::move(line));
    charged.postings.push_back(leg(decision, "wallet:" + row.customer, plan.price_minor));
    charged.postings.push_back(leg(decision, "revenue:" + row.plan, -price.net));
    if (price.tax != 0)
        charged.postings.push_back(leg(decision, "tax:" + plan.tax_code, -price.tax));
    return charged;
}

} // namespace

bool only_unpaid(const std::vector<std::string>& blocks) {
    return blocks.size() == 1 && blocks.front() == "unpaid";
}

std::vector<std::string> services_in_order(const Decision& decision, const std::string& customer) {
    const CustomerRow* row = decision.book().customers.find(decision.key(customer));
    ensure(row != nullptr);
    std::vector<std::string> services = row->services;
    const auto due = [&](const std::string& service) {
        return decision.book().services.find(decision.key(service))->renews_on;
    };
    std::ranges::sort(services, [&](const std::string& a, const std::string& b) {
        const Date due_a = due(a);
        const Date due_b = due(b);
        return due_a != due_b ? due_a < due_b : natural_less(a, b);
    });
    return services;
}

Result<bool> charge_period(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    const Book& book = decision.book();
    const PlanRow* plan =
        book.plans.find(book_key(decision.tenant(), row.plan, std::to_string(row.plan_version)));
    ensure(plan != nullptr);
    const Period period = next_period(decision, row);
    WalletCharged charged = charge_of(decision, row, *plan, period);
    charged.charge = fmt::format("{}:period:{}:0", service, to_string(period.from));
    charged.service = service;
    if (book.charges.find(decision.key(charged.charge)) != nullptr)
        return Error{Errc::charge_exists, charged.charge};
    auto lots = take(decision.wallet(row.customer), plan->price_minor);
    if (!lots) return false;
    charged.lots = std::move(*lots);

    ServiceRenewed renewed{
        service, row.customer, charged.charge, period.from, period.to, std::nullopt};
    if (cause) renewed.payment = cause->payment;
    decision.add("wallet:" + row.customer, std::move(charged));
    decision.add("service:" + service, std::move(renewed));
    return true;
}

bool reconnect(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    const bool paid_for = row.renews_on > decision.today();
    if (!paid_for) {
        const Result<bool> charged = charge_period(decision, service, row, cause);
        if (!charged || !*charged) return false;
    }
    ServiceReinstated reinstated{
        service, row.customer, row.site, "unpaid", {}, std::nullopt, std::nullopt};
    if (cause) {
        reinstated.payment = cause->payment;
        reinstated.paid_at = cause->paid_at;
    }
    decision.add("service:" + service, std::move(reinstated));
    return true;
}

void reconnect_paid(
    Decision& decision, const std::string& customer, const std::optional<Cause>& cause
) {
    for (const std::string& service : services_in_order(decision, customer)) {
        const ServiceRow& row = *decision.book().services.find(decision.key(service));
        if (only_unpaid(row.blocks)) reconnect(decision, service, row, cause);
    }
}

} // namespace tollbook
