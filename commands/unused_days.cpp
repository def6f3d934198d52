#include "commands/unused_days.hpp"

#include "commands/credits.hpp"
#include "commands/renewal.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace tollbook {

namespace {

// Lines that come back of one charge: a charge is credited once in a decision.
struct UnusedLines {
    std::string charge;
    std::vector<ChargeLine> lines;
};

// What a charge of so many days still pays for.
struct PaidDays {
    std::uint32_t days{};
    std::int64_t net{};
    std::int64_t tax{};
};

// Nothing: the days ahead are worth nothing.
std::optional<ChargeLine> unused_line(
    const Decision& decision,
    const ServiceRow& row,
    std::string_view component,
    const PlanChoiceRow& plan,
    const PaidDays& paid
) {
    const int days = unused_of(decision, row, paid.days);
    if (days == 0) return std::nullopt;
    const Share share{days, static_cast<int>(paid.days)};
    ChargeLine line;
    line.component = component;
    line.plan = plan.plan;
    line.plan_version = plan.version;
    line.net = part_of(paid.net, share);
    line.tax = part_of(paid.tax, share);
    const std::string& tax_code = plan_row(decision, plan.plan, plan.version).tax_code;
    if (!tax_code.empty()) line.tax_code = tax_code;
    line.service_from = row.renews_on - days;
    line.service_to = row.renews_on;
    if (line.net == 0) return std::nullopt;
    return line;
}

std::optional<ChargeLine> unused_line(const Decision& decision, const ServiceRow& row) {
    if (!row.paid) return std::nullopt;
    const PaidPeriod& paid = *row.paid;
    return unused_line(
        decision, row, "period", {row.plan, row.plan_version}, {paid.days, paid.net, paid.tax}
    );
}

std::optional<ChargeLine> unused_line(
    const Decision& decision, const ServiceRow& row, const AddonRow& addon
) {
    if (!addon.paid) return std::nullopt;
    return unused_line(
        decision,
        row,
        addon_component,
        {addon.addon, addon.plan_version},
        {addon.paid->days, addon.paid->net, addon.paid->tax}
    );
}

void add_line(std::vector<UnusedLines>& unused, const std::string& charge, ChargeLine line) {
    const auto found = std::ranges::find(unused, charge, &UnusedLines::charge);
    if (found != unused.end())
        found->lines.push_back(std::move(line));
    else
        unused.push_back({charge, {std::move(line)}});
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
    std::optional<ChargeLine> line = unused_line(decision, row);
    if (!line) return CreditedDays{0, days};
    const std::int64_t minor = line->net + line->tax;
    const Status status =
        credit_charge(decision, period_charge(service, *row.paid), {std::move(*line)}, reason);
    if (!status) return status.error();
    return CreditedDays{minor, days};
}

Result<std::int64_t> credit_unused_addon(
    Decision& decision, const ServiceRow& row, const AddonRow& addon, const std::string& reason
) {
    std::optional<ChargeLine> line = unused_line(decision, row, addon);
    if (!line) return 0;
    const std::int64_t minor = line->net + line->tax;
    const Status status = credit_charge(decision, addon.paid->charge, {std::move(*line)}, reason);
    if (!status) return status.error();
    return minor;
}

Status credit_all_unused(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
) {
    std::vector<UnusedLines> unused;
    if (std::optional<ChargeLine> line = unused_line(decision, row))
        add_line(unused, period_charge(service, *row.paid), std::move(*line));
    if (const ServiceAddonsRow* addons = decision.addons(service))
        for (const AddonRow& addon : addons->addons)
            if (std::optional<ChargeLine> line = unused_line(decision, row, addon))
                add_line(unused, addon.paid->charge, std::move(*line));
    for (UnusedLines& of : unused)
        if (const Status status = credit_charge(decision, of.charge, std::move(of.lines), reason);
            !status)
            return status;
    return Done{};
}

} // namespace tollbook
