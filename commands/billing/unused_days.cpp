#include "commands/billing/unused_days.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/taxes/taxed_days.hpp"
#include "commands/wallets/credits.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace tollbook {

namespace {

// Lines that come back of one charge: a charge is credited once in a decision.
struct UnusedLines {
    std::string charge;
    std::vector<ChargeLine> lines;
};

// What a charge of so many days still pays for.
struct PaidPart {
    std::uint32_t days{};
    std::int64_t net{};
    std::int64_t tax{};
    std::vector<TaxedDays> parts{}; // By dated taxes.
};

// What comes back of a part of a service's price.
struct UnusedPart {
    std::string_view component;
    const std::string& plan;
    std::uint32_t plan_version{};
    Period days;

    ChargeLine line() const {
        ChargeLine line;
        line.component = component;
        line.plan = plan;
        line.plan_version = plan_version;
        line.service_from = days.from;
        line.service_to = days.to;
        return line;
    }
};

std::vector<ChargeLine> lines_by_percentage(
    const UnusedPart& unused, const PaidPart& paid, const std::string& tax_code
) {
    const Share share{unused.days.to.days - unused.days.from.days, static_cast<int>(paid.days)};
    ChargeLine line = unused.line();
    line.net = part_of(paid.net, share);
    line.tax = part_of(paid.tax, share);
    if (!tax_code.empty()) line.tax_code = tax_code;
    if (line.net == 0) return {};
    return {std::move(line)};
}

// None: the days ahead are worth nothing.
std::vector<ChargeLine> unused_lines(
    const Decision& decision, const ServiceRow& row, UnusedPart unused, const PaidPart& paid
) {
    const int days = unused_of(decision, row, paid.days);
    if (days == 0) return {};
    unused.days = {row.renews_on - days, row.renews_on};
    if (!paid.parts.empty()) return lines_of(unused.line(), last_days(paid.parts, days));
    const PlanRow& plan = plan_row(decision, unused.plan, unused.plan_version);
    return lines_by_percentage(unused, paid, plan.tax_code);
}

std::vector<ChargeLine> unused_lines(
    const Decision& decision, const std::string& service, const ServiceRow& row
) {
    if (!row.paid) return {};
    const PaidPeriod& paid = *row.paid;
    return unused_lines(
        decision,
        row,
        {"period", row.plan, row.plan_version, {}},
        {paid.days,
         paid.net,
         paid.tax,
         paid_parts(
             row,
             decision.book().paid_taxes.find(decision.key(service)),
             plan_row(decision, row.plan, row.plan_version)
         )}
    );
}

std::vector<ChargeLine> unused_lines(
    const Decision& decision, const ServiceRow& row, const AddonRow& addon
) {
    if (!addon.paid) return {};
    const AddonPaid& paid = *addon.paid;
    return unused_lines(
        decision,
        row,
        {addon_component, addon.addon, addon.plan_version, {}},
        {paid.days, paid.net, paid.tax, paid.parts}
    );
}

void add_lines(
    std::vector<UnusedLines>& unused, const std::string& charge, std::vector<ChargeLine> lines
) {
    if (lines.empty()) return;
    const auto found = std::ranges::find(unused, charge, &UnusedLines::charge);
    if (found == unused.end())
        unused.push_back({charge, std::move(lines)});
    else
        std::ranges::move(lines, std::back_inserter(found->lines));
}

} // namespace

int unused_of(const Decision& decision, const ServiceRow& row, std::uint32_t paid_days) {
    const int ahead = row.days_left ? static_cast<int>(*row.days_left)
                                    : row.renews_on.days - decision.today().days;
    return std::clamp(ahead, 0, static_cast<int>(paid_days));
}

int unused_days(const Decision& decision, const ServiceRow& row) {
    return row.paid ? unused_of(decision, row, row.paid->days) : 0;
}

Share share_of_days(
    const Decision& decision, const ServiceRow& row, const PlanRow& plan, int days
) {
    int whole_days = static_cast<int>(row.paid->whole);
    if (is_fixed(decision)) {
        const Period whole = period_until(row.renews_on, plan, row.anchor_day);
        whole_days = whole.to.days - whole.from.days;
    }
    return {days, days_in(whole_days, plan)};
}

Result<CreditedDays> credit_unused(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
) {
    const int days = unused_days(decision, row);
    std::vector<ChargeLine> lines = unused_lines(decision, service, row);
    if (lines.empty()) return CreditedDays{0, days};
    const std::int64_t minor = minor_of(lines);
    const Status status =
        credit_charge(decision, period_charge(service, *row.paid), std::move(lines), reason);
    if (!status) return status.error();
    return CreditedDays{minor, days};
}

Result<std::int64_t> credit_unused_addon(
    Decision& decision, const ServiceRow& row, const AddonRow& addon, const std::string& reason
) {
    std::vector<ChargeLine> lines = unused_lines(decision, row, addon);
    if (lines.empty()) return 0;
    const std::int64_t minor = minor_of(lines);
    const Status status = credit_charge(decision, addon.paid->charge, std::move(lines), reason);
    if (!status) return status.error();
    return minor;
}

Status credit_all_unused(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
) {
    std::vector<UnusedLines> unused;
    if (row.paid)
        add_lines(unused, period_charge(service, *row.paid), unused_lines(decision, service, row));
    if (const ServiceAddonsRow* addons = decision.addons(service))
        for (const AddonRow& addon : addons->addons)
            if (addon.paid)
                add_lines(unused, addon.paid->charge, unused_lines(decision, row, addon));
    for (UnusedLines& of : unused)
        if (const Status status = credit_charge(decision, of.charge, std::move(of.lines), reason);
            !status)
            return status;
    return Done{};
}

} // namespace tollbook
