#include "commands/tariffs/tariff_days.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/catalogue/catalogue.hpp"
#include "commands/invoicing/credit_notes.hpp"
#include "commands/services/service_end.hpp"

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::string_view period_component = "period";

const ServiceRow* find_running(const Book& book, std::string_view tenant, const TariffDays& of) {
    const ServiceRow* row = book.services.find(book_key(tenant, of.service));
    return row == nullptr || has_ended(*row) ? nullptr : row;
}

const AddonRow* find_addon_row(const Book& book, std::string_view tenant, const TariffDays& of) {
    if (book.addons.rows_in_memory() == 0) return nullptr;
    const ServiceAddonsRow* row = book.addons.find(book_key(tenant, of.service));
    if (row == nullptr) return nullptr;
    const auto found = std::ranges::find(row->addons, of.plan, &AddonRow::addon);
    return found == row->addons.end() ? nullptr : &*found;
}

Period days_from(Date from, std::uint32_t days) { return {from, from + static_cast<int>(days)}; }

std::optional<NewestCharge> newest_of_addon(const AddonRow* addon) {
    if (addon == nullptr || !addon->paid || !addon->paid->from) return std::nullopt;
    const AddonPaid& paid = *addon->paid;
    return NewestCharge{paid.charge, days_from(*paid.from, paid.days), paid.net, false};
}

std::optional<NewestCharge> newest_of_service(const ServiceRow& row, const TariffDays& of) {
    if (!row.paid) return std::nullopt;
    const std::string charge = period_charge(std::string(of.service), *row.paid);
    return NewestCharge{charge, days_from(row.paid->from, row.paid->days), row.paid->net, false};
}

bool is_of(const TariffDays& of, const LineDays& line) {
    return line.component == of.component && line.service == of.service && line.plan == of.plan &&
           line.plan_version == of.plan_version && std::max(line.from, of.from) < line.to;
}

bool is_of(const TariffDays& of, const DraftLine& line) {
    return line.component == of.component && line.service == of.service && line.plan == of.plan &&
           line.plan_version == of.plan_version && line.service_from && line.service_to &&
           std::max(*line.service_from, of.from) < *line.service_to;
}

std::vector<StandingLine> lines_of_draft(const InvoiceRow& invoice, const TariffDays& of) {
    std::vector<StandingLine> lines;
    for (std::size_t i = 0; i < invoice.draft.size(); ++i) {
        const DraftLine& line = invoice.draft[i];
        if (!is_of(of, line)) continue;
        const Period days{*line.service_from, *line.service_to};
        lines.push_back(
            {static_cast<std::uint32_t>(i + 1), days, line.minor, line.description, false}
        );
    }
    return lines;
}

} // namespace

std::optional<std::string_view> component_of(PlanKind kind) {
    if (is_for_services(kind)) return period_component;
    if (kind == PlanKind::addon) return addon_component;
    return std::nullopt;
}

std::optional<NewestCharge> newest_charge(
    const Book& book, std::string_view tenant, const TariffDays& of
) {
    const ServiceRow* row = find_running(book, tenant, of);
    if (row == nullptr) return std::nullopt;
    std::optional<NewestCharge> newest = of.component == addon_component
                                             ? newest_of_addon(find_addon_row(book, tenant, of))
                                             : newest_of_service(*row, of);
    if (newest) newest->has_moved = row->days_left || row->renews_on != newest->days.to;
    return newest;
}

bool has_version(const Book& book, std::string_view tenant, const TariffDays& of) {
    const ServiceRow* row = find_running(book, tenant, of);
    if (row == nullptr) return false;
    if (of.component != addon_component)
        return row->plan == of.plan && row->plan_version == of.plan_version;
    const AddonRow* addon = find_addon_row(book, tenant, of);
    return addon != nullptr && addon->plan_version == of.plan_version;
}

std::vector<StandingLine> standing_lines(const InvoiceRow& invoice, const TariffDays& of) {
    if (invoice.phase == InvoicePhase::draft && !invoice.periods.empty())
        return lines_of_draft(invoice, of);
    if (invoice.phase != InvoicePhase::issued && invoice.phase != InvoicePhase::written_off)
        return {};
    std::vector<StandingLine> lines;
    for (std::size_t i = 0; i < invoice.lines.size(); ++i) {
        const InvoiceLineRow& line = invoice.lines[i];
        const std::int64_t left = left_minor(line);
        if (!line.days || left <= 0 || !is_of(of, *line.days)) continue;
        lines.push_back(
            {static_cast<std::uint32_t>(i + 1),
             {line.days->from, line.days->to},
             left,
             line.days->description,
             line.days->unclear.value_or(false)}
        );
    }
    return lines;
}

} // namespace tollbook
