#include "api/cli/plan_rows.hpp"

#include <algorithm>

namespace tollbook::api {

namespace {

std::optional<std::uint32_t> positive(std::string_view text) {
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc{} || stop != end || number == 0) return std::nullopt;
    return number;
}

// "TV", "TV*2": two of them, "TV/3*2": at the third version. No id of a plan holds a '/' or a '*'.
std::optional<IncludedAddon> included_addon(std::string_view text) {
    const std::size_t star = text.find('*');
    const auto quantity = positive(star == text.npos ? "1" : text.substr(star + 1));
    text = text.substr(0, star);
    const std::size_t slash = text.find('/');
    const auto version = positive(slash == text.npos ? "1" : text.substr(slash + 1));
    text = text.substr(0, slash);
    if (text.empty() || !version || !quantity) return std::nullopt;
    return IncludedAddon{std::string(text), *version, *quantity};
}

std::optional<std::vector<IncludedAddon>> included_addons(CsvRow& row) {
    const std::vector<std::string> parts = split_text(row.optional_text("includes"), '+');
    if (parts.empty()) return std::nullopt;
    std::vector<IncludedAddon> includes;
    for (const std::string& part : parts) {
        const std::optional<IncludedAddon> addon = included_addon(part);
        if (!addon) row.complain("includes is not like TV+IP*2+VOIP/3: " + part);
        includes.push_back(addon.value_or(IncludedAddon{}));
    }
    return includes;
}

std::optional<std::int64_t> minor_units_of(std::string_view text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc{} || stop != end) return std::nullopt;
    return number;
}

// "EUR:1400", "USD:1500/200": with a set-up fee.
std::optional<PlanPrice> price_in_currency(std::string_view text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const Result<Currency> currency = Currency::parse(text.substr(0, colon));
    if (!currency || colon == text.size()) return std::nullopt;
    text.remove_prefix(colon + 1);
    const std::size_t slash = text.find('/');
    const auto price = minor_units_of(text.substr(0, slash));
    if (!price) return std::nullopt;
    if (slash == text.npos) return PlanPrice{*currency, *price};
    const auto setup = minor_units_of(text.substr(slash + 1));
    if (!setup) return std::nullopt;
    return PlanPrice{*currency, *price, setup};
}

std::optional<std::vector<PlanPrice>> prices_in_currencies(CsvRow& row) {
    const std::vector<std::string> parts = split_text(row.optional_text("prices"), '+');
    if (parts.empty()) return std::nullopt;
    std::vector<PlanPrice> prices;
    for (const std::string& part : parts) {
        const std::optional<PlanPrice> price = price_in_currency(part);
        if (!price) row.complain("prices is not like USD:1500/200+EUR:1400: " + part);
        prices.push_back(price.value_or(PlanPrice{}));
    }
    return prices;
}

} // namespace

DefinePlan plan_of(CsvRow& row) {
    DefinePlan plan;
    plan.plan = row.text("code");
    plan.name = row.text("name");
    plan.price_minor = row.number("price_minor");
    plan.currency = row.currency("currency");
    plan.tax_percent = row.number("tax_percent_included");
    plan.period = row.optional_choice<BillingPeriod>("period", "day, week, month, quarter or year");
    plan.down_mbps = row.number("down_mbps");
    plan.up_mbps = row.number("up_mbps");
    plan.period_count = row.optional_number<std::uint32_t>("period_count");
    plan.setup_minor = row.optional_number<std::int64_t>("setup_minor");
    plan.trial_days = row.optional_number<std::uint32_t>("trial_days");
    plan.proration = row.optional_choice<Proration>("proration", "actual_days or thirty_days");
    plan.first_period = row.optional_choice<FirstPeriod>("first_period", "full, prorated or free");
    plan.kind = row.optional_choice<PlanKind>(
        "kind", "internet, hosting, recurring, addon, one_time or bundle"
    );
    plan.includes = included_addons(row);
    plan.valid_from = row.optional_date("valid_from");
    plan.prices = prices_in_currencies(row);
    if (!plan.period && plan.kind != PlanKind::one_time) row.complain("period is empty");
    return plan;
}

} // namespace tollbook::api
