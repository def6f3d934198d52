#include "api/cli/billing_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tollbook::api {

namespace {

std::string line_of(std::string_view name, const BillingSum& sum) {
    return fmt::format("{:<24}{:>10}{:>24}\n", name, sum.services, amount(sum.minor));
}

// What a preview comes to in one currency, and its plans at their prices in that one.
template <class Sums>
std::string sums_text(
    const Sums& sums, const std::vector<PlanSum>& plans, std::optional<Currency> other
) {
    std::string text = fmt::format("{:<24}{:>10}{:>24}\n", "", "services", sums.currency.code());
    text += line_of("will be charged", sums.charged);
    if (sums.invoiced.services > 0) text += line_of("will be invoiced", sums.invoiced);
    text += line_of("will be cut", sums.cut);
    text += line_of("will end", sums.ended);
    if (sums.dunned.services > 0) text += line_of("will be dunned", sums.dunned);
    if (sums.waiting.services > 0) text += line_of("due, no step yet", sums.waiting);
    text += line_of("parked: look at them", sums.parked);
    for (const PlanSum& plan : plans)
        if (plan.currency == other)
            text +=
                line_of(fmt::format("charged: {} v{}", plan.plan, plan.plan_version), plan.charged);
    return text;
}

// What a run took, each currency by itself.
template <class Sums>
std::string taken(const Sums& sums) {
    return fmt::format(
        "{} {} charged, {} invoiced",
        sums.currency.code(),
        amount(sums.charged_minor),
        amount(sums.invoiced_minor)
    );
}

} // namespace

