// How what is due for a service is charged: from the wallet, or on an invoice.
#include "commands/billing/charge_lines.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/catalogue/addon_change.hpp"
#include "commands/catalogue/addons.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/taxes/wallet_taxes.hpp"
#include "ledger/ensure.hpp"

namespace tollbook {

namespace {

std::vector<PricedLine> lines_of(const PeriodPrice& price) {
    constexpr std::string_view setup = "setup";
    std::vector<PricedLine> lines;
    const auto add = [&](PricedLine line) {
        if (line.minor > 0) lines.push_back(line);
    };
    add({"period", price.plan, price.plan_version, 1, price.period_minor, price.period});
    add({setup, price.plan, price.plan_version, 1, price.setup_minor, {}});
    for (const AddonPrice& addon : price.addons) {
        const auto& [plan, version, quantity, minor, setup_minor] = addon;
        add({addon_component, plan, version, quantity, minor, price.period});
        add({setup, plan, version, 1, setup_minor, {}});
    }
    return lines;
}

DraftLine draft_line_of(
    const Decision& decision, const std::string& service, const PricedLine& priced
) {
    DraftLine line = draft_line(priced, plan_row(decision, priced.plan, priced.plan_version));
    line.description = quantity_text(priced.plan, priced.quantity);
    line.service = service;
    return line;
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
    charged.lines = taxed_lines(decision, row.customer, lines_of(price));
    for (const ChargeLine& line : charged.lines)
        add_legs(decision, line, charged.postings);
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

namespace {

// On the customer's next invoice: the price includes its tax.
void invoice_days(
    Decision& decision, const std::string& service, const ServiceRow& row, const PeriodPrice& price
) {
    std::vector<DraftLine> lines;
    for (const PricedLine& line : lines_of(price))
        lines.push_back(draft_line_of(decision, service, line));
    draft_period(decision, row.customer, service, price.charge, std::move(lines));
}

// Takes what is known to be covered.
Taken take_covered(Decision& decision, const std::string& customer, std::int64_t minor) {
    std::optional<Taken> taken = take_price(decision.wallet(customer), minor);
    ensure(taken.has_value());
    return std::move(*taken);
}

void invoice_fee(
    Decision& decision, const std::string& service, const ServiceRow& row, const LateFee& fee
) {
    DraftLine line;
    line.component = late_fee_component;
    line.minor = fee.minor;
    line.service = service;
    draft_period(decision, row.customer, service, fee.charge, {std::move(line)});
}

void charge_fee(
    Decision& decision, const std::string& service, const ServiceRow& row, const LateFee& fee
) {
    if (is_invoiced(decision, row.customer)) return invoice_fee(decision, service, row, fee);
    Taken taken = take_covered(decision, row.customer, fee.minor);
    WalletCharged charged;
    charged.charge = fee.charge;
    charged.customer = row.customer;
    charged.service = service;
    charged.minor = fee.minor;
    charged.lots = std::move(taken.lots);
    charged.overdrawn = taken.overdrawn;
    charged.postings.push_back(leg(decision, "wallet:" + row.customer, fee.minor));
    charged.postings.push_back(leg(decision, "fee", -fee.minor));
    ChargeLine line;
    line.component = late_fee_component;
    line.net = fee.minor;
    charged.lines.push_back(std::move(line));
    decision.add("wallet:" + row.customer, std::move(charged));
}

void charge_period(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const PeriodPrice& price,
    const std::optional<Cause>& cause
) {
    change_addons(decision, service, row, price.period.from);
    if (price.changes_plan) change_plan(decision, service, row, price, std::nullopt);
    if (price.skipped)
        decision.add(
            "service:" + service,
            PeriodsForgiven{
                service,
                row.customer,
                price.skipped->days.from,
                price.skipped->days.to,
                price.skipped->count,
                price.skipped->reason,
                price.skipped->anchor_day}
        );
    ServiceRenewed renewed{
        service, row.customer, price.charge, price.period.from, price.period.to, std::nullopt};
    if (cause) renewed.payment = cause->payment;
    if (is_invoiced(decision, row.customer))
        invoice_days(decision, service, row, price);
    else
        charge_days(
            decision, service, row, price, take_covered(decision, row.customer, price.minor)
        );
    decision.add("service:" + service, std::move(renewed));
}

} // namespace

void charge_covered(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const DuePrice& due,
    const std::optional<Cause>& cause
) {
    for (const LateFee& fee : due.fees)
        charge_fee(decision, service, row, fee);
    remove_ending_addons(decision, service, row, due.periods.front().period.from);
    charge_period(decision, service, row, due.periods.front(), cause);
    ServiceRow renewed = row;
    for (std::size_t i = 1; i < due.periods.size(); ++i) {
        renewed = renewed_row(std::move(renewed), due.periods[i - 1]);
        charge_period(decision, service, renewed, due.periods[i], cause);
    }
}

} // namespace tollbook
