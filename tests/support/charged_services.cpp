#include "tests/support/charged_services.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace tollbook {

namespace {

struct Standing {
    std::string service;
    TariffCharge charge;
    bool unclear{};
};

bool is_of(const TariffCorrection& correction, const ChargeLine& line) {
    return line.component == "period" && line.plan == correction.plan &&
           line.plan_version == correction.from_version && line.service_to &&
           correction.from < *line.service_to;
}

void add(
    std::map<std::string, Standing>& all, const TariffCorrection& correction, const Fact& fact
) {
    if (const auto* charged = std::get_if<WalletCharged>(&fact.event)) {
        if (!charged->service || charged->charge.find('#') != std::string::npos) return;
        for (const ChargeLine& line : charged->lines)
            if (is_of(correction, line))
                all[charged->charge] = {
                    *charged->service,
                    {charged->charge,
                     *line.service_from,
                     *line.service_to,
                     line.net,
                     line.tax,
                     charged->minor},
                    false};
    }
    const auto* credited = std::get_if<ChargeCredited>(&fact.event);
    if (credited == nullptr) return;
    const auto found = all.find(credited->charge);
    if (found == all.end()) return;
    auto& [service, charge, unclear] = found->second;
    *charge.left_minor -= credited->minor;
    for (const ChargeLine& line : credited->lines) {
        if (line.component != "period") continue;
        charge.net -= line.net;
        charge.tax -= line.tax;
        if (line.service_from && line.service_to)
            charge.to = charge.to - (line.service_to->days - line.service_from->days);
        else
            unclear = true;
    }
}

} // namespace

std::vector<ChargedService> charged_services(
    const std::vector<Fact>& facts, const TariffCorrection& correction
) {
    std::map<std::string, Standing> all;
    for (const Fact& fact : facts)
        add(all, correction, fact);
    std::map<std::string, ChargedService> services;
    for (const auto& [id, standing] : all) {
        const auto& [service, charge, unclear] = standing;
        if (charge.to <= std::max(charge.from, correction.from) || charge.net <= 0) continue;
        ChargedService& told = services[service];
        told.service = service;
        told.charges.push_back(charge);
        told.unclear = told.unclear || unclear;
    }
    std::vector<ChargedService> list;
    for (auto& [id, told] : services)
        list.push_back(std::move(told));
    return list;
}

} // namespace tollbook
