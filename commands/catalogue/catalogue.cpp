#include "commands/catalogue/catalogue.hpp"

#include "commands/billing/renewal.hpp"
#include "ledger/ensure.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

namespace tollbook {

namespace {

Error unfit(const std::string& plan, PlanKind kind) {
    return {
        Errc::plan_kind_unfit,
        fmt::format("{}: {}", plan, boost::describe::enum_to_string(kind, ""))};
}

bool is_valid(const PlanRow& plan, Date day) { return !plan.valid_from || *plan.valid_from <= day; }

Error not_valid(const PlanRow& plan, const std::string& name) {
    return {Errc::plan_not_valid, fmt::format("{}: from {} on", name, to_string(*plan.valid_from))};
}

Error not_priced(const PlanChoiceRow& choice, Currency currency) {
    return {
        Errc::plan_not_priced,
        fmt::format("{} {}: in {}", choice.plan, choice.version, currency.code())};
}

Result<PlanChoiceRow> choose_plan(
    const Decision& decision,
    Currency currency,
    const std::string& plan,
    std::optional<std::uint32_t> version,
    Date day
) {
    const NumberRow* newest = decision.book().plan_versions.find(decision.key(plan));
    if (newest == nullptr || version == 0U || version > newest->value)
        return Error{Errc::plan_unknown, plan};
    if (!version) version = version_on(decision.book(), decision.tenant(), plan, day);
    const PlanRow& chosen = plan_row(decision, plan, version.value_or(1));
    if (!is_valid(chosen, day)) return not_valid(chosen, plan);
    PlanChoiceRow choice{plan, *version};
    if (find_priced(decision.book(), decision.tenant(), choice, currency) == nullptr)
        return not_priced(choice, currency);
    return choice;
}

} // namespace

bool is_for_services(PlanKind kind) {
    return kind != PlanKind::one_time && kind != PlanKind::addon;
}

std::optional<std::uint32_t> version_on(
    const Book& book, std::string_view tenant, const std::string& plan, Date day
) {
    const NumberRow* newest = book.plan_versions.find(book_key(tenant, plan));
    if (newest == nullptr) return std::nullopt;
    for (auto version = static_cast<std::uint32_t>(newest->value); version > 0; --version)
        if (is_valid(*book.plans.find(book_key(tenant, plan, std::to_string(version))), day))
            return version;
    return std::nullopt;
}

const PlanRow* find_priced(
    const Book& book, std::string_view tenant, const PlanChoiceRow& choice, Currency currency
) {
    std::string key = book_key(tenant, choice.plan, std::to_string(choice.version));
    if (currency != book.tenants.find(tenant)->currency) key.append("/").append(currency.code());
    return book.plans.find(key);
}

const PlanRow& priced_plan(
    const Decision& decision,
    std::string_view customer,
    const std::string& plan,
    std::uint32_t version
) {
    if (!decision.row().has_currencies) return plan_row(decision, plan, version);
    const PlanRow* row = find_priced(
        decision.book(), decision.tenant(), {plan, version}, decision.currency_of(customer)
    );
    ensure(row != nullptr);
    return *row;
}

Result<PlanChoiceRow> choose_service_plan(
    const Decision& decision,
    Currency currency,
    const std::string& plan,
    std::optional<std::uint32_t> version,
    std::optional<Date> day
) {
    Result<PlanChoiceRow> choice =
        choose_plan(decision, currency, plan, version, day.value_or(decision.today()));
    if (!choice) return choice;
    const PlanKind kind = plan_row(decision, plan, choice->version).kind;
    if (!is_for_services(kind)) return unfit(plan, kind);
    return choice;
}

Result<PlanChoiceRow> choose_plan_of(
    const Decision& decision,
    Currency currency,
    PlanKind kind,
    const std::string& plan,
    std::optional<std::uint32_t> version,
    std::optional<Date> day
) {
    Result<PlanChoiceRow> choice =
        choose_plan(decision, currency, plan, version, day.value_or(decision.today()));
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
