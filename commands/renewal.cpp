#include "commands/renewal.hpp"

#include "commands/settling.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// A price of the plan, its tax included, as a line and what it moves.
void add_line(
    const Decision& decision,
    const PeriodPrice& price,
    std::int64_t minor,
    ChargeLine line,
    WalletCharged& charged
) {
    const PlanRow& plan = plan_row(decision, price.plan, price.plan_version);
    const NetAndTax split = split_tax_included(minor, plan.tax_percent);
    line.plan = price.plan;
    line.plan_version = price.plan_version;
    line.net = split.net;
    line.tax = split.tax;
    if (!plan.tax_code.empty()) line.tax_code = plan.tax_code;
    charged.lines.push_back(std::move(line));
    if (split.net != 0)
        charged.postings.push_back(leg(decision, "revenue:" + price.plan, -split.net));
    if (split.tax != 0)
        charged.postings.push_back(leg(decision, "tax:" + plan.tax_code, -split.tax));
}

// The site's profile is the plan's, unless somebody named another.
void change_profile(Decision& decision, const std::string& site, const std::string& profile) {
    const SiteRow* row = decision.book().sites.find(decision.key(site));
    ensure(row != nullptr);
    const bool is_live = row->phase == SitePhase::requested ||
                         row->phase == SitePhase::provisioned || row->phase == SitePhase::failed;
    if (!is_live || row->own_profile) return;
    decision.add("site:" + site, SiteProfileChanged{site, row->target, profile});
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

void charge_days(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const PeriodPrice& price,
    Taken taken
) {
    WalletCharged charged;
    charged.charge = price.charge;
    charged.customer = row.customer;
    charged.service = service;
    charged.minor = price.minor;
    charged.lots = std::move(taken.lots);
    charged.overdrawn = taken.overdrawn;
    charged.postings.push_back(leg(decision, "wallet:" + row.customer, charged.minor));
    ChargeLine line;
    line.component = "period";
    line.service_from = price.period.from;
    line.service_to = price.period.to;
    add_line(decision, price, price.period_minor, std::move(line), charged);
    line = {};
    line.component = "setup";
    const std::int64_t setup_minor = price.minor - price.period_minor;
    if (setup_minor > 0) add_line(decision, price, setup_minor, std::move(line), charged);
    decision.add("wallet:" + row.customer, std::move(charged));
}

void change_plan(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const PeriodPrice& price,
    std::optional<std::int32_t> anchor_day
) {
    decision.add(
        "service:" + service,
        PlanChanged{
            service,
            row.customer,
            row.plan,
            row.plan_version,
            price.plan,
            price.plan_version,
            price.period.from,
            anchor_day}
    );
    if (price.plan != row.plan) change_profile(decision, row.site, price.plan);
}

Result<bool> charge_period(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    const PeriodPrice price = price_of_period(decision, service, row);
    if (was_charged(decision, price)) return Error{Errc::charge_exists, price.charge};
    settle(decision, row.customer);
    auto taken = take_price(decision.wallet(row.customer), price.minor);
    if (!taken) return false;

    if (row.scheduled == Scheduled::plan_change)
        change_plan(decision, service, row, price, std::nullopt);
    ServiceRenewed renewed{
        service, row.customer, price.charge, price.period.from, price.period.to, std::nullopt};
    if (cause) renewed.payment = cause->payment;
    charge_days(decision, service, row, price, std::move(*taken));
    decision.add("service:" + service, std::move(renewed));
    return true;
}

bool reconnect(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    if (is_ending(row, decision.today())) return false;
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

namespace {

// Runs, and is due: its customer's promise is being kept.
void renew_promised(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const std::optional<Cause>& cause
) {
    if (!is_promised(row, decision.today()) || row.renews_on > decision.today()) return;
    if (is_ending(row, decision.today())) return;
    // Money is never refused because of a service: what is wrong with it stays as it is.
    static_cast<void>(charge_period(decision, service, row, cause));
}

} // namespace

void reconnect_paid(
    Decision& decision, const std::string& customer, const std::optional<Cause>& cause
) {
    for (const std::string& service : services_in_order(decision, customer)) {
        const ServiceRow& row = *decision.book().services.find(decision.key(service));
        if (only_unpaid(row.blocks))
            reconnect(decision, service, row, cause);
        else
            renew_promised(decision, service, row, cause);
    }
}

} // namespace tollbook
