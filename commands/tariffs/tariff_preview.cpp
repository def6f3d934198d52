#include "commands/tariffs/tariff_preview.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/customers/currencies.hpp"
#include "commands/tariffs/tariff.hpp"
#include "commands/tariffs/tariff_days.hpp"
#include "commands/taxes/taxed_days.hpp"
#include "commands/turns.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace tollbook {

namespace {

Error lag(const std::string& charge) { return {Errc::projection_lag, charge}; }

// What the read models tell of a service; what they do not, it was not charged for.
using ToldServices = std::map<std::string, const ChargedService*>;

// What stands at the version that was wrong, as the book knows it.
class KnownCharges {
public:
    KnownCharges(const Book& book, std::string_view tenant, const TariffCorrection& correction)
        : book_(book), tenant_(tenant), correction_(correction) {}

    // Whether it is a plan of which services are charged for days, and has these versions.
    Status check_plan() {
        if (book_.tenants.find(tenant_) == nullptr)
            return Error{Errc::tenant_unknown, std::string(tenant_.substr(0, 32))};
        const NumberRow* newest = book_.plan_versions.find(book_key(tenant_, correction_.plan));
        if (newest == nullptr) return Error{Errc::plan_unknown, correction_.plan};
        const auto valid = version_on(book_, tenant_, correction_.plan, correction_.from);
        to_version_ = correction_.to_version.value_or(valid.value_or(correction_.from_version));
        for (const std::uint32_t version : {correction_.from_version, to_version_})
            if (version == 0 || version > newest->value)
                return Error{Errc::plan_unknown, correction_.plan};
        const PlanRow& plan = *book_.plans.find(book_key(tenant_, correction_.plan, "1"));
        const std::optional<std::string_view> component = component_of(plan.kind);
        if (!component) return Error{Errc::plan_kind_unfit, correction_.plan};
        component_ = *component;
        return Done{};
    }

    std::uint32_t to_version() const { return to_version_; }

    TariffDays days(std::string_view service) const {
        return {service, correction_.plan, component_, correction_.from_version, correction_.from};
    }

    // Those that are on the version, or have an add-on that is.
    std::vector<std::string> services() const {
        const std::string prefix = std::string(tenant_) + "/";
        std::vector<std::string> services;
        const auto add = [&](std::string_view key, const auto&) {
            if (!key.starts_with(prefix)) return;
            const std::string_view service = key.substr(prefix.size());
            if (has_version(book_, tenant_, days(service))) services.emplace_back(service);
        };
        if (component_ == addon_component)
            book_.addons.for_each(add);
        else
            book_.services.for_each(add);
        return services;
    }

    // Of those that were told, the invoices on which days still stand.
    std::vector<std::string> invoices(const ChargedService& told) const {
        std::vector<std::string> invoices;
        std::ranges::copy_if(
            told.invoices,
            std::back_inserter(invoices),
            [&](const std::string& invoice) { return stands_on(invoice, told.service); }
        );
        return invoices;
    }

    // Whether the read models know of a charge what the book does.
    Status check_charges(const ChargedService& told) const {
        for (const TariffCharge& charge : told.charges) {
            const ChargeRow* row = book_.charges.find(book_key(tenant_, charge.charge));
            if (row == nullptr) return lag(charge.charge);
            const std::int64_t left = row->minor - row->credited_minor.value_or(0);
            if (charge.left_minor.value_or(left) != left) return lag(charge.charge);
        }
        return Done{};
    }

