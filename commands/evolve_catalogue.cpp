#include "commands/billing/renewal.hpp"
#include "commands/evolve_parts.hpp"
#include "commands/taxes/taxed_days.hpp"

#include <algorithm>
#include <type_traits>

namespace tollbook {

namespace {

AddonRow* find_addon(ServiceAddonsRow& row, const std::optional<std::string>& addon) {
    if (!addon) return nullptr;
    const auto found = std::ranges::find(row.addons, *addon, &AddonRow::addon);
    return found == row.addons.end() ? nullptr : &*found;
}

// The days of an add-on's line; none: it is something else.
template <class Line>
std::uint32_t addon_days(const Line& line) {
    if (line.component != addon_component || !line.service_from || !line.service_to) return 0;
    return static_cast<std::uint32_t>(std::max(line.service_to->days - line.service_from->days, 0));
}

// Whether these are days before those that an add-on is paid for, or before it came again: what
// they cost is corrected.
template <class Line>
bool is_of_before(ServiceAddonsRow& row, const std::vector<Line>& lines, Date renews_on) {
    std::optional<Date> end;
    for (const Line& line : lines) {
        const AddonRow* addon = addon_days(line) == 0 ? nullptr : find_addon(row, line.plan);
        if (addon == nullptr) continue;
        if (addon->paid && addon->paid->from && *line.service_from < *addon->paid->from)
            return true;
        if (!addon->paid) end = std::max(end.value_or(*line.service_to), *line.service_to);
    }
    return end && *end < renews_on;
}

template <class Line>
void note_line(
    ServiceAddonsRow& row,
    const std::string& charge,
    const Line& line,
    std::int64_t net,
    std::int64_t tax
) {
    const std::uint32_t days = addon_days(line);
    AddonRow* addon = days == 0 ? nullptr : find_addon(row, line.plan);
    if (addon == nullptr) return;
    addon->setup_minor = 0;
    if (!addon->paid || addon->paid->charge != charge)
        addon->paid = AddonPaid{charge, 0, 0, 0, {}, line.service_from};
    addon->paid->days += days;
    addon->paid->net += net;
    addon->paid->tax += tax;
    if constexpr (std::is_same_v<Line, ChargeLine>)
        if (line.taxes) addon->paid->parts.push_back(taxed_days(line));
}

} // namespace

void EvolveCatalogue::operator()(const PlanDefined& e) {
    const std::string version = book_key(tenant(), e.plan, std::to_string(e.version));
    PlanRow row{
        e.price_minor,
        e.tax_code,
        e.tax_percent,
        e.period,
        e.period_count.value_or(1),
        e.setup_minor.value_or(0),
        e.trial_days.value_or(0),
        e.proration.value_or(Proration::actual_days),
        e.first_period.value_or(FirstPeriod::full),
        e.kind.value_or(PlanKind::internet),
        e.includes.value_or(std::vector<IncludedAddon>{}),
        e.valid_from};
    book().plans.edit(version) = row;
    for (const PlanPrice& price : e.prices.value_or(std::vector<PlanPrice>{})) {
        row.price_minor = price.price_minor;
        row.setup_minor = price.setup_minor.value_or(0);
        book().plans.edit(version + "/" + std::string(price.currency.code())) = row;
    }
    book().plan_versions.edit(key(e.plan)).value = e.version;
}

ServiceRow& EvolveCatalogue::changed(const std::string& service) {
    ServiceRow& row = book().services.edit(key(service));
    ++row.changes;
    return row;
}

Date EvolveCatalogue::renewal_of(const std::string& service) const {
    return book().services.find(key(service))->renews_on;
}

ServiceAddonsRow* EvolveCatalogue::addons_of(const std::string& service) {
    if (book().addons.rows_in_memory() == 0) return nullptr;
    const std::string at = key(service);
    return book().addons.find(at) == nullptr ? nullptr : &book().addons.edit(at);
}

void EvolveCatalogue::operator()(const AddonAdded& e) {
    changed(e.service);
    book()
        .addons.edit(key(e.service))
        .addons.push_back(
            {e.addon, e.plan_version, e.quantity, e.setup_minor.value_or(0), false, {}, {}}
        );
}

void EvolveCatalogue::operator()(const AddonEndScheduled& e) {
    changed(e.service);
    AddonRow& addon = *find_addon(book().addons.edit(key(e.service)), e.addon);
    addon.ending = true;
    addon.next.reset();
}

void EvolveCatalogue::operator()(const AddonEndCancelled& e) {
    changed(e.service);
    find_addon(book().addons.edit(key(e.service)), e.addon)->ending = false;
}

void EvolveCatalogue::operator()(const AddonRemoved& e) {
    changed(e.service);
    ServiceAddonsRow& row = book().addons.edit(key(e.service));
    std::erase_if(row.addons, [&](const AddonRow& addon) { return addon.addon == e.addon; });
    if (row.addons.empty()) book().addons.erase(key(e.service));
}

void EvolveCatalogue::operator()(const AddonChangeScheduled& e) {
    changed(e.service);
    find_addon(book().addons.edit(key(e.service)), e.addon)->next =
        NextAddon{e.plan_version, e.quantity, e.not_before};
}

void EvolveCatalogue::operator()(const AddonChangeCancelled& e) {
    changed(e.service);
    find_addon(book().addons.edit(key(e.service)), e.addon)->next.reset();
}

void EvolveCatalogue::operator()(const AddonChanged& e) {
    changed(e.service);
    AddonRow& addon = *find_addon(book().addons.edit(key(e.service)), e.addon);
    addon.plan_version = e.plan_version;
    addon.quantity = e.quantity;
    addon.next.reset();
    addon.paid.reset(); // What is charged next pays for its days.
}

void EvolveCatalogue::note_addons_paid(const WalletCharged& e) {
    if (!e.service || e.charge.find('#') != std::string::npos) return; // Somebody's own.
    ServiceAddonsRow* row = addons_of(*e.service);
    if (row == nullptr || is_of_before(*row, e.lines, renewal_of(*e.service))) return;
    for (const ChargeLine& line : e.lines)
        note_line(*row, e.charge, line, line.net, line.tax);
}

void EvolveCatalogue::note_addons_drafted(const PeriodDrafted& e) {
    ServiceAddonsRow* row = addons_of(e.service);
    if (row == nullptr || is_of_before(*row, e.lines, renewal_of(e.service))) return;
    for (const DraftLine& line : e.lines) // Their worth stands on the invoice.
        note_line(*row, e.charge, line, 0, 0);
}

void EvolveCatalogue::note_addons_credited(const ChargeCredited& e) {
    if (!e.service) return;
    ServiceAddonsRow* row = addons_of(*e.service);
    if (row == nullptr) return;
    for (auto line = e.lines.rbegin(); line != e.lines.rend(); ++line) {
        if (line->component != addon_component) continue;
        AddonRow* addon = find_addon(*row, line->plan);
        if (addon == nullptr || !addon->paid || addon->paid->charge != e.charge) continue;
        AddonPaid& paid = *addon->paid;
        paid.net -= std::min(paid.net, line->net);
        paid.tax -= std::min(paid.tax, line->tax);
        paid.days -= std::min(paid.days, addon_days(*line));
        take_back(paid.parts, *line);
    }
}

} // namespace tollbook
