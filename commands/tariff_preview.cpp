#include "commands/tariff_preview.hpp"

#include "commands/merging.hpp"
#include "commands/plan_migration.hpp"
#include "commands/renewal.hpp"
#include "commands/tariff.hpp"
#include "commands/turns.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>
#include <map>

namespace tollbook {

namespace {

Error lag(const std::string& charge) { return {Errc::projection_lag, charge}; }

// Whether the read models know of a charge what the book does.
Status check_known(const Book& book, std::string_view tenant, const ChargedService& charged) {
    for (const TariffCharge& charge : charged.charges) {
        const ChargeRow* row = book.charges.find(book_key(tenant, charge.charge));
        if (row == nullptr) return lag(charge.charge);
        const std::int64_t left = row->minor - row->credited_minor.value_or(0);
        if (charge.left_minor.value_or(left) != left) return lag(charge.charge);
    }
    return Done{};
}

// Whether the newest charge of a service that has the version is among those that they tell of.
Status check_newest(
    const Book& book,
    std::string_view tenant,
    const TariffCorrection& correction,
    const std::string& service,
    const ServiceRow& row,
    const ChargedService* charged
) {
    if (!row.paid || row.paid->net == 0) return Done{};
    if (row.paid->from + static_cast<int>(row.paid->days) <= correction.from) return Done{};
    const std::string newest = period_charge(service, *row.paid);
    const ChargeRow* charge = book.charges.find(book_key(tenant, newest));
    if (charge == nullptr || charge->minor == 0) return Done{};
    if (charged == nullptr) return lag(newest);
    const bool is_told = std::ranges::find(charged->charges, newest, &TariffCharge::charge) !=
                         charged->charges.end();
    return is_told || charged->unclear ? Status{Done{}} : Status{lag(newest)};
}

CorrectTariff command_of(
    const TariffCorrection& correction, std::uint32_t to_version, const std::string& service
) {
    CorrectTariff command;
    command.service = service;
    command.plan = correction.plan;
    command.from_version = correction.from_version;
    command.to_version = to_version;
    command.from = correction.from;
    command.reason = correction.reason;
    return command;
}

} // namespace

Result<std::vector<TariffCase>> tariff_cases(
    const Book& book, std::string_view tenant, const TariffCandidates& candidates
) {
    const TariffCorrection& correction = candidates.correction;
    PlanMigration having;
    having.plan = correction.plan;
    having.plan_version = correction.from_version;
    having.to_plan = correction.plan;
    having.to_version = correction.to_version;
    const auto services = services_to_migrate(book, tenant, having);
    if (!services) return services.error();
    const auto newest = book.plan_versions.find(book_key(tenant, correction.plan))->value;
    if (correction.from_version == 0 || correction.from_version > newest)
        return Error{Errc::plan_unknown, correction.plan};
    const std::uint32_t to_version =
        correction.to_version.value_or(static_cast<std::uint32_t>(newest));

    std::map<std::string, const ChargedService*> charged;
    for (const ChargedService& service : candidates.services)
        charged[service.service] = &service;
    for (const ServiceOfCustomer& having_it : *services) {
        const auto [found, is_new] = charged.try_emplace(having_it.service, nullptr);
        const ServiceRow& row = *book.services.find(book_key(tenant, having_it.service));
        const Status known =
            check_newest(book, tenant, correction, having_it.service, row, found->second);
        if (!known) return known.error();
    }
    std::vector<TariffCase> cases;
    for (const auto& [service, told] : charged) {
        const ServiceRow* row = book.services.find(book_key(tenant, service));
        if (row == nullptr) return lag(service);
        TariffCase one{row->customer, command_of(correction, to_version, service)};
        if (told != nullptr) {
            if (const Status known = check_known(book, tenant, *told); !known) return known.error();
            one.command.charges = told->charges;
            if (told->unclear) one.refused = Errc::tariff_unclear;
            if (told->invoiced) one.refused = Errc::policy_unsupported;
        }
        cases.push_back(std::move(one));
    }
    std::ranges::sort(cases, [](const TariffCase& a, const TariffCase& b) {
        return a.customer != b.customer ? natural_less(a.customer, b.customer)
                                        : natural_less(a.command.service, b.command.service);
    });
    return cases;
}

std::vector<TariffItem> preview_tariff(
    const Book& book,
    std::string_view tenant,
    Timestamp recorded_at,
    std::span<const TariffCase> cases
) {
    Turns turns(book, tenant, recorded_at);
    std::vector<TariffItem> items;
    for (const TariffCase& one : cases) {
        const ServiceRow* row = book.services.find(book_key(tenant, one.command.service));
        ensure(row != nullptr);
        TariffItem item;
        item.service = one.command.service;
        item.customer = one.customer;
        item.charges = static_cast<std::uint32_t>(one.command.charges.size());
        item.changes = row->changes;
        item.outcome = item.charges > 0 ? TariffOutcome::corrected : TariffOutcome::moved;
        const Result<TariffFigures> figures =
            one.refused ? Result<TariffFigures>{Error{*one.refused, {}}}
                        : turns.attempt(one.customer, [&](Decision& decision) {
                              return correct_tariff(decision, one.command);
                          });
        if (figures) {
            item.credited_minor = figures->credited_minor;
            item.charged_minor = figures->charged_minor;
            item.minor = figures->charged_minor - figures->credited_minor;
            item.owed_minor = figures->owed_minor;
        } else {
            item.outcome = TariffOutcome::refused;
            item.reason = info(figures.error().code).slug;
        }
        items.push_back(std::move(item));
    }
    return items;
}

std::string preview_hash(const TariffCorrection& correction, std::span<const TariffItem> items) {
    TariffCorrection asked = correction;
    asked.preview.reset();
    std::string text = to_json(asked) + '\n';
    for (const TariffItem& item : items) {
        write_json(text, item);
        text += '\n';
    }
    return hex(sha256(text));
}

} // namespace tollbook
