#include "commands/taxes/taxing.hpp"

#include "commands/billing/renewal.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace tollbook {

namespace {

constexpr std::int64_t ppm_one = 1'000'000;

// A part of a line that one version of its tax covers.
struct Piece {
    InvoiceLine line;
    std::int64_t minor{};
    bool tax_included{};
    std::vector<std::int64_t> rates; // Effective; as the line's taxes.
};

// The tax of a line: its versions, and what its plan says for days before them.
class TaxOfLine {
public:
    TaxOfLine(const Decision& decision, const DraftLine& line)
        : name_(*line.tax), row_(decision.book().taxes.find(decision.key(name_))) {
        if (!line.plan || !line.plan_version) return;
        const PlanRow& plan = plan_row(decision, *line.plan, *line.plan_version);
        if (plan.tax_code != name_) return;
        of_plan_.emplace();
        of_plan_->rates = {{name_, plan.tax_percent * (ppm_one / 100), false}};
    }

    Result<const TaxDefined*> on(Date day) const {
        if (const TaxDefined* version = row_ == nullptr ? nullptr : tax_on(*row_, day))
            return version;
        if (of_plan_) return &*of_plan_;
        return Error{Errc::tax_unknown, name_ + " on " + to_string(day)};
    }

    // The first day after `day` on which it is another one, or `end`.
    Date next_change(Date day, Date end) const {
        return row_ == nullptr ? end : next_tax(*row_, day, end);
    }

private:
    const std::string& name_;
    const TaxRow* row_;
    std::optional<TaxDefined> of_plan_;
};

InvoiceLine untaxed(const DraftLine& draft) {
    InvoiceLine line;
    line.component = draft.component;
    line.tax = draft.tax;
    line.description = draft.description;
    line.service = draft.service;
    line.plan = draft.plan;
    line.plan_version = draft.plan_version;
    line.service_from = draft.service_from;
    line.service_to = draft.service_to;
    return line;
}

Piece piece_of(const DraftLine& draft, const TaxDefined* version) {
    Piece piece;
    piece.line = untaxed(draft);
    piece.minor = draft.minor;
    piece.tax_included = draft.tax_included.value_or(true);
    if (version == nullptr) return piece;
    piece.line.exempt_reason = version->exempt_reason;
    piece.rates = effective_rates(version->rates);
    for (const TaxRate& rate : version->rates)
        piece.line.taxes.push_back({rate.code, rate.rate_ppm, 0});
    return piece;
}

Status add_pieces(const DraftLine& draft, const TaxOfLine& tax, std::vector<Piece>& pieces) {
    const Date from = *draft.service_from;
    const Date to = *draft.service_to;
    std::int64_t told = 0; // Of the line's amount.
    for (Date day = from; day < to;) {
        const Result<const TaxDefined*> version = tax.on(day);
        if (!version) return version.error();
        DraftLine part = draft;
        part.service_from = day;
        day = tax.next_change(day, to);
        part.service_to = day;
        const std::int64_t until =
            multiply_half_up(draft.minor, day.days - from.days, to.days - from.days);
        part.minor = until - told;
        told = until;
        if (part.minor > 0) pieces.push_back(piece_of(part, *version));
    }
    return Done{};
}

Result<std::vector<Piece>> split(
    const Decision& decision, const std::vector<DraftLine>& lines, Date issued_on
) {
    std::vector<Piece> pieces;
    for (const DraftLine& line : lines) {
        if (!line.tax) {
            pieces.push_back(piece_of(line, nullptr));
            continue;
        }
        const TaxOfLine tax(decision, line);
        if (line.service_from && line.service_to && *line.service_from < *line.service_to) {
            if (const Status status = add_pieces(line, tax, pieces); !status) return status.error();
            continue;
        }
        const Result<const TaxDefined*> version = tax.on(issued_on);
        if (!version) return version.error();
        pieces.push_back(piece_of(line, *version));
    }
    return pieces;
}

// A price that includes its taxes: the net is told first, the taxes share the rest.
void tell_included(Piece& piece, std::int64_t net) {
    piece.line.net = net;
    const std::int64_t all = sum_of(piece.rates);
    if (all == 0) return;
    std::vector<Wide> shares;
    for (const std::int64_t rate : piece.rates)
        shares.push_back(Wide{piece.minor - net} * rate);
    const std::vector<std::int64_t> taxes = spread(piece.minor - net, shares, all);
    for (std::size_t i = 0; i < taxes.size(); ++i)
        piece.line.taxes[i].minor = taxes[i];
}

void tax_each(Piece& piece, Halves halves) {
    if (piece.tax_included) {
        const Wide of = Wide{effective_one} + sum_of(piece.rates);
        tell_included(piece, rounded(Wide{piece.minor} * effective_one, of, halves));
        return;
    }
    piece.line.net = piece.minor;
    for (std::size_t i = 0; i < piece.rates.size(); ++i)
        piece.line.taxes[i].minor =
            rounded(Wide{piece.minor} * piece.rates[i], effective_one, halves);
}

using Group = std::vector<Piece*>;

Wide minor_of(const Group& group) {
    Wide sum = 0;
    for (const Piece* piece : group)
        sum += piece->minor;
    return sum;
}

void tax_included_group(const Group& group, Halves halves) {
    const Wide of = Wide{effective_one} + sum_of(group.front()->rates);
    std::vector<Wide> nets;
    for (const Piece* piece : group)
        nets.push_back(Wide{piece->minor} * effective_one);
    const std::int64_t net = rounded(minor_of(group) * effective_one, of, halves);
    const std::vector<std::int64_t> parts = spread(net, nets, of);
    for (std::size_t i = 0; i < group.size(); ++i)
        tell_included(*group[i], parts[i]);
}

void tax_excluded_group(const Group& group, Halves halves) {
    for (Piece* piece : group)
        piece->line.net = piece->minor;
    for (std::size_t rate = 0; rate < group.front()->rates.size(); ++rate) {
        std::vector<Wide> exact;
        for (const Piece* piece : group)
            exact.push_back(Wide{piece->minor} * piece->rates[rate]);
        const Wide sum = minor_of(group) * group.front()->rates[rate];
        const auto parts = spread(rounded(sum, effective_one, halves), exact, effective_one);
        for (std::size_t i = 0; i < group.size(); ++i)
            group[i]->line.taxes[rate].minor = parts[i];
    }
}

bool same_taxes(const Piece& a, const Piece& b) {
    return a.tax_included == b.tax_included && a.line.tax == b.line.tax && a.rates == b.rates &&
           a.line.taxes == b.line.taxes;
}

// Lines of the same tax and rates are rounded together.
void tax_together(std::vector<Piece>& pieces, Halves halves) {
    std::vector<Group> groups;
    for (Piece& piece : pieces) {
        const auto group = std::ranges::find_if(groups, [&](const Group& of) {
            return same_taxes(*of.front(), piece);
        });
        if (group == groups.end())
            groups.push_back({&piece});
        else
            group->push_back(&piece);
    }
    for (const Group& group : groups)
        if (group.front()->tax_included)
            tax_included_group(group, halves);
        else
            tax_excluded_group(group, halves);
}

} // namespace

