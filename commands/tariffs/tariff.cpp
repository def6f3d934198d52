// What a service was charged at one version of its plan, as if it had been another.
#include "commands/tariffs/tariff.hpp"

#include "commands/billing/proration.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"
#include "commands/invoicing/settling.hpp"
#include "commands/tariffs/tariff_invoiced.hpp"
#include "commands/tariffs/tariff_versions.hpp"
#include "commands/taxes/taxed_days.hpp"
#include "commands/wallets/credits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

class Correction {
public:
    Correction(
        Decision& decision,
        const CorrectTariff& command,
        const ServiceRow& row,
        TariffVersions versions
    )
        : decision_(decision)
        , command_(command)
        , row_(row)
        , versions_(versions)
        , days_(days_of(command, versions))
        , customer_(owner_of(decision, row.customer)) {}

    Status correct_invoiced() {
        const TariffTerms terms{command_, days_, versions_.from, versions_.to, customer_};
        Result<std::vector<CorrectedInvoice>> corrected =
            correct_invoices(decision_, terms, [&](Period days, std::int64_t minor) {
                return charge_wallet(days, minor);
            });
        if (!corrected) return corrected.error();
        for (const CorrectedInvoice& invoice : *corrected) {
            figures_.credited_minor += invoice.credited_minor;
            figures_.charged_minor += invoice.charged_minor;
        }
        figures_.invoices = std::move(*corrected);
        return Done{};
    }

    Status correct(const TariffCharge& charge) {
        CorrectedCharge corrected{
            charge.charge, charge.from, charge.to, charge.net, charge.tax, 0, std::nullopt, 0};
        const Period days{std::max(charge.from, command_.from), charge.to};
        const Share share{days.to.days - days.from.days, charge.to.days - charge.from.days};
        if (const Status status = give_back_days(charge, days, share, corrected); !status)
            return status;
        if (const Status status = charge_anew(charge, days, share, corrected); !status)
            return status;
        charges_.push_back(std::move(corrected));
        return Done{};
    }

    Result<TariffFigures> finish() {
        const std::int64_t minor = figures_.charged_minor - figures_.credited_minor;
        if (command_.expected_minor && *command_.expected_minor != minor)
            return Error{Errc::figures_moved, fmt::format("it comes to {}", minor)};
        TariffCorrected corrected{
            command_.service,
            customer_,
            command_.plan,
            command_.from_version,
            command_.to_version,
            command_.from,
            std::move(charges_),
            minor,
            command_.reason};
        if (!figures_.invoices.empty()) corrected.invoices = figures_.invoices;
        decision_.add("service:" + command_.service, std::move(corrected));
        bring_back();
        return figures_;
    }

private:
    ChargeLine line_of(const PlanRow& plan, std::uint32_t version, Period days) const {
        ChargeLine line;
        line.component = versions_.component;
        line.plan = command_.plan;
        line.plan_version = version;
        if (!plan.tax_code.empty()) line.tax_code = plan.tax_code;
        line.service_from = days.from;
        line.service_to = days.to;
        return line;
    }

    Status give_back_days(
        const TariffCharge& charge, Period days, Share share, CorrectedCharge& corrected
    ) {
        std::vector<ChargeLine> lines = lines_back(charge, days, share);
        if (lines.empty()) return Done{};
        corrected.credited_minor = minor_of(lines);
        figures_.credited_minor += corrected.credited_minor;
        return credit_charge(
            decision_, charge.charge, std::move(lines), "tariff: " + command_.reason
        );
    }

    std::vector<ChargeLine> lines_back(const TariffCharge& charge, Period days, Share share) const {
        ChargeLine line = line_of(versions_.from, command_.from_version, days);
        if (charge.parts) return lines_of(line, last_days(*charge.parts, share.days));
        line.net = part_of(charge.net, share);
        line.tax = part_of(charge.tax, share);
        if (line.net == 0) return {};
        return {std::move(line)};
    }

    Status charge_anew(
        const TariffCharge& charge, Period days, Share share, CorrectedCharge& corrected
    ) {
        const Result<std::int64_t> minor = new_price(charge, share);
        if (!minor) return minor.error();
        if (*minor == 0) return Done{};
        corrected.by = charge_wallet(days, *minor);
        corrected.charged_minor = *minor;
        figures_.charged_minor += *minor;
        return Done{};
    }

