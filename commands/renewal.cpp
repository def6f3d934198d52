#include "commands/renewal.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

// Rolling: the period starts today and the old anchor is gone. Fixed: it starts where the last
// one ended; those that passed while the service was cut are not charged.
Period next_period(const Decision& decision, const ServiceRow& row, const PlanRow& plan) {
    const Date today = decision.today();
    if (decision.row().policies.renewal_anchor == "rolling")
        return period_from(today, plan, civil(today).day);
    Period period = period_from(row.renews_on, plan, row.anchor_day);
    while (!row.blocks.empty() && period.to <= today)
        period = period_from(period.to, plan, row.anchor_day);
    return period;
}

// A price of the plan, its tax included, as a line and what it moves.
void add_line(
    const Decision& decision,
    const ServiceRow& row,
    const PlanRow& plan,
    std::int64_t price_minor,
    ChargeLine line,
    WalletCharged& charged
) {
    const NetAndTax price = split_tax_included(price_minor, plan.tax_percent);
    line.plan = row.plan;
    line.plan_version = row.plan_version;
    line.net = price.net;
    line.tax = price.tax;
    if (!plan.tax_code.empty()) line.tax_code = plan.tax_code;
    charged.lines.push_back(std::move(line));
    charged.postings.push_back(leg(decision, "revenue:" + row.plan, -price.net));
    if (price.tax != 0)
        charged.postings.push_back(leg(decision, "tax:" + plan.tax_code, -price.tax));
}

const PlanRow& plan_of(const Decision& decision, const ServiceRow& row) {
    const PlanRow* plan = decision.book().plans.find(
        book_key(decision.tenant(), row.plan, std::to_string(row.plan_version))
    );
    ensure(plan != nullptr);
    return *plan;
}

WalletCharged charge_of(
    const Decision& decision, const ServiceRow& row, const PlanRow& plan, const PeriodPrice& price
) {
    const Period& period = price.period;
    WalletCharged charged;
    charged.customer = row.customer;
    charged.minor = price.minor;
    charged.charge = price.charge;
    charged.postings.push_back(leg(decision, "wallet:" + row.customer, charged.minor));
    ChargeLine line;
    line.component = "period";
    line.service_from = period.from;
    line.service_to = period.to;
    add_line(decision, row, plan, plan.price_minor, std::move(line), charged);
    line = {};
    line.component = "setup";
    if (row.setup_minor > 0)
        add_line(decision, row, plan, row.setup_minor, std::move(line), charged);
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

PeriodPrice price_of_period(
    const Decision& decision, const std::string& service, const ServiceRow& row
) {
    const PlanRow& plan = plan_of(decision, row);
    const Period period = next_period(decision, row, plan);
    return {
        period,
        plan.price_minor + row.setup_minor,
        fmt::format("{}:period:{}:0", service, to_string(period.from))};
}

bool was_charged(const Decision& decision, const PeriodPrice& price) {
    return decision.book().charges.find(decision.key(price.charge)) != nullptr;
}

Result<bool> charge_period(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    const PeriodPrice price = price_of_period(decision, service, row);
    if (was_charged(decision, price)) return Error{Errc::charge_exists, price.charge};
    WalletCharged charged = charge_of(decision, row, plan_of(decision, row), price);
    charged.service = service;
    auto lots = take(decision.wallet(row.customer), charged.minor);
    if (!lots) return false;
    charged.lots = std::move(*lots);

    ServiceRenewed renewed{
        service, row.customer, price.charge, price.period.from, price.period.to, std::nullopt};
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
