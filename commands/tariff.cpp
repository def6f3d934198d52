// What a service was charged at one version of its plan, as if it had been another.
#include "commands/tariff.hpp"

#include "commands/catalogue.hpp"
#include "commands/credits.hpp"
#include "commands/deciders.hpp"
#include "commands/merging.hpp"
#include "commands/proration.hpp"
#include "commands/renewal.hpp"
#include "commands/service_end.hpp"
#include "commands/settling.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::size_t charges_max = 1'000; // Of one service.

// The two prices of the plan.
struct Versions {
    const PlanRow& from;
    const PlanRow& to;
};

Result<Versions> versions_of(const Decision& decision, const CorrectTariff& command) {
    const NumberRow* newest = decision.book().plan_versions.find(decision.key(command.plan));
    if (newest == nullptr) return Error{Errc::plan_unknown, command.plan};
    for (const std::uint32_t version : {command.from_version, command.to_version})
        if (version == 0 || version > newest->value)
            return Error{Errc::plan_unknown, fmt::format("{} {}", command.plan, version)};
    if (command.from_version == command.to_version)
        return Error{Errc::plan_unchanged, command.plan};
    const Versions versions{
        plan_row(decision, command.plan, command.from_version),
        plan_row(decision, command.plan, command.to_version)};
    if (!same_length(versions.from, versions.to))
        return Error{Errc::policy_unsupported, "the versions are for other periods"};
    for (const PlanRow* plan : {&versions.from, &versions.to})
        if (!is_for_services(plan->kind) || !plan->includes.empty())
            return Error{Errc::policy_unsupported, "not a plan of its own price"};
    return versions;
}

// Whether days of the newest charge wait, or follow given ones: which of its days are before
// `from` and which are left nobody can say.
bool has_moved_days(
    const ServiceRow& service, const CorrectTariff& command, const TariffCharge& charge
) {
    const bool is_newest =
        service.paid && charge.charge == period_charge(command.service, *service.paid);
    if (!is_newest || command.from <= charge.from || has_ended(service)) return false;
    return service.days_left.has_value() || service.renews_on != charge.to;
}

Status check_charge(
    const Decision& decision,
    const ServiceRow& service,
    const CorrectTariff& command,
    const TariffCharge& charge
) {
    const ChargeRow* row = decision.book().charges.find(decision.key(charge.charge));
    if (row == nullptr || row->service != command.service)
        return Error{Errc::charge_unknown, charge.charge};
    if (charge.net < 0 || charge.tax < 0 || charge.to <= charge.from)
        return Error{Errc::value_out_of_range, charge.charge};
    if (charge.to <= command.from)
        return Error{Errc::value_out_of_range, charge.charge + ": its days are over before"};
    const std::int64_t left = row->minor - row->credited_minor.value_or(0);
    if (charge.left_minor && *charge.left_minor != left)
        return Error{Errc::figures_moved, fmt::format("{}: {} are left", charge.charge, left)};
    if (charge.net > left || charge.tax > left - charge.net)
        return Error{
            Errc::credit_exceeds_charge, fmt::format("{}: {} are left", charge.charge, left)};
    if (has_moved_days(service, command, charge))
        return Error{Errc::tariff_unclear, charge.charge + ": its days have moved"};
    return Done{};
}

// Each charge once, and each of this service.
Status check_charges(
    const Decision& decision, const ServiceRow& service, const CorrectTariff& command
) {
    if (command.charges.size() > charges_max)
        return Error{Errc::value_out_of_range, fmt::format("charges: at most {}", charges_max)};
    std::vector<std::string_view> names;
    for (const TariffCharge& charge : command.charges) {
        const Status status = check_charge(decision, service, command, charge);
        if (!status) return status;
        names.emplace_back(charge.charge);
    }
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end())
        return Error{Errc::value_out_of_range, "charges: one is named twice"};
    return Done{};
}

class Correction {
public:
    Correction(
        Decision& decision, const CorrectTariff& command, const ServiceRow& row, Versions versions
    )
        : decision_(decision)
        , command_(command)
        , row_(row)
        , versions_(versions)
        , customer_(owner_of(decision, row.customer)) {}

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
        decision_.add("service:" + command_.service, std::move(corrected));
        bring_back();
        return figures_;
    }

