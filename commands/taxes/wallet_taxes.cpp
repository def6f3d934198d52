#include "commands/taxes/wallet_taxes.hpp"

#include "commands/billing/renewal.hpp"
#include "commands/entities/entities.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/taxes/taxing.hpp"
#include "ledger/ensure.hpp"
#include "ledger/money.hpp"

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

ChargeLine untaxed(const PricedLine& price) {
    ChargeLine line;
    line.component = price.component;
    line.plan = price.plan;
    line.plan_version = price.plan_version;
    if (price.days) {
        line.service_from = price.days->from;
        line.service_to = price.days->to;
    }
    return line;
}

ChargeLine by_percentage(const PricedLine& price, const PlanRow& plan) {
    const NetAndTax split = split_tax_included(price.minor, plan.tax_percent);
    ChargeLine line = untaxed(price);
    line.net = split.net;
    line.tax = split.tax;
    if (!plan.tax_code.empty()) line.tax_code = plan.tax_code;
    return line;
}

std::vector<ChargeLine> by_percentages(
    const Decision& decision, std::span<const PricedLine> prices
) {
    std::vector<ChargeLine> lines;
    lines.reserve(prices.size());
    for (const PricedLine& price : prices)
        lines.push_back(by_percentage(price, plan_row(decision, price.plan, price.plan_version)));
    return lines;
}

// Its tax has one rate on all of its days: what tax_lines comes to, without the way there.
std::optional<ChargeLine> by_one_rate(
    const PricedLine& price, const TaxRow& tax, Date today, Halves halves
) {
    const bool has_days = price.days && price.days->from < price.days->to;
    const Period days = has_days ? *price.days : Period{today, today + 1};
    const TaxDefined* version = tax_on(tax, days.from);
    if (version == nullptr || version->rates.size() != 1) return std::nullopt;
    if (next_tax(tax, days.from, days.to) < days.to) return std::nullopt;
    const TaxRate& rate = version->rates.front();
    const Wide of = Wide{effective_one} + effective_rates(version->rates).front();
    ChargeLine line = untaxed(price);
    line.net = rounded(Wide{price.minor} * effective_one, of, halves);
    tell_taxes(line, {{rate.code, rate.rate_ppm, price.minor - line.net}});
    return line;
}

// Splits prices by dated taxes.
class DatedTaxes {
public:
    DatedTaxes(const Decision& decision, const std::string& customer)
        : decision_(decision), terms_(terms_of(decision, customer)) {}

    bool rounds_lines() const { return terms_.rounding == TaxRounding::line; }

    std::vector<InvoiceLine> taxed(const std::vector<DraftLine>& drafts) const {
        Result<std::vector<InvoiceLine>> lines = tax_lines(decision_, drafts, terms_);
        ensure(lines.has_value()); // A plan's own percentage holds where no version does.
        return std::move(*lines);
    }

    void add_by_itself(
        const PricedLine& price,
        const PlanRow& plan,
        const TaxRow& tax,
        std::vector<ChargeLine>& lines
    ) const {
        if (auto line = by_one_rate(price, tax, terms_.issued_on, terms_.halves)) {
            lines.push_back(std::move(*line));
            return;
        }
        std::vector<InvoiceLine> pieces = taxed({draft_line(price, plan)});
        add_pieces(price, pieces, lines);
    }

    // What a part of the price would come to less than one unit for is with its neighbour: the
    // pieces have all days of the price.
    static void add_pieces(
        const PricedLine& price, std::span<InvoiceLine> pieces, std::vector<ChargeLine>& lines
    ) {
        ensure(!pieces.empty());
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            ChargeLine line = untaxed(price);
            line.net = pieces[i].net;
            tell_taxes(line, std::move(pieces[i].taxes));
            if (i > 0) line.service_from = pieces[i].service_from;
            if (i + 1 < pieces.size()) line.service_to = pieces[i + 1].service_from;
            lines.push_back(std::move(line));
        }
    }