    // Whether what pays for the newest days of a service that has the version is among what they
    // tell of.
    Status check_newest(const std::string& service, const ChargedService* told) const {
        const auto newest = newest_charge(book_, tenant_, days(service));
        if (!newest || newest->days.to <= correction_.from) return Done{};
        const ChargeRow* charge = book_.charges.find(book_key(tenant_, newest->charge));
        if (charge == nullptr) return Done{};
        if (charge->invoice) return check_invoice(*charge->invoice, service, told);
        if (charge->minor == 0 || newest->net == 0) return Done{};
        if (told == nullptr) return lag(newest->charge);
        const bool is_told =
            std::ranges::find(told->charges, newest->charge, &TariffCharge::charge) !=
            told->charges.end();
        return is_told || told->unclear ? Status{Done{}} : Status{lag(newest->charge)};
    }

private:
    bool stands_on(const std::string& invoice, std::string_view service) const {
        const InvoiceRow* row = book_.invoices.find(book_key(tenant_, invoice));
        return row != nullptr && !standing_lines(*row, days(service)).empty();
    }

    Status check_invoice(
        const std::string& invoice, const std::string& service, const ChargedService* told
    ) const {
        if (!stands_on(invoice, service)) return Done{};
        const bool is_told =
            told != nullptr && std::ranges::find(told->invoices, invoice) != told->invoices.end();
        return is_told ? Status{Done{}} : Status{lag(invoice)};
    }

    const Book& book_;
    std::string_view tenant_;
    const TariffCorrection& correction_;
    std::string_view component_;
    std::uint32_t to_version_{};
};

// What was charged, its parts less what came back of them.
std::vector<TariffCharge> standing_charges(const ChargedService& told) {
    std::vector<TariffCharge> charges = told.charges;
    for (const GivenBack& given : told.given.value_or(std::vector<GivenBack>{})) {
        const auto charge = std::ranges::find(charges, given.charge, &TariffCharge::charge);
        if (charge == charges.end() || !charge->parts) continue;
        for (const ChargeLine& line : given.lines)
            take_back(*charge->parts, line);
    }
    return charges;
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

// Nothing: nothing of it stands any more, and it has another version.
Result<std::optional<TariffCase>> case_of(
    const Book& book,
    std::string_view tenant,
    const TariffCandidates& candidates,
    const KnownCharges& known,
    const std::pair<const std::string, const ChargedService*>& told_of
) {
    const auto& [service, told] = told_of;
    const ServiceRow* row = book.services.find(book_key(tenant, service));
    if (row == nullptr) return lag(service);
    TariffCase one{row->customer, command_of(candidates.correction, known.to_version(), service)};
    if (told == nullptr) return std::optional{std::move(one)};
    if (const Status charges = known.check_charges(*told); !charges) return charges.error();
    one.command.charges = standing_charges(*told);
    if (auto invoices = known.invoices(*told); !invoices.empty())
        one.command.invoices = std::move(invoices);
    if (told->unclear) one.refused = Errc::tariff_unclear;
    const bool is_charged = !told->charges.empty() || one.command.invoices;
    if (!is_charged && !has_version(book, tenant, known.days(service))) return std::nullopt;
    return std::optional{std::move(one)};
}

} // namespace

Result<std::vector<TariffCase>> tariff_cases(
    const Book& book, std::string_view tenant, const TariffCandidates& candidates
) {
    KnownCharges known(book, tenant, candidates.correction);
    if (const Status plan = known.check_plan(); !plan) return plan.error();
    ToldServices told;
    for (const ChargedService& service : candidates.services)
        told[service.service] = &service;
    for (const std::string& service : known.services()) {
        const auto [found, is_new] = told.try_emplace(service, nullptr);
        const Status newest = known.check_newest(service, found->second);
        if (!newest) return newest.error();
    }
    std::vector<TariffCase> cases;
    for (const auto& told_of : told) {
        auto one = case_of(book, tenant, candidates, known, told_of);
        if (!one) return one.error();
        if (*one) cases.push_back(std::move(**one));
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
        item.to_version = one.command.to_version;
        item.currency = other_currency(book, tenant, one.customer);
        item.outcome = item.charges > 0 || one.command.invoices ? TariffOutcome::corrected
                                                                : TariffOutcome::moved;
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
            if (!figures->invoices.empty()) item.invoices = figures->invoices;
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
