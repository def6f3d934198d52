// What a service was charged on invoices at one version of its plan, as if it had been another.
#include "commands/tariffs/tariff_invoiced.hpp"

#include "commands/billing/proration.hpp"
#include "commands/billing/renewal.hpp"
#include "commands/catalogue/addons.hpp"
#include "commands/invoicing/credit_notes.hpp"
#include "commands/invoicing/invoicing.hpp"
#include "commands/taxes/taxing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook {

namespace {

constexpr std::size_t invoices_max = 1'000; // Of one service.

// What of a line comes back, and what takes its place.
struct Repriced {
    StandingLine line;
    Period days;
    std::int64_t credited_minor{};
    std::int64_t charged_minor{};
};

// New prices of what comes back of one invoice: rounded once over all of it, so that whole periods
// cost the new price whatever lines they are split in.
class Prices {
public:
    explicit Prices(const TariffTerms& terms) : terms_(terms) {}

    Result<std::int64_t> next(std::int64_t credited_minor) {
        credited_ += credited_minor;
        const Wide numerator = Wide{credited_} * terms_.to.price_minor;
        if (numerator / terms_.from.price_minor > amount_minor_max)
            return Error{Errc::amount_overflow, std::string(terms_.days.service)};
        const std::int64_t all = rounded(numerator, terms_.from.price_minor, Halves::up);
        const std::int64_t minor = all - charged_;
        charged_ = all;
        return minor;
    }

private:
    const TariffTerms& terms_;
    std::int64_t credited_{};
    std::int64_t charged_{};
};

Result<std::vector<Repriced>> reprice(
    const TariffTerms& terms, const std::vector<StandingLine>& lines
) {
    Prices prices(terms);
    std::vector<Repriced> repriced;
    for (const StandingLine& line : lines) {
        const Period days{std::max(line.days.from, terms.days.from), line.days.to};
        const Share share{days.to.days - days.from.days, line.days.to.days - line.days.from.days};
        const std::int64_t credited = part_of(line.minor, share);
        const Result<std::int64_t> charged = prices.next(credited);
        if (!charged) return charged.error();
        if (credited > 0) repriced.push_back({line, days, credited, *charged});
    }
    return repriced;
}

DraftLine line_anew(const TariffTerms& terms, const Repriced& repriced) {
    DraftLine line;
    line.component = terms.days.component;
    line.minor = repriced.charged_minor;
    if (!terms.to.tax_code.empty()) line.tax = terms.to.tax_code;
    line.description = repriced.line.description;
    line.service = terms.command.service;
    line.plan = terms.command.plan;
    line.plan_version = terms.command.to_version;
    line.service_from = repriced.days.from;
    line.service_to = repriced.days.to;
    return line;
}

// The draft's lines with each of these in two: the days before as they were, the others anew.
std::vector<DraftLine> lines_after(
    const TariffTerms& terms, const InvoiceRow& draft, const std::vector<Repriced>& repriced
) {
    std::vector<DraftLine> lines;
    for (std::size_t i = 0; i < draft.draft.size(); ++i) {
        const auto changed = std::ranges::find(repriced, i + 1, [](const Repriced& one) {
            return std::size_t{one.line.line};
        });
        DraftLine line = draft.draft[i];
        if (changed == repriced.end()) {
            lines.push_back(std::move(line));
            continue;
        }
        line.minor -= changed->credited_minor;
        line.service_to = changed->days.from;
        if (line.minor > 0) lines.push_back(std::move(line));
        if (changed->charged_minor > 0) lines.push_back(line_anew(terms, *changed));
    }
    return lines;
}

// A number behind the invoice: nobody chooses an id with a '~'.
std::string free_credit_note(const Decision& decision, const std::string& invoice) {
    for (int number = 1;; ++number) {
        std::string id = fmt::format("{}~tariff~{}", invoice, number);
        const std::string lot = "note#" + id;
        const bool is_taken = decision.book().credits.find(decision.key(lot)) != nullptr;
        if (!is_taken && !decision.named(lot)) return id;
    }
}

class InvoiceCorrection {
public:
    InvoiceCorrection(
        Decision& decision, const TariffTerms& terms, const ChargeWalletDays& charge_wallet
    )
        : decision_(decision), terms_(terms), charge_wallet_(charge_wallet) {}

    Status correct(const std::string& invoice) {
        const InvoiceRow* row = decision_.book().invoices.find(decision_.key(invoice));
        if (row == nullptr) return Error{Errc::invoice_unknown, invoice};
        const std::vector<StandingLine> lines = standing_lines(*row, terms_.days);
        if (row->phase == InvoicePhase::written_off || row->phase == InvoicePhase::voided)
            return Error{Errc::invoice_not_open, invoice};
        if (lines.empty())
            return Error{Errc::value_out_of_range, invoice + ": none of these days stand on it"};
        for (const StandingLine& line : lines)
            if (line.unclear || has_moved(line))
                return Error{Errc::tariff_unclear, fmt::format("{}: line {}", invoice, line.line)};
        const Result<std::vector<Repriced>> repriced = reprice(terms_, lines);
        if (!repriced) return repriced.error();
        if (repriced->empty()) return Done{};
        if (row->phase == InvoicePhase::draft) {
            correct_draft(invoice, *row, *repriced);
            return Done{};
        }
        return correct_issued(invoice, *repriced);
    }