private:
    ChargeLine line_of(const PlanRow& plan, std::uint32_t version, Period days) const {
        ChargeLine line;
        line.component = "period";
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
        ChargeLine line = line_of(versions_.from, command_.from_version, days);
        line.net = part_of(charge.net, share);
        line.tax = part_of(charge.tax, share);
        if (line.net == 0) return Done{};
        corrected.credited_minor = line.net + line.tax;
        figures_.credited_minor += corrected.credited_minor;
        return credit_charge(
            decision_, charge.charge, {std::move(line)}, "tariff: " + command_.reason
        );
    }

    Status charge_anew(
        const TariffCharge& charge, Period days, Share share, CorrectedCharge& corrected
    ) {
        PeriodPrice price;
        price.period = days;
        price.plan = command_.plan;
        price.plan_version = command_.to_version;
        const Result<std::int64_t> minor = new_price(charge, share);
        if (!minor) return minor.error();
        price.period_minor = *minor;
        price.minor = *minor;
        if (price.minor == 0) return Done{};
        price.charge = free_charge(days.from);
        WalletRow& wallet = decision_.wallet(customer_);
        std::optional<Taken> taken = take_price(wallet, price.minor);
        if (!taken) {
            WalletDebit debit = force_take(wallet, customer_, {}, price.minor);
            figures_.owed_minor += debit.overdrawn;
            taken.emplace(Taken{std::move(debit.lots), debit.overdrawn});
        }
        ServiceRow payer = row_;
        payer.customer = customer_;
        charge_days(decision_, command_.service, payer, price, std::move(*taken));
        corrected.by = price.charge;
        corrected.charged_minor = price.minor;
        figures_.charged_minor += price.minor;
        return Done{};
    }

    // One rounding: the old price of these days times the new one over the old one.
    Result<std::int64_t> new_price(const TariffCharge& charge, Share share) const {
        __extension__ using Wide = __int128;
        const Wide paid = Wide{charge.net} + charge.tax;
        const Wide numerator = paid * versions_.to.price_minor * share.days;
        const Wide denominator = Wide{versions_.from.price_minor} * share.of;
        const Wide minor = (2 * numerator + denominator) / (2 * denominator);
        if (minor > amount_minor_max) return Error{Errc::amount_overflow, charge.charge};
        return static_cast<std::int64_t>(minor);
    }

    // The first number that no charge of these days has had.
    std::string free_charge(Date from) {
        for (PaidPeriod paid{from};; ++paid.correction) {
            std::string charge = period_charge(command_.service, paid);
            const bool is_free = decision_.book().charges.find(decision_.key(charge)) == nullptr;
            if (is_free && std::ranges::find(named_, charge) == named_.end())
                return named_.emplace_back(std::move(charge));
        }
    }

    void bring_back() {
        ServiceRow changed = row_;
        if (changed.plan == command_.plan && changed.plan_version == command_.from_version)
            changed.plan_version = command_.to_version;
        reconnect_paid(
            decision_, customer_, std::nullopt, ChangedService{command_.service, std::move(changed)}
        );
    }

    Decision& decision_;
    const CorrectTariff& command_;
    const ServiceRow& row_;
    Versions versions_;
    std::string customer_;
    TariffFigures figures_;
    std::vector<CorrectedCharge> charges_;
    std::vector<std::string> named_;
};

} // namespace

Result<TariffFigures> correct_tariff(Decision& decision, const CorrectTariff& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    const Result<Versions> versions = versions_of(decision, command);
    if (!versions) return versions.error();
    if (command.from > decision.today()) return Error{Errc::value_out_of_range, "from: lies ahead"};
    if (const Status status = check_text("reason", command.reason, 180); !status)
        return status.error();
    if (const Status status = check_charges(decision, *row, command); !status)
        return status.error();
    if (!command.charges.empty() && versions->from.price_minor == 0)
        return Error{Errc::tariff_unclear, "the version was free"};
    const bool has_version = row->plan == command.plan && row->plan_version == command.from_version;
    if (command.charges.empty() && !has_version)
        return Error{Errc::plan_unchanged, command.service};
    settle(decision, owner_of(decision, row->customer));
    Correction correction(decision, command, *row, *versions);
    for (const TariffCharge& charge : command.charges)
        if (const Status status = correction.correct(charge); !status) return status.error();
    return correction.finish();
}

Status decide(Decision& decision, const CorrectTariff& command) {
    const Result<TariffFigures> done = correct_tariff(decision, command);
    return done ? Status{Done{}} : Status{done.error()};
}

} // namespace tollbook
