#include "commands/catalogue.hpp"

#include "commands/renewal.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

namespace tollbook {

namespace {

Error unfit(const std::string& plan, PlanKind kind) {
    return {
        Errc::plan_kind_unfit,
        fmt::format("{}: {}", plan, boost::describe::enum_to_string(kind, ""))};
}

Result<PlanChoiceRow> choose_plan(
    const Decision& decision, const std::string& plan, std::optional<std::uint32_t> version
) {
    const NumberRow* newest = decision.book().plan_versions.find(decision.key(plan));
    if (newest == nullptr) return Error{Errc::plan_unknown, plan};
    const auto latest = static_cast<std::uint32_t>(newest->value);
    const std::uint32_t chosen = version.value_or(latest);
    if (chosen == 0 || chosen > latest) return Error{Errc::plan_unknown, plan};
    return PlanChoiceRow{plan, chosen};
}

} // namespace

bool is_for_services(PlanKind kind) {
    return kind != PlanKind::one_time && kind != PlanKind::addon;
}

Result<PlanChoiceRow> choose_service_plan(
    const Decision& decision, const std::string& plan, std::optional<std::uint32_t> version
) {
    Result<PlanChoiceRow> choice = choose_plan(decision, plan, version);
    if (!choice) return choice;
    const PlanKind kind = plan_row(decision, plan, choice->version).kind;
    if (!is_for_services(kind)) return unfit(plan, kind);
    return choice;
}

Result<PlanChoiceRow> choose_plan_of(
    const Decision& decision,
    PlanKind kind,
    const std::string& plan,
    std::optional<std::uint32_t> version
) {
    Result<PlanChoiceRow> choice = choose_plan(decision, plan, version);
    if (!choice) return choice;
    const PlanKind found = plan_row(decision, plan, choice->version).kind;
    if (found != kind) return unfit(plan, found);
    return choice;
}

Result<std::int64_t> price_of_quantity(const PlanRow& plan, std::uint32_t quantity) {
    if (quantity == 0 || quantity > quantity_max)
        return Error{Errc::value_out_of_range, fmt::format("quantity: 1 to {}", quantity_max)};
    if (plan.price_minor > amount_minor_max / quantity) return Error{Errc::amount_overflow, {}};
    return plan.price_minor * quantity;
}

std::optional<std::string> quantity_text(const std::string& plan, std::uint32_t quantity) {
    if (quantity == 1) return std::nullopt;
    return fmt::format("{} x {}", quantity, plan);
}

} // namespace tollbook
