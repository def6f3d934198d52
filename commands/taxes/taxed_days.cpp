#include "commands/taxes/taxed_days.hpp"

#include "commands/billing/proration.hpp"
#include "commands/taxes/wallet_taxes.hpp"

#include <algorithm>

namespace tollbook {

namespace {

TaxedDays share_of(const TaxedDays& part, int days) {
    const Share share{days, static_cast<int>(part.days)};
    TaxedDays taken{static_cast<std::uint32_t>(days), part_of(part.net, share), part.taxes};
    for (LineTax& tax : taken.taxes)
        tax.minor = part_of(tax.minor, share);
    return taken;
}

// As much of `left` as there is; that is no more owed.
template <class Number>
void take(Number& minor, Number& left) {
    const Number taken = std::min(minor, left);
    minor -= taken;
    left -= taken;
}

// Of those that are meant, from the end.
template <class IsMeant>
void take_tax(std::vector<TaxedDays>& parts, std::int64_t& left, IsMeant is_meant) {
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        for (LineTax& tax : part->taxes)
            if (is_meant(tax)) take(tax.minor, left);
}

bool has_rates_of(const TaxedDays& part, const std::vector<LineTax>& taxes) {
    return std::ranges::equal(part.taxes, taxes, [](const LineTax& a, const LineTax& b) {
        return a.code == b.code && a.rate_ppm == b.rate_ppm;
    });
}

} // namespace

std::vector<TaxedDays> last_days(std::span<const TaxedDays> parts, int days) {
    std::vector<TaxedDays> taken;
    for (auto part = parts.rbegin(); part != parts.rend() && days > 0; ++part) {
        const int of_part = std::min(days, static_cast<int>(part->days));
        days -= of_part;
        if (of_part > 0) taken.push_back(share_of(*part, of_part));
    }
    std::ranges::reverse(taken);
    return taken;
}

std::vector<ChargeLine> lines_of(const ChargeLine& line, std::vector<TaxedDays> parts) {
    std::vector<ChargeLine> lines;
    Date from = *line.service_from;
    for (TaxedDays& part : parts) {
        const Date to = from + static_cast<int>(part.days);
        if (part.net > 0) {
            ChargeLine& told = lines.emplace_back(line);
            told.net = part.net;
            told.service_from = from;
            told.service_to = to;
            tell_taxes(told, std::move(part.taxes));
        }
        from = to;
    }
    return lines;
}

std::int64_t minor_of(const std::vector<ChargeLine>& lines) {
    std::int64_t minor = 0;
    for (const ChargeLine& line : lines)
        minor += line.net + line.tax;
    return minor;
}

bool add_up(std::span<const TaxedDays> parts, const PaidDays& paid) {
    std::int64_t days = 0;
    Wide net = 0;
    Wide taxes = 0;
    for (const TaxedDays& part : parts) {
        if (part.net < 0) return false;
        days += part.days;
        net += part.net;
        for (const LineTax& tax : part.taxes) {
            if (tax.minor < 0) return false;
            taxes += tax.minor;
        }
    }
    return days == paid.days && net == paid.net && taxes == paid.tax;
}

std::optional<std::vector<TaxedDays>> parts_ending_in(
    std::span<const ChargeLine> lines, PaidDays paid
) {
    std::vector<TaxedDays> parts(1);
    for (const ChargeLine& line : lines) {
        if (!line.taxes) return std::nullopt;
        parts.push_back(taxed_days(line));
        paid.days -= static_cast<int>(parts.back().days);
        paid.net -= line.net;
        paid.tax -= line.tax;
    }
    parts.front().days = static_cast<std::uint32_t>(paid.days);
    parts.front().net = paid.net;
    parts.front().taxes.push_back({{}, 0, paid.tax});
    return parts;
}

std::uint32_t days_of(const ChargeLine& line) {
    if (!line.service_from || !line.service_to) return 0;
    return static_cast<std::uint32_t>(std::max(line.service_to->days - line.service_from->days, 0));
}

TaxedDays taxed_days(const ChargeLine& line) {
    return {days_of(line), line.net, line.taxes.value_or(std::vector<LineTax>{})};
}

void take_back(std::vector<TaxedDays>& parts, const ChargeLine& line) {
    std::uint32_t days = days_of(line);
    std::int64_t net = line.net;
    if (days == 0 && line.taxes)
        for (auto part = parts.rbegin(); part != parts.rend(); ++part)
            if (has_rates_of(*part, *line.taxes)) take(part->net, net);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        take(part->days, days);
        take(part->net, net);
    }
    std::int64_t rest = line.tax;
    for (const LineTax& tax : line.taxes.value_or(std::vector<LineTax>{})) {
        std::int64_t left = tax.minor;
        take_tax(parts, left, [&](const LineTax& one) {
            return one.code == tax.code && one.rate_ppm == tax.rate_ppm;
        });
        take_tax(parts, left, [&](const LineTax& one) { return one.code == tax.code; });
        rest -= tax.minor - left;
    }
    if (!line.taxes && line.tax_code)
        take_tax(parts, rest, [&](const LineTax& one) { return one.code == *line.tax_code; });
    take_tax(parts, rest, [](const LineTax&) { return true; });
}

std::vector<TaxedDays> paid_parts(
    const ServiceRow& row, const PaidTaxesRow* taxes, const PlanRow& plan
) {
    if (taxes != nullptr) return taxes->parts;
    if (!row.paid || !row.paid->rate_ppm) return {};
    const PaidPeriod& paid = *row.paid;
    return {{paid.days, paid.net, {{plan.tax_code, *paid.rate_ppm, paid.tax}}}};
}

} // namespace tollbook