std::string amount(std::int64_t minor) {
    const std::uint64_t size =
        minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
    std::string text = fmt::format("{}.{:02}", size / 100, size % 100);
    for (std::size_t at = text.size() - 3; at > 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return minor < 0 ? "-" + text : text;
}

std::string preview_text(const BillingPreview& preview, const std::string& tenant) {
    std::string text = sums_text(preview, preview.plans, std::nullopt);
    for (const BillingSums& sums : preview.others.value_or(std::vector<BillingSums>{}))
        text += sums_text(sums, preview.plans, sums.currency);
    for (const BillingItem& item : preview.items)
        if (item.outcome == BillingOutcome::parked)
            text += fmt::format(
                "parked: {} from {}{}\n",
                item.service,
                to_string(item.from),
                item.reason ? ": " + *item.reason : ""
            );
    if (preview.left_out > 0)
        text += fmt::format("{} more are in the sums alone\n", preview.left_out);
    return text + fmt::format(
                      "to do just that: tollbook billing confirm --tenant {} --preview {}",
                      tenant,
                      preview.preview
                  );
}

std::string report_text(const RenewalReport& report) {
    std::string sums = taken(report);
    for (const RunSums& other : report.others.value_or(std::vector<RunSums>{}))
        sums += "; " + taken(other);
    return fmt::format(
        "{} due: {} charged or invoiced, {} cut, {} ended, {} parked, {} moved, {} settled before, "
        "{} failed, {} dunned, {} waiting; {} invoices issued, {} customers overdue, {} topped up; "
        "{}{}",
        report.due,
        report.renewed,
        report.cut,
        report.ended,
        report.parked,
        report.moved,
        report.settled,
        report.failed,
        report.dunned,
        report.waiting,
        report.invoices,
        report.overdue,
        report.top_ups,
        sums,
        report.run ? ": run " + *report.run : ""
    );
}

namespace {

// What a change of plan comes to in one currency.
template <class Sums>
std::string migration_lines(const Sums& sums) {
    const auto line = [](std::string_view name, const MigrationSum& sum) {
        return fmt::format(
            "{:<24}{:>10}{:>18}{:>18}{:>18}\n",
            name,
            sum.services,
            amount(sum.price_minor),
            amount(sum.new_price_minor),
            amount(sum.minor)
        );
    };
    std::string text = fmt::format(
        "{:<24}{:>10}{:>18}{:>18}{:>18}\n",
        sums.currency.code(),
        "services",
        "a period",
        "then",
        "paid now"
    );
    text += line("will be changed now", sums.changed);
    text += line("with the next period", sums.scheduled);
    return text + line("refused: look at them", sums.refused);
}

} // namespace

std::string preview_text(const MigrationPreview& preview) {
    std::string text = migration_lines(preview);
    for (const MigrationSums& sums : preview.others.value_or(std::vector<MigrationSums>{}))
        text += migration_lines(sums);
    if (preview.first_moves_on && preview.last_moves_on)
        text += fmt::format(
            "scheduled: the first on {}, the last on {}\n",
            to_string(*preview.first_moves_on),
            to_string(*preview.last_moves_on)
        );
    for (const MigrationItem& item : preview.items)
        if (item.outcome == MigrationOutcome::refused)
            text += fmt::format("refused: {}: {}\n", item.service, item.reason.value_or(""));
    if (preview.left_out > 0)
        text += fmt::format("{} more are in the sums alone\n", preview.left_out);
    return text + "to do just that: the same with --preview " + preview.preview;
}

namespace {

std::string tariff_line(std::string_view name, std::string_view of, const TariffSum& sum) {
    return fmt::format(
        "{:<28}{:>16}{:>16}{:>16}{:>16}{:>16}\n",
        name,
        of,
        amount(sum.credited_minor),
        amount(sum.charged_minor),
        amount(sum.minor),
        amount(sum.owed_minor)
    );
}

// What becomes of an invoice, below the service that it is about.
std::string document_line(const CorrectedInvoice& corrected) {
    const std::string days =
        fmt::format("{} to {}", to_string(corrected.from), to_string(corrected.to));
    if (!corrected.credit_note)
        return fmt::format("  draft {}: {} corrected\n", corrected.invoice, days);
    if (!corrected.by) return fmt::format("  credit note {}: {}\n", *corrected.credit_note, days);
    return fmt::format(
        "  credit note {}: {}, anew {}\n",
        *corrected.credit_note,
        days,
        corrected.on ? "on " + *corrected.on : "from the wallet"
    );
}

std::string item_text(const TariffItem& item) {
    if (item.outcome == TariffOutcome::refused)
        return fmt::format("refused: {}: {}\n", item.service, item.reason.value_or(""));
    std::string text = tariff_line(
        item.currency ? fmt::format("{} ({})", item.service, item.currency->code()) : item.service,
        item.customer,
        {1, item.credited_minor, item.charged_minor, item.minor, item.owed_minor}
    );
    for (const CorrectedInvoice& corrected :
         item.invoices.value_or(std::vector<CorrectedInvoice>{}))
        text += document_line(corrected);
    return text;
}

// What a correction comes to in one currency.
template <class Sums>
std::string tariff_sums(const Sums& sums) {
    const auto line = [&](std::string_view name, const TariffSum& sum) {
        return tariff_line(name, fmt::format("{} services", sum.services), sum);
    };
    return line("corrected", sums.corrected) + line("not charged since", sums.moved) +
           line("refused: look at them", sums.refused);
}

} // namespace

std::string preview_text(const TariffPreview& preview) {
    std::string text = fmt::format(
        "{:<28}{:>16}{:>16}{:>16}{:>16}{:>16}\n",
        preview.currency.code(),
        "",
        "comes back",
        "charged anew",
        "pays more",
        "of it owed"
    );
    for (const TariffItem& item : preview.items)
        text += item_text(item);
    if (preview.left_out > 0)
        text += fmt::format("{} more are in the sums alone\n", preview.left_out);
    text += tariff_sums(preview);
    for (const TariffSums& sums : preview.others.value_or(std::vector<TariffSums>{}))
        text += fmt::format("{}\n", sums.currency.code()) + tariff_sums(sums);
    if (preview.credit_notes + preview.drafts > 0)
        text += fmt::format(
            "of invoices: {} credit notes, {} drafts\n", preview.credit_notes, preview.drafts
        );
    return text + "to do just that: the same with --preview " + preview.preview;
}

std::string report_text(const ChangeReport& report) {
    return fmt::format(
        "{} services: {} changed or scheduled, {} refused, {} moved, {} failed",
        report.services,
        report.changed,
        report.refused,
        report.moved,
        report.failed
    );
}

} // namespace tollbook::api
