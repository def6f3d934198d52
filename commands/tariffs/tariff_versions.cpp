#include "commands/tariffs/tariff_versions.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/taxes/taxed_days.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::size_t charges_max = 1'000; // Of one service.

// Whether days of the newest charge wait, or follow given ones: which of its days are before
// `from` and which are left nobody can say.
bool has_moved_days(const Decision& decision, const TariffDays& of, const TariffCharge& charge) {
    if (of.from <= charge.from) return false;
    const auto newest = newest_charge(decision.book(), decision.tenant(), of);
    return newest && newest->charge == charge.charge && newest->has_moved;
}

Status check_charge(
    const Decision& decision,
    const CorrectTariff& command,
    const TariffDays& of,
    const TariffCharge& charge
) {
    const ChargeRow* row = decision.book().charges.find(decision.key(charge.charge));
    if (row == nullptr || row->service != command.service || row->invoice)
        return Error{Errc::charge_unknown, charge.charge};
    if (charge.net < 0 || charge.tax < 0 || charge.to <= charge.from)
        return Error{Errc::value_out_of_range, charge.charge};
    if (charge.parts &&
        !add_up(*charge.parts, {charge.to.days - charge.from.days, charge.net, charge.tax}))
        return Error{Errc::value_out_of_range, charge.charge + ": parts"};
    if (charge.to <= command.from)
        return Error{Errc::value_out_of_range, charge.charge + ": its days are over before"};
    const std::int64_t left = row->minor - row->credited_minor.value_or(0);
    if (charge.left_minor && *charge.left_minor != left)
        return Error{Errc::figures_moved, fmt::format("{}: {} are left", charge.charge, left)};
    if (charge.net > left || charge.tax > left - charge.net)
        return Error{
            Errc::credit_exceeds_charge, fmt::format("{}: {} are left", charge.charge, left)};
    if (has_moved_days(decision, of, charge))
        return Error{Errc::tariff_unclear, charge.charge + ": its days have moved"};
    return Done{};
}

} // namespace

Result<TariffVersions> versions_of(
    const Decision& decision, const CorrectTariff& command, Currency currency
) {
    const NumberRow* newest = decision.book().plan_versions.find(decision.key(command.plan));
    if (newest == nullptr) return Error{Errc::plan_unknown, command.plan};
    for (const std::uint32_t version : {command.from_version, command.to_version})
        if (version == 0 || version > newest->value)
            return Error{Errc::plan_unknown, fmt::format("{} {}", command.plan, version)};
    if (command.from_version == command.to_version)
        return Error{Errc::plan_unchanged, command.plan};
    const auto priced = [&](std::uint32_t version) {
        return find_priced(decision.book(), decision.tenant(), {command.plan, version}, currency);
    };
    if (priced(command.from_version) == nullptr || priced(command.to_version) == nullptr)
        return Error{Errc::plan_not_priced, command.plan};
    const PlanRow& from = *priced(command.from_version);
    const PlanRow& to = *priced(command.to_version);
    const std::optional<std::string_view> component = component_of(from.kind);
    if (!component) return Error{Errc::plan_kind_unfit, command.plan};
    if (to.valid_from.value_or(command.from) > command.from)
        return Error{
            Errc::plan_not_valid,
            fmt::format("{}: from {} on", command.plan, to_string(*to.valid_from))};
    if (!same_length(from, to))
        return Error{Errc::policy_unsupported, "the versions are for other periods"};
    if (from.includes != to.includes) return Error{Errc::tariff_includes_differ, command.plan};
    return TariffVersions{from, to, *component};
}

TariffDays days_of(const CorrectTariff& command, const TariffVersions& versions) {
    return {command.service, command.plan, versions.component, command.from_version, command.from};
}

Status check_charges(const Decision& decision, const CorrectTariff& command, const TariffDays& of) {
    if (command.charges.size() > charges_max)
        return Error{Errc::value_out_of_range, fmt::format("charges: at most {}", charges_max)};
    std::vector<std::string_view> names;
    for (const TariffCharge& charge : command.charges) {
        const Status status = check_charge(decision, command, of, charge);
        if (!status) return status;
        names.emplace_back(charge.charge);
    }
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end())
        return Error{Errc::value_out_of_range, "charges: one is named twice"};
    return Done{};
}

} // namespace tollbook
