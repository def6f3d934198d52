#include "commands/simulation/simulated_plans.hpp"

#include <algorithm>
#include <string>

namespace tollbook {

namespace {

std::vector<PlanPrice> prices_in_book(const Book& book, const std::string& version) {
    const std::string prefix = version + "/";
    std::vector<PlanPrice> prices;
    book.plans.for_each([&](std::string_view key, const PlanRow& row) {
        if (!key.starts_with(prefix)) return;
        const Result<Currency> currency = Currency::parse(key.substr(prefix.size()));
        if (!currency) return;
        PlanPrice& price = prices.emplace_back(PlanPrice{*currency, row.price_minor, {}});
        if (row.setup_minor != 0) price.setup_minor = row.setup_minor;
    });
    std::ranges::sort(prices, {}, &PlanPrice::currency);
    return prices;
}

void put_prices(PlanDefined& defined, const std::vector<PlanPrice>& ruled) {
    if (!defined.prices) defined.prices.emplace();
    for (const PlanPrice& rule : ruled) {
        const auto price = std::ranges::find(*defined.prices, rule.currency, &PlanPrice::currency);
        if (price == defined.prices->end()) {
            defined.prices->push_back(rule);
            continue;
        }
        price->price_minor = rule.price_minor;
        if (rule.setup_minor) price->setup_minor = rule.setup_minor;
    }
}

} // namespace

PlanDefined plan_in_book(
    const Book& book, std::string_view tenant, const std::string& plan, std::uint32_t version
) {
    const std::string key = book_key(tenant, plan, std::to_string(version));
    const PlanRow& row = *book.plans.find(key);
    PlanDefined defined;
    defined.plan = plan;
    defined.version = version;
    defined.price_minor = row.price_minor;
    defined.currency = book.tenants.find(tenant)->currency;
    defined.tax_code = row.tax_code;
    defined.tax_percent = row.tax_percent;
    defined.period = row.period;
    defined.period_count = row.period_count;
    defined.setup_minor = row.setup_minor;
    defined.trial_days = row.trial_days;
    defined.proration = row.proration;
    defined.first_period = row.first_period;
    defined.kind = row.kind;
    if (!row.includes.empty()) defined.includes = row.includes;
    defined.valid_from = row.valid_from;
    std::vector<PlanPrice> prices = prices_in_book(book, key);
    if (!prices.empty()) defined.prices = std::move(prices);
    return defined;
}

void put_rule(PlanDefined& defined, const SimulatedPlan& rule) {
    defined.price_minor = rule.price_minor;
    defined.tax_percent = rule.tax_percent.value_or(defined.tax_percent);
    if (rule.tax_percent)
        defined.tax_code = *rule.tax_percent == 0 ? "" : "vat" + std::to_string(*rule.tax_percent);
    if (rule.setup_minor) defined.setup_minor = rule.setup_minor;
    if (rule.prices) put_prices(defined, *rule.prices);
}

std::optional<std::int64_t> setup_by_rule(
    const SimulatedPlan& rule, std::optional<Currency> other
) {
    if (!other) return rule.setup_minor;
    if (!rule.prices) return std::nullopt;
    const auto price = std::ranges::find(*rule.prices, *other, &PlanPrice::currency);
    return price == rule.prices->end() ? std::nullopt : price->setup_minor;
}

} // namespace tollbook
