#include "commands/wallets/charge_taxes.hpp"

#include "commands/taxes/taxing.hpp"
#include "commands/taxes/wallet_taxes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

bool is_same_rate(const LineTax& a, const LineTax& b) {
    return a.code == b.code && a.rate_ppm == b.rate_ppm;
}

bool has_same_rates(const std::vector<LineTax>& a, const std::vector<LineTax>& b) {
    return std::ranges::equal(a, b, is_same_rate);
}

std::int64_t tax_left(const std::vector<TaxedPart>& parts) {
    std::int64_t left = 0;
    for (const TaxedPart& part : parts)
        for (const LineTax& tax : part.taxes)
            left += tax.minor;
    return left;
}

// Shares a whole by weights; by the first alone when nothing weighs.
std::vector<std::int64_t> by_weight(std::int64_t whole, const std::vector<std::int64_t>& weights) {
    Wide sum = 0;
    for (const std::int64_t weight : weights)
        sum += weight;
    if (sum == 0) {
        std::vector<std::int64_t> shares(weights.size());
        if (!shares.empty()) shares.front() = whole;
        return shares;
    }
    std::vector<Wide> numerators;
    for (const std::int64_t weight : weights)
        numerators.push_back(Wide{whole} * weight);
    return spread(whole, numerators, sum);
}

// So much net and tax of what is left.
std::vector<TaxedPart> part_of_each(
    const std::vector<TaxedPart>& parts, std::int64_t net, std::int64_t tax
) {
    std::vector<std::int64_t> nets;
    std::vector<std::int64_t> taxes;
    for (const TaxedPart& part : parts) {
        nets.push_back(part.net);
        for (const LineTax& one : part.taxes)
            taxes.push_back(one.minor);
    }
    const std::vector<std::int64_t> net_shares = by_weight(net, nets);
    const std::vector<std::int64_t> tax_shares = by_weight(tax, taxes);
    std::vector<TaxedPart> shared = parts;
    auto next_tax = tax_shares.begin();
    for (std::size_t i = 0; i < shared.size(); ++i) {
        shared[i].net = net_shares[i];
        for (LineTax& one : shared[i].taxes)
            one.minor = *next_tax++;
    }
    return shared;
}

// As much of `left` as there is.
void take_of(std::int64_t& minor, std::int64_t& left) {
    const std::int64_t taken = std::min(minor, left);
    minor -= taken;
    left -= taken;
}

void take_line_back(std::vector<TaxedPart>& parts, const ChargeLine& line) {
    const std::vector<LineTax> taxes = line.taxes.value_or(std::vector<LineTax>{});
    std::int64_t net = line.net;
    for (TaxedPart& part : parts)
        if (has_same_rates(part.taxes, taxes)) take_of(part.net, net);
    for (TaxedPart& part : parts)
        take_of(part.net, net);
    for (const LineTax& tax : taxes) {
        std::int64_t minor = tax.minor;
        for (TaxedPart& part : parts)
            for (LineTax& one : part.taxes)
                if (is_same_rate(one, tax)) take_of(one.minor, minor);
    }
}

// The line by the rates of what is left.
Result<std::vector<ChargeLine>> told_by(
    const std::vector<TaxedPart>& left, const ChargeLine& line
) {
    if (line.taxes || line.tax == 0) return std::vector<ChargeLine>{line};
    if (const std::int64_t tax = tax_left(left); line.tax > tax)
        return Error{Errc::credit_exceeds_charge, fmt::format("tax: {} of it are left", tax)};
    std::vector<ChargeLine> lines;
    for (TaxedPart& part : part_of_each(left, line.net, line.tax)) {
        ChargeLine told = line;
        told.net = part.net;
        tell_taxes(told, std::move(part.taxes));
        if (told.net == 0 && told.tax == 0) continue;
        if (!lines.empty()) { // Its days come back once.
            told.service_from.reset();
            told.service_to.reset();
        }
        lines.push_back(std::move(told));
    }
    return lines;
}

} // namespace

std::optional<std::vector<TaxedPart>> taxed_parts(const std::vector<ChargeLine>& lines) {
    std::vector<TaxedPart> parts;
    for (const ChargeLine& line : lines) {
        if (!line.taxes) return std::nullopt;
        const auto known = std::ranges::find_if(parts, [&](const TaxedPart& part) {
            return has_same_rates(part.taxes, *line.taxes);
        });
        if (known == parts.end()) {
            parts.push_back({line.net, *line.taxes});
            continue;
        }
        known->net += line.net;
        for (std::size_t i = 0; i < known->taxes.size(); ++i)
            known->taxes[i].minor += (*line.taxes)[i].minor;
    }
    return parts;
}

void take_back(std::vector<TaxedPart>& parts, const std::vector<ChargeLine>& lines) {
    for (const ChargeLine& line : lines)
        take_line_back(parts, line);
}

Result<std::vector<ChargeLine>> shared_lines(
    const ChargeRow& charge, const std::vector<ChargeLine>& lines
) {
    if (!charge.taxed) return lines;
    std::vector<TaxedPart> left = *charge.taxed;
    std::vector<ChargeLine> all;
    for (const ChargeLine& line : lines) {
        const Result<std::vector<ChargeLine>> told = told_by(left, line);
        if (!told) return told.error();
        take_back(left, *told);
        all.insert(all.end(), told->begin(), told->end());
    }
    return all;
}

} // namespace tollbook