private:
    static TaxTerms terms_of(const Decision& decision, const std::string& customer) {
        const InvoicingSet terms =
            invoicing_on(decision, entity_of(decision, customer), decision.today());
        return {terms.tax_rounding, terms.halves, decision.today()};
    }

    const Decision& decision_;
    TaxTerms terms_;
};

// A price, and the dated tax of its plan. Null: nobody defined it.
struct TaxedPrice {
    const PricedLine& price;
    const PlanRow& plan;
    const TaxRow* tax;
};

std::vector<TaxedPrice> with_taxes(const Decision& decision, std::span<const PricedLine> prices) {
    std::vector<TaxedPrice> taxed;
    taxed.reserve(prices.size());
    for (const PricedLine& price : prices) {
        const PlanRow& plan = plan_row(decision, price.plan, price.plan_version);
        const TaxRow* tax = plan.tax_code.empty()
                                ? nullptr
                                : decision.book().taxes.find(decision.key(plan.tax_code));
        taxed.push_back({price, plan, tax});
    }
    return taxed;
}

// Each line by itself.
std::vector<ChargeLine> taxed_apart(const DatedTaxes& taxes, std::span<const TaxedPrice> prices) {
    std::vector<ChargeLine> lines;
    for (const auto& [price, plan, tax] : prices)
        if (tax == nullptr)
            lines.push_back(by_percentage(price, plan));
        else
            taxes.add_by_itself(price, plan, *tax, lines);
    return lines;
}

// Those of a tax together. A plan has no two prices of a component.
std::vector<ChargeLine> taxed_together(
    const DatedTaxes& taxes, std::span<const TaxedPrice> prices
) {
    std::vector<DraftLine> drafts;
    for (const auto& [price, plan, tax] : prices)
        if (tax != nullptr) drafts.push_back(draft_line(price, plan));
    std::vector<InvoiceLine> pieces = taxes.taxed(drafts);
    std::vector<ChargeLine> lines;
    auto from = pieces.begin();
    for (const auto& [price, plan, tax] : prices) {
        if (tax == nullptr) {
            lines.push_back(by_percentage(price, plan));
            continue;
        }
        auto to = from;
        while (to != pieces.end() && to->component == price.component && to->plan == price.plan)
            ++to;
        DatedTaxes::add_pieces(price, {from, to}, lines);
        from = to;
    }
    return lines;
}

} // namespace

std::vector<ChargeLine> taxed_lines(
    const Decision& decision, const std::string& customer, std::span<const PricedLine> prices
) {
    if (decision.book().taxes.rows_in_memory() == 0) return by_percentages(decision, prices);
    const std::vector<TaxedPrice> taxed = with_taxes(decision, prices);
    if (std::ranges::all_of(taxed, [](const TaxedPrice& of) { return of.tax == nullptr; }))
        return by_percentages(decision, prices);
    const DatedTaxes taxes(decision, customer);
    return taxes.rounds_lines() ? taxed_apart(taxes, taxed) : taxed_together(taxes, taxed);
}

DraftLine draft_line(const PricedLine& price, const PlanRow& plan) {
    DraftLine draft;
    draft.component = price.component;
    draft.minor = price.minor;
    if (!plan.tax_code.empty()) draft.tax = plan.tax_code;
    draft.plan = price.plan;
    draft.plan_version = price.plan_version;
    if (price.days) {
        draft.service_from = price.days->from;
        draft.service_to = price.days->to;
    }
    return draft;
}

void tell_taxes(ChargeLine& line, std::vector<LineTax> taxes) {
    line.tax = 0;
    for (const LineTax& tax : taxes)
        line.tax += tax.minor;
    line.tax_code.reset();
    if (taxes.size() == 1) line.tax_code = taxes.front().code;
    line.taxes = std::move(taxes);
}

} // namespace tollbook
