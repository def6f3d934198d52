#include "commands/billing/renewal.hpp"
#include "commands/evolve_parts.hpp"
#include "commands/taxes/taxed_days.hpp"

#include <algorithm>
#include <charconv>

namespace tollbook {

namespace {

// The number behind the last colon of a charge's id.
std::uint32_t correction_of(std::string_view charge) {
    std::uint32_t number = 0;
    const std::string_view digits = charge.substr(charge.rfind(':') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

bool is_period(const ChargeLine& line) {
    return line.component == "period" && line.service_from && line.service_to;
}

// All that a charge has for its period, one line for each tax on its days.
std::vector<TaxedDays> parts_of(const WalletCharged& e) {
    std::vector<TaxedDays> parts;
    for (const ChargeLine& line : e.lines)
        if (is_period(line) && line.taxes) parts.push_back(taxed_days(line));
    return parts;
}

} // namespace

void EvolveSubscriptions::forget_schedule(ServiceRow& row, const std::string& service) {
    if (row.scheduled == Scheduled::plan_change) book().next_plans.erase(key(service));
    row.scheduled.reset();
}

void EvolveSubscriptions::operator()(const PlanChangeScheduled& e) {
    changed(e.service).scheduled = Scheduled::plan_change;
    book().next_plans.edit(key(e.service)) = {e.plan, e.plan_version, e.not_before};
}

void EvolveSubscriptions::operator()(const PlanChangeCancelled& e) {
    forget_schedule(changed(e.service), e.service);
}

void EvolveSubscriptions::operator()(const PlanChanged& e) {
    ServiceRow& row = changed(e.service);
    forget_schedule(row, e.service);
    keep_taxes(e.service, row, {e.plan, e.plan_version});
    row.plan = e.plan;
    row.plan_version = e.plan_version;
    if (!e.anchor_day) return;
    row.anchor_day = *e.anchor_day;
    if (row.paid) row.paid->whole = 0; // What is charged next is part of no period before.
}

void EvolveSubscriptions::operator()(const ServicePaused& e) {
    changed(e.service).days_left = e.days_left;
}

void EvolveSubscriptions::operator()(const ServiceResumed& e) {
    ServiceRow& row = changed(e.service);
    row.days_left.reset();
    row.renews_on = e.renews_on;
    row.anchor_day = e.anchor_day;
}

void EvolveSubscriptions::operator()(const ServiceEndScheduled& e) {
    ServiceRow& row = changed(e.service);
    forget_schedule(row, e.service);
    row.scheduled = Scheduled::end;
}

void EvolveSubscriptions::operator()(const ServiceEndCancelled& e) {
    forget_schedule(changed(e.service), e.service);
}

void EvolveSubscriptions::operator()(const ServiceEnded& e) {
    ServiceRow& row = changed(e.service);
    forget_schedule(row, e.service);
    row.days_left.reset();
    row.promised_until.reset();
}

void EvolveSubscriptions::operator()(const ServiceExtended& e) {
    ServiceRow& row = changed(e.service);
    row.renews_on = e.renews_on;
    row.anchor_day = e.anchor_day;
}

void EvolveSubscriptions::operator()(const PaymentPromised& e) {
    changed(e.service).promised_until = e.until;
}

void EvolveSubscriptions::operator()(const TariffCorrected& e) {
    ServiceRow& row = changed(e.service);
    if (row.plan == e.plan && row.plan_version == e.from_version) {
        if (e.charges.empty()) keep_taxes(e.service, row, {e.plan, e.to_version});
        row.plan_version = e.to_version;
    }
    ServiceAddonsRow* addons = addons_of(e.service);
    if (addons == nullptr) return;
    for (AddonRow& addon : addons->addons) {
        if (addon.addon != e.plan) continue;
        if (addon.plan_version == e.from_version) addon.plan_version = e.to_version;
        if (addon.next && addon.next->plan_version == e.from_version)
            addon.next->plan_version = e.to_version;
    }
}

void EvolveSubscriptions::note_paid(const WalletCharged& e) {
    if (!e.service || e.lines.empty() || !is_period(e.lines.front())) return;
    if (e.charge.find('#') != std::string::npos) return; // Somebody's own.
    const ServiceRow* row = book().services.find(key(*e.service));
    if (row->paid && *e.lines.front().service_from < row->paid->from) return; // Of days before.
    Paid paid{{*e.lines.front().service_from, {}}, 0, 0};
    for (const ChargeLine& line : e.lines) {
        if (!is_period(line)) continue;
        paid.days.to = *line.service_to;
        paid.net += line.net;
        paid.tax += line.tax;
    }
    set_paid(*e.service, e.charge, paid);
    set_taxes(*e.service, e.lines.front(), parts_of(e));
}

void EvolveSubscriptions::note_drafted(const PeriodDrafted& e) {
    const DraftLine& line = e.lines.front();
    if (!line.service_from) return;                      // A fee.
    if (e.charge.find('~') != std::string::npos) return; // An add-on's own.
    const ServiceRow* row = book().services.find(key(e.service));
    if (row->paid && *line.service_from < row->paid->from) return; // Of days before.
    set_paid(
        e.service, e.charge, {{*line.service_from, *line.service_to}, 0, 0}
    ); // On the invoice.
    forget_taxes(e.service);
}

void EvolveSubscriptions::set_paid(
    const std::string& service, const std::string& charge, const Paid& paid
) {
    ServiceRow& row = book().services.edit(key(service));
    // Part of the period that was charged before, or a period of its own.
    const bool is_part = row.paid && row.paid->whole > 0 && paid.days.to <= row.renews_on;
    const auto days =
        static_cast<std::uint32_t>(std::max(paid.days.to.days - paid.days.from.days, 0));
    const std::uint32_t whole = is_part ? row.paid->whole : days;
    row.paid = {paid.days.from, correction_of(charge), days, whole, paid.net, paid.tax};
}

void EvolveSubscriptions::set_taxes(
    const std::string& service, const ChargeLine& line, std::vector<TaxedDays> parts
) {
    forget_taxes(service);
    if (parts.empty()) return;
    const std::string& tax_code = plan_of({*line.plan, *line.plan_version}).tax_code;
    const std::vector<LineTax>& taxes = parts.front().taxes;
    if (parts.size() == 1 && taxes.size() == 1 && taxes.front().code == tax_code)
        book().services.edit(key(service)).paid->rate_ppm =
            static_cast<std::uint32_t>(taxes.front().rate_ppm);
    else
        book().paid_taxes.edit(key(service)).parts = std::move(parts);
}

const PlanRow& EvolveSubscriptions::plan_of(const PlanChoiceRow& choice) const {
    return *book().plans.find(book_key(tenant(), choice.plan, std::to_string(choice.version)));
}

void EvolveSubscriptions::keep_taxes(
    const std::string& service, ServiceRow& row, const PlanChoiceRow& to
) {
    if (!row.paid || !row.paid->rate_ppm) return;
    const PlanRow& from = plan_of({row.plan, row.plan_version});
    if (from.tax_code == plan_of(to).tax_code) return;
    book().paid_taxes.edit(key(service)).parts = paid_parts(row, nullptr, from);
    row.paid->rate_ppm.reset();
}

void EvolveSubscriptions::forget_taxes(const std::string& service) {
    if (book().paid_taxes.rows_in_memory() == 0) return;
    const std::string at = key(service);
    if (book().paid_taxes.find(at) != nullptr) book().paid_taxes.erase(at);
}

void EvolveSubscriptions::note_credited(const ChargeCredited& e) {
    if (!e.service) return;
    ServiceRow& row = book().services.edit(key(*e.service));
    if (!row.paid || period_charge(*e.service, *row.paid) != e.charge) return;
    PaidTaxesRow* taxes = taxes_of(*e.service);
    for (auto line = e.lines.rbegin(); line != e.lines.rend(); ++line) {
        if (line->component != "period") continue;
        row.paid->net -= std::min(row.paid->net, line->net);
        row.paid->tax -= std::min(row.paid->tax, line->tax);
        row.paid->days -= std::min(row.paid->days, days_of(*line));
        if (taxes != nullptr) take_back(taxes->parts, *line);
    }
}

PaidTaxesRow* EvolveSubscriptions::taxes_of(const std::string& service) {
    if (book().paid_taxes.rows_in_memory() == 0) return nullptr;
    const std::string at = key(service);
    return book().paid_taxes.find(at) == nullptr ? nullptr : &book().paid_taxes.edit(at);
}

} // namespace tollbook