    std::vector<CorrectedInvoice> finish() {
        if (emptied_ && !is_drafted_on(*emptied_)) discard(*emptied_);
        return std::move(corrected_);
    }

private:
    bool has_moved(const StandingLine& line) const {
        const auto newest = newest_charge(decision_.book(), decision_.tenant(), terms_.days);
        const bool is_newest =
            newest && newest->days.from <= line.days.from && line.days.from < newest->days.to;
        return is_newest && newest->has_moved && terms_.days.from > line.days.from;
    }

    void correct_draft(
        const std::string& invoice, const InvoiceRow& row, const std::vector<Repriced>& repriced
    ) {
        std::vector<DraftLine> lines = lines_after(terms_, row, repriced);
        if (lines.empty()) emptied_ = invoice;
        decision_.add(
            "invoice:" + invoice,
            DraftCorrected{invoice, row.customer, terms_.command.service, std::move(lines)}
        );
        for (const Repriced& one : repriced)
            corrected_.push_back(told(invoice, one));
    }

    Status correct_issued(const std::string& invoice, const std::vector<Repriced>& repriced) {
        CreditNote note{
            free_credit_note(decision_, invoice), invoice, {}, "tariff: " + terms_.command.reason};
        for (const Repriced& one : repriced)
            note.lines.push_back({one.line.line, one.credited_minor, one.days});
        const Result<std::int64_t> back = issue_credit_note(decision_, note);
        if (!back) return back.error();
        for (const Repriced& one : repriced) {
            CorrectedInvoice corrected = told(invoice, one);
            corrected.credit_note = note.credit_note;
            if (one.charged_minor > 0) charge_anew(one, corrected);
            corrected_.push_back(std::move(corrected));
        }
        return Done{};
    }

    void charge_anew(const Repriced& repriced, CorrectedInvoice& corrected) {
        if (!is_invoiced(decision_, terms_.customer)) {
            corrected.by = charge_wallet_(repriced.days, repriced.charged_minor);
            return;
        }
        const std::string charge = tariff_charge(decision_, terms_.days, repriced.days.from);
        corrected.by = charge;
        corrected.on = draft_of(decision_, terms_.customer);
        draft_period(
            decision_,
            terms_.customer,
            terms_.command.service,
            charge,
            {line_anew(terms_, repriced)}
        );
    }

    static CorrectedInvoice told(const std::string& invoice, const Repriced& repriced) {
        CorrectedInvoice corrected;
        corrected.invoice = invoice;
        corrected.from = repriced.days.from;
        corrected.to = repriced.days.to;
        corrected.credited_minor = repriced.credited_minor;
        corrected.charged_minor = repriced.charged_minor;
        return corrected;
    }

    bool is_drafted_on(const std::string& invoice) const {
        return std::ranges::find(corrected_, invoice, &CorrectedInvoice::on) != corrected_.end();
    }

    void discard(const std::string& invoice) {
        const InvoiceRow& row = *decision_.book().invoices.find(decision_.key(invoice));
        decision_.add("invoice:" + invoice, DraftDiscarded{invoice, row.customer});
        decision_.name(discarded_draft(invoice));
    }

    Decision& decision_;
    const TariffTerms& terms_;
    const ChargeWalletDays& charge_wallet_;
    std::vector<CorrectedInvoice> corrected_;
    std::optional<std::string> emptied_;
};

Status check_invoices(const std::vector<std::string>& invoices) {
    if (invoices.size() > invoices_max)
        return Error{Errc::value_out_of_range, fmt::format("invoices: at most {}", invoices_max)};
    std::vector<std::string_view> names(invoices.begin(), invoices.end());
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end())
        return Error{Errc::value_out_of_range, "invoices: one is named twice"};
    return Done{};
}

} // namespace

std::string tariff_charge(Decision& decision, const TariffDays& of, Date from) {
    const std::string service(of.service);
    for (PaidPeriod paid{from};; ++paid.correction) {
        std::string charge = of.component == addon_component
                                 ? addon_charge_id(service, of.plan, from, paid.correction)
                                 : period_charge(service, paid);
        const bool is_taken = decision.book().charges.find(decision.key(charge)) != nullptr;
        if (is_taken || decision.named(charge)) continue;
        decision.name(charge);
        return charge;
    }
}

Result<std::vector<CorrectedInvoice>> correct_invoices(
    Decision& decision, const TariffTerms& terms, const ChargeWalletDays& charge_wallet
) {
    if (!terms.command.invoices) return std::vector<CorrectedInvoice>{};
    if (const Status status = check_invoices(*terms.command.invoices); !status)
        return status.error();
    const auto is_draft = [&](const std::string& invoice) {
        const InvoiceRow* row = decision.book().invoices.find(decision.key(invoice));
        return row != nullptr && row->phase == InvoicePhase::draft;
    };
    InvoiceCorrection correction(decision, terms, charge_wallet);
    // What comes anew from the others may go on one of the drafts: they are changed before.
    for (const bool drafts : {true, false})
        for (const std::string& invoice : *terms.command.invoices)
            if (is_draft(invoice) == drafts)
                if (const Status status = correction.correct(invoice); !status)
                    return status.error();
    return correction.finish();
}

} // namespace tollbook