    PeriodPrice price_of(Period days, std::int64_t minor) const {
        PeriodPrice price;
        price.period = days;
        price.plan = command_.plan;
        price.plan_version = command_.to_version;
        if (versions_.component == addon_component)
            price.addons.push_back({command_.plan, command_.to_version, 1, minor, 0});
        else
            price.period_minor = minor;
        price.minor = minor;
        return price;
    }

    // What the wallet does not cover is owed.
    std::string charge_wallet(Period days, std::int64_t minor) {
        PeriodPrice price = price_of(days, minor);
        price.charge = tariff_charge(decision_, days_, days.from);
        WalletRow& wallet = decision_.wallet(customer_);
        std::optional<Taken> taken = take_price(wallet, minor);
        if (!taken) {
            WalletDebit debit = force_take(wallet, customer_, {}, minor);
            figures_.owed_minor += debit.overdrawn;
            taken.emplace(Taken{std::move(debit.lots), debit.overdrawn});
        }
        ServiceRow payer = row_;
        payer.customer = customer_;
        charge_days(decision_, command_.service, payer, price, std::move(*taken));
        return price.charge;
    }

    // One rounding: the old price of these days times the new one over the old one.
    Result<std::int64_t> new_price(const TariffCharge& charge, Share share) const {
        const Wide paid = Wide{charge.net} + charge.tax;
        const Wide numerator = paid * versions_.to.price_minor * share.days;
        const Wide denominator = Wide{versions_.from.price_minor} * share.of;
        const Wide minor = (2 * numerator + denominator) / (2 * denominator);
        if (minor > amount_minor_max) return Error{Errc::amount_overflow, charge.charge};
        return static_cast<std::int64_t>(minor);
    }

    void bring_back() {
        ServiceRow changed = row_;
        if (changed.plan == command_.plan && changed.plan_version == command_.from_version)
            changed.plan_version = command_.to_version;
        if (const ServiceAddonsRow* addons = decision_.addons(command_.service))
            decision_.set_addons(command_.service, changed_addons(*addons));
        reconnect_paid(
            decision_, customer_, std::nullopt, ChangedService{command_.service, std::move(changed)}
        );
    }

    ServiceAddonsRow changed_addons(ServiceAddonsRow addons) const {
        for (AddonRow& addon : addons.addons) {
            if (addon.addon != command_.plan) continue;
            if (addon.plan_version == command_.from_version)
                addon.plan_version = command_.to_version;
            if (addon.next && addon.next->plan_version == command_.from_version)
                addon.next->plan_version = command_.to_version;
        }
        return addons;
    }

    Decision& decision_;
    const CorrectTariff& command_;
    const ServiceRow& row_;
    TariffVersions versions_;
    TariffDays days_;
    std::string customer_;
    TariffFigures figures_;
    std::vector<CorrectedCharge> charges_;
};

} // namespace

Result<TariffFigures> correct_tariff(Decision& decision, const CorrectTariff& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    const Result<TariffVersions> versions =
        versions_of(decision, command, decision.currency_of(row->customer));
    if (!versions) return versions.error();
    if (command.from > decision.today()) return Error{Errc::value_out_of_range, "from: lies ahead"};
    if (const Status status = check_text("reason", command.reason, 180); !status)
        return status.error();
    const TariffDays days = days_of(command, *versions);
    if (const Status status = check_charges(decision, command, days); !status)
        return status.error();
    const bool charges =
        !command.charges.empty() || !command.invoices.value_or(std::vector<std::string>{}).empty();
    if (charges && versions->from.price_minor == 0)
        return Error{Errc::tariff_was_free, command.plan};
    if (!charges && !has_version(decision.book(), decision.tenant(), days))
        return Error{Errc::plan_unchanged, command.service};
    settle(decision, owner_of(decision, row->customer));
    Correction correction(decision, command, *row, *versions);
    if (const Status status = correction.correct_invoiced(); !status) return status.error();
    for (const TariffCharge& charge : command.charges)
        if (const Status status = correction.correct(charge); !status) return status.error();
    return correction.finish();
}

Status decide(Decision& decision, const CorrectTariff& command) {
    const Result<TariffFigures> done = correct_tariff(decision, command);
    return done ? Status{Done{}} : Status{done.error()};
}

} // namespace tollbook
