#include "commands/billing/charge_lines.hpp"

#include "commands/taxes/taxing.hpp"
#include "commands/taxes/wallet_taxes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::size_t lines_max = 100;

Status check_rates(const std::vector<LineTax>& taxes) {
    if (taxes.size() > rates_max)
        return Error{Errc::value_out_of_range, fmt::format("taxes: at most {}", rates_max)};
    for (const LineTax& tax : taxes) {
        if (const Status status = check_id("code", tax.code); !status) return status;
        if (tax.rate_ppm <= 0 || tax.rate_ppm > rate_ppm_max)
            return Error{Errc::value_out_of_range, fmt::format("rate_ppm: 1 to {}", rate_ppm_max)};
        if (tax.minor < 0 || tax.minor > amount_minor_max)
            return Error{Errc::amount_overflow, "taxes"};
        if (std::ranges::count(taxes, tax.code, &LineTax::code) > 1)
            return Error{Errc::value_out_of_range, "taxes: each code once"};
    }
    return Done{};
}

// What is told of the taxes of a line agrees with itself.
Status check_taxes(const ChargeLine& line) {
    if (!line.taxes)
        return line.tax != 0 && !line.tax_code ? Status{Error{Errc::missing_field, "tax_code"}}
                                               : Status{Done{}};
    if (const Status status = check_rates(*line.taxes); !status) return status;
    ChargeLine told;
    tell_taxes(told, *line.taxes);
    if (told.tax != line.tax) return Error{Errc::value_out_of_range, "tax: the sum of taxes"};
    if (told.tax_code != line.tax_code)
        return Error{Errc::value_out_of_range, "tax_code: that of the only one of taxes"};
    return Done{};
}

Status add_line(const Decision& decision, const ChargeLine& line, LineTotals& totals) {
    if (const Status status = check_id("component", line.component); !status) return status;
    if (const Status status = check_amount(line.net); !status) return status;
    if (line.tax < 0 || line.tax > amount_minor_max) return Error{Errc::amount_overflow, "tax"};
    if (const Status status = check_taxes(line); !status) return status;
    if (line.plan && decision.book().plan_versions.find(decision.key(*line.plan)) == nullptr)
        return Error{Errc::plan_unknown, *line.plan};
    if (line.tax_code)
        if (const Status status = check_id("tax_code", *line.tax_code); !status) return status;
    const Result<std::int64_t> sum = add(totals.minor, line.net + line.tax);
    if (!sum) return sum.error();
    if (*sum > amount_minor_max) return Error{Errc::amount_overflow, {}};
    totals.minor = *sum;
    add_legs(decision, line, totals.postings);
    return Done{};
}

} // namespace

void add_legs(const Decision& decision, const ChargeLine& line, Postings& postings) {
    const auto add = [&](std::string account, std::int64_t minor) {
        if (minor != 0) postings.push_back(leg(decision, std::move(account), -minor));
    };
    add(line.plan ? "revenue:" + *line.plan : std::string("fee"), line.net);
    if (!line.taxes) {
        if (line.tax != 0) add("tax:" + *line.tax_code, line.tax);
        return;
    }
    for (const LineTax& tax : *line.taxes)
        add("tax:" + tax.code, tax.minor);
}

Result<LineTotals> total_lines(const Decision& decision, const std::vector<ChargeLine>& lines) {
    if (lines.empty() || lines.size() > lines_max)
        return Error{Errc::value_out_of_range, "lines: 1 to 100"};
    LineTotals totals;
    totals.postings.reserve(1 + 2 * lines.size());
    totals.postings.push_back({}); // The wallet's.
    for (const ChargeLine& line : lines)
        if (const Status status = add_line(decision, line, totals); !status) return status.error();
    return totals;
}

void add_charge(
    Decision& decision,
    const std::string& charge,
    const std::string& customer,
    const std::optional<std::string>& service,
    const std::vector<ChargeLine>& lines,
    LineTotals totals,
    Taken taken
) {
    totals.postings.front() = leg(decision, "wallet:" + customer, totals.minor);
    decision.add(
        "wallet:" + customer,
        WalletCharged{
            charge,
            customer,
            service,
            totals.minor,
            lines,
            std::move(taken.lots),
            std::move(totals.postings),
            taken.overdrawn}
    );
}

} // namespace tollbook