std::vector<std::int64_t> effective_rates(const std::vector<TaxRate>& rates) {
    std::int64_t simple = 0;
    for (const TaxRate& rate : rates)
        if (!rate.compound) simple += rate.rate_ppm;
    std::vector<std::int64_t> effective;
    for (const TaxRate& rate : rates)
        effective.push_back(rate.rate_ppm * (rate.compound ? ppm_one + simple : ppm_one));
    return effective;
}

const TaxDefined* tax_on(const TaxRow& tax, Date day) {
    for (auto version = tax.versions.rbegin(); version != tax.versions.rend(); ++version)
        if (version->valid_from <= day) return &*version;
    return nullptr;
}

Date next_tax(const TaxRow& tax, Date day, Date end) {
    Date next = end;
    for (const TaxDefined& version : tax.versions)
        if (version.valid_from > day) next = std::min(next, version.valid_from);
    return next;
}

std::int64_t rounded(Wide numerator, Wide denominator, Halves halves) {
    ensure(numerator >= 0 && denominator > 0);
    const Wide whole = numerator / denominator;
    const Wide twice = 2 * (numerator % denominator);
    const bool up =
        twice > denominator || (twice == denominator && (halves == Halves::up || whole % 2 != 0));
    return static_cast<std::int64_t>(whole + (up ? 1 : 0));
}

std::int64_t sum_of(std::span<const std::int64_t> parts) {
    return std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
}

std::vector<std::int64_t> spread(
    std::int64_t whole, std::span<const Wide> numerators, Wide denominator
) {
    std::vector<std::int64_t> parts;
    std::vector<std::size_t> order;
    for (const Wide numerator : numerators) {
        order.push_back(parts.size());
        parts.push_back(static_cast<std::int64_t>(numerator / denominator));
        whole -= parts.back();
    }
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const Wide lost_a = numerators[a] % denominator;
        const Wide lost_b = numerators[b] % denominator;
        return lost_a != lost_b ? lost_a > lost_b : a < b;
    });
    ensure(whole >= 0 && static_cast<std::size_t>(whole) <= parts.size());
    for (std::size_t i = 0; i < static_cast<std::size_t>(whole); ++i)
        ++parts[order[i]];
    return parts;
}

Result<std::vector<InvoiceLine>> tax_lines(
    const Decision& decision, const std::vector<DraftLine>& lines, const TaxTerms& terms
) {
    Result<std::vector<Piece>> pieces = split(decision, lines, terms.issued_on);
    if (!pieces) return pieces.error();
    if (terms.rounding == TaxRounding::line)
        for (Piece& piece : *pieces)
            tax_each(piece, terms.halves);
    else
        tax_together(*pieces, terms.halves);
    std::vector<InvoiceLine> taxed;
    for (Piece& piece : *pieces)
        taxed.push_back(std::move(piece.line));
    return taxed;
}

std::int64_t gross(const InvoiceLine& line) {
    std::int64_t minor = line.net;
    for (const LineTax& tax : line.taxes)
        minor += tax.minor;
    return minor;
}

} // namespace tollbook
