#include "tests/support/charged_services.hpp"

#include "commands/taxes/taxed_days.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace tollbook {

namespace {

struct Standing {
    std::string service;
    std::string component;
    TariffCharge charge;
    bool unclear{};
    std::vector<ChargeLine> given{}; // Lines that came back.
};

// What is told so far: of wallets by charge, of invoices by service.
struct Told {
    std::map<std::string, Standing> charges;
    std::map<std::string, std::set<std::string>> invoices;
};

template <class Line>
bool is_of_version(const TariffCorrection& correction, const Line& line) {
    return (line.component == "period" || line.component == "addon") &&
           line.plan == correction.plan && line.plan_version == correction.from_version &&
           line.service_from && line.service_to;
}

template <class Line>
bool is_of(const TariffCorrection& correction, const Line& line) {
    return is_of_version(correction, line) && correction.from < *line.service_to;
}

void add_charge(
    std::map<std::string, Standing>& all,
    const TariffCorrection& correction,
    const WalletCharged& charged
) {
    if (!charged.service || charged.charge.find('#') != std::string::npos) return;
    for (const ChargeLine& line : charged.lines) {
        if (!is_of_version(correction, line)) continue;
        auto [found, is_new] = all.try_emplace(charged.charge);
        Standing& standing = found->second;
        if (is_new)
            standing = {
                *charged.service,
                line.component,
                {charged.charge, *line.service_from, *line.service_to, 0, 0, charged.minor},
                false};
        standing.charge.to = std::max(standing.charge.to, *line.service_to);
        standing.charge.net += line.net;
        standing.charge.tax += line.tax;
        if (!line.taxes) continue;
        if (!standing.charge.parts) standing.charge.parts.emplace();
        standing.charge.parts->push_back(taxed_days(line));
    }
}

void take_back(
    std::map<std::string, Standing>& all,
    const TariffCorrection& correction,
    const ChargeCredited& credited
) {
    const auto found = all.find(credited.charge);
    if (found == all.end()) return;
    auto& [service, component, charge, unclear, given] = found->second;
    *charge.left_minor -= credited.minor;
    for (const ChargeLine& line : credited.lines) {
        if (line.component != component || line.plan.value_or(correction.plan) != correction.plan)
            continue;
        given.push_back(line);
        charge.net -= line.net;
        charge.tax -= line.tax;
        if (line.service_from && line.service_to)
            charge.to = charge.to - (line.service_to->days - line.service_from->days);
        else
            unclear = true;
    }
}

template <class Lines>
void add_invoice(
    Told& told, const TariffCorrection& correction, const std::string& invoice, const Lines& lines
) {
    for (const auto& line : lines)
        if (line.service && is_of(correction, line)) told.invoices[*line.service].insert(invoice);
}

void add(Told& told, const TariffCorrection& correction, const Fact& fact) {
    if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
        add_charge(told.charges, correction, *charged);
    if (const auto* credited = std::get_if<ChargeCredited>(&fact.event))
        take_back(told.charges, correction, *credited);
    if (const auto* drafted = std::get_if<PeriodDrafted>(&fact.event))
        add_invoice(told, correction, drafted->invoice, drafted->lines);
    if (const auto* corrected = std::get_if<DraftCorrected>(&fact.event))
        add_invoice(told, correction, corrected->invoice, corrected->lines);
    if (const auto* issued = std::get_if<InvoiceIssued>(&fact.event))
        add_invoice(told, correction, issued->invoice, issued->lines);
}

} // namespace

std::vector<ChargedService> charged_services(
    const std::vector<Fact>& facts, const TariffCorrection& correction
) {
    Told told;
    for (const Fact& fact : facts)
        add(told, correction, fact);
    std::map<std::string, ChargedService> services;
    for (const auto& [id, standing] : told.charges) {
        const auto& [service, component, charge, unclear, given] = standing;
        if (charge.to <= std::max(charge.from, correction.from) || charge.net <= 0) continue;
        ChargedService& of = services[service];
        of.charges.push_back(charge);
        of.unclear = of.unclear || unclear;
        if (!charge.parts || given.empty()) continue;
        if (!of.given) of.given.emplace();
        of.given->push_back({id, given});
    }
    for (const auto& [service, invoices] : told.invoices)
        services[service].invoices.assign(invoices.begin(), invoices.end());
    std::vector<ChargedService> list;
    for (auto& [service, of] : services) {
        of.service = service;
        list.push_back(std::move(of));
    }
    return list;
}

} // namespace tollbook
