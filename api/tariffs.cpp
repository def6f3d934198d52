#include "api/tariffs.hpp"

#include "api/machine_clock.hpp"
#include "api/slices.hpp"
#include "api/submit_each.hpp"
#include "commands/book_decider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook::api {

namespace {

// The cases and what each comes to, in the same order.
struct Looked {
    std::vector<TariffCase> cases;
    std::vector<TariffItem> items;
};

Result<Looked> look(
    Partition& partition, const std::string& tenant, const TariffCandidates& candidates
) {
    Result<std::vector<TariffCase>> cases = std::vector<TariffCase>{};
    const Status listed = partition.read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        cases = tariff_cases(book, tenant, candidates);
    });
    if (!listed) return listed.error();
    if (!cases) return cases.error();
    auto items = look_in_slices(partition, *cases, [&](const Book& book, auto slice) {
        return preview_tariff(book, tenant, machine_clock(), slice);
    });
    if (!items) return items.error();
    return Looked{std::move(*cases), std::move(*items)};
}

template <class Sums>
TariffSum& sum_of(Sums& sums, TariffOutcome outcome) {
    if (outcome == TariffOutcome::corrected) return sums.corrected;
    return outcome == TariffOutcome::moved ? sums.moved : sums.refused;
}

void add(TariffSum& sum, const TariffItem& item) {
    ++sum.services;
    sum.credited_minor += item.credited_minor;
    sum.charged_minor += item.charged_minor;
    sum.minor += item.minor;
    sum.owed_minor += item.owed_minor;
}

// Each credit note and each draft of a service once: they stand together.
void count_documents(TariffPreview& preview, const TariffItem& item) {
    const CorrectedInvoice* before = nullptr;
    if (!item.invoices) return;
    for (const CorrectedInvoice& one : *item.invoices) {
        const bool is_same = before != nullptr && before->invoice == one.invoice;
        if (!is_same) ++(one.credit_note ? preview.credit_notes : preview.drafts);
        before = &one;
    }
}

TariffPreview summed_up(const TariffCorrection& correction, std::vector<TariffItem> items) {
    TariffPreview preview;
    preview.preview = preview_hash(correction, items);
    preview.services = items.size();
    const std::string* before = nullptr;
    for (const TariffItem& item : items) {
        in_its_currency(preview, item.currency, [&](auto& sums) {
            add(sum_of(sums, item.outcome), item);
        });
        count_documents(preview, item);
        if (before == nullptr || *before != item.customer) ++preview.customers;
        before = &item.customer;
    }
    preview.left_out = items.size() - std::min(items.size(), tariff_items_max);
    items.resize(items.size() - preview.left_out);
    preview.items = std::move(items);
    return preview;
}

Result<ChangeReport> correct(
    Partition& partition, const RunOrder& order, const TariffCandidates& candidates
) {
    const TariffCorrection& correction = candidates.correction;
    if (!correction.preview) return Error{Errc::missing_field, "preview"};
    Result<Looked> looked = look(partition, order.tenant, candidates);
    if (!looked) return looked.error();
    const std::string now = preview_hash(correction, looked->items);
    if (now != *correction.preview)
        return Error{Errc::figures_moved, "the preview of now is " + now};
    ChangeReport report;
    report.services = looked->items.size();
    std::vector<Submission> submissions;
    for (std::size_t i = 0; i < looked->items.size(); ++i) {
        const TariffItem& item = looked->items[i];
        if (item.outcome == TariffOutcome::refused) {
            ++report.refused;
            continue;
        }
        CorrectTariff command = std::move(looked->cases[i].command);
        command.expected_minor = item.minor;
        const std::string hash = now.substr(0, key_hash_chars);
        submissions.push_back(submission_of(
            order, fmt::format("tariff:{}:{}:{}", item.service, item.changes, hash), command
        ));
    }
    submit_each(
        partition,
        submissions,
        [](const Submission& submission) { return submission; },
        [&](const auto&, const Result<Receipt>& answer) { count(report, answer); }
    );
    return report;
}

} // namespace

Result<std::string> run_tariff(Partition& partition, const RunOrder& order) {
    const auto candidates = from_json<TariffCandidates>(order.body.value_or("{}"));
    if (!candidates) return candidates.error();
    if (order.step == RunStep::tariff_preview) {
        Result<Looked> looked = look(partition, order.tenant, *candidates);
        if (!looked) return looked.error();
        const Result<Currency> currency = currency_of_tenant(partition, order.tenant);
        if (!currency) return currency.error();
        TariffPreview preview = summed_up(candidates->correction, std::move(looked->items));
        preview.currency = *currency;
        return to_json(preview);
    }
    const Result<ChangeReport> report = correct(partition, order, *candidates);
    if (!report) return report.error();
    return to_json(*report);
}

} // namespace tollbook::api
