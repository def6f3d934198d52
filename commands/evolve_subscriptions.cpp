#include "commands/evolve_parts.hpp"
#include "commands/renewal.hpp"

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

std::uint32_t days_of(const ChargeLine& line) {
    return static_cast<std::uint32_t>(std::max(line.service_to->days - line.service_from->days, 0));
}

} // namespace

void EvolveSubscriptions::forget_schedule(ServiceRow& row, const std::string& service) {
    if (row.scheduled == Scheduled::plan_change) book().next_plans.erase(key(service));
    row.scheduled.reset();
}

void EvolveSubscriptions::operator()(const PlanChangeScheduled& e) {
    changed(e.service).scheduled = Scheduled::plan_change;
    book().next_plans.edit(key(e.service)) = {e.plan, e.plan_version};
}

void EvolveSubscriptions::operator()(const PlanChangeCancelled& e) {
    forget_schedule(changed(e.service), e.service);
}

void EvolveSubscriptions::operator()(const PlanChanged& e) {
    ServiceRow& row = changed(e.service);
    forget_schedule(row, e.service);
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
    if (row.plan == e.plan && row.plan_version == e.from_version) row.plan_version = e.to_version;
}

void EvolveSubscriptions::note_paid(const WalletCharged& e) {
    if (!e.service || e.lines.empty() || !is_period(e.lines.front())) return;
    if (e.charge.find('#') != std::string::npos) return; // Somebody's own.
    const ServiceRow* row = book().services.find(key(*e.service));
    if (row->paid && *e.lines.front().service_from < row->paid->from) return; // Of days before.
    set_paid(*e.service, e.charge, e.lines.front());
}

void EvolveSubscriptions::note_drafted(const PeriodDrafted& e) {
    if (!e.lines.front().service_from) return; // A fee.
    ChargeLine line;                           // Its worth stands on the invoice.
    line.service_from = e.lines.front().service_from;
    line.service_to = e.lines.front().service_to;
    set_paid(e.service, e.charge, line);
}

void EvolveSubscriptions::set_paid(
    const std::string& service, const std::string& charge, const ChargeLine& line
) {
    ServiceRow& row = book().services.edit(key(service));
    // Part of the period that was charged before, or a period of its own.
    const bool is_part = row.paid && row.paid->whole > 0 && *line.service_to <= row.renews_on;
    const std::uint32_t whole = is_part ? row.paid->whole : days_of(line);
    row.paid = {
        *line.service_from, correction_of(charge), days_of(line), whole, line.net, line.tax};
}

void EvolveSubscriptions::note_credited(const ChargeCredited& e) {
    if (!e.service) return;
    ServiceRow& row = book().services.edit(key(*e.service));
    if (!row.paid || period_charge(*e.service, *row.paid) != e.charge) return;
    for (const ChargeLine& line : e.lines) {
        if (line.component != "period") continue;
        row.paid->net -= std::min(row.paid->net, line.net);
        row.paid->tax -= std::min(row.paid->tax, line.tax);
        if (is_period(line)) row.paid->days -= std::min(row.paid->days, days_of(line));
    }
}

} // namespace tollbook
