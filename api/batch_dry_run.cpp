#include "api/batch_dry_run.hpp"

#include "api/http/batch.hpp"
#include "api/http/problem.hpp"
#include "ledger/json.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace tollbook::api {

namespace {

Submission submission_of(const RunOrder& order, const DryRunItem& item) {
    return Submission{
        .tenant = order.tenant,
        .key = item.key,
        .type = item.type,
        .body = item.body,
        .actor = order.actor,
        .correlation = order.correlation,
        .causation = {},
        .expected_revision = {},
    };
}

// Of all of them: those that were refused before among the others.
Result<std::vector<Result<Tried>>> try_items(
    Partition& partition, const RunOrder& order, const std::vector<DryRunItem>& items
) {
    std::vector<Submission> submissions;
    for (const DryRunItem& item : items)
        if (!item.refused) submissions.push_back(submission_of(order, item));
    const auto tried = partition.try_out(std::move(submissions));
    if (!tried) return tried.error();
    std::vector<Result<Tried>> outcomes;
    std::size_t next = 0;
    for (const DryRunItem& item : items)
        if (item.refused)
            outcomes.emplace_back(Error{
                errc_of(*item.refused).value_or(Errc::internal), item.detail.value_or("")});
        else
            outcomes.push_back((*tried)[next++]);
    return outcomes;
}

std::string told(const std::vector<DryRunItem>& items, const std::vector<Result<Tried>>& outcomes) {
    std::size_t replayed = 0;
    std::size_t refused = 0;
    std::string data;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i != 0) data += ',';
        const Result<Tried>& outcome = outcomes[i];
        if (!outcome) {
            ++refused;
            write_refused_item(data, items[i].key, outcome.error());
            continue;
        }
        const bool again = *outcome == Tried::replayed;
        replayed += again ? 1 : 0;
        write_item_status(data, items[i].key, status_of_command(items[i].type));
        data += again ? R"(,"replayed":true})" : R"(,"replayed":false})";
    }
    return fmt::format(
        R"({{"object":"batch_dry_run","accepted":{},"replayed":{},"refused":{},"data":[{}]}})",
        items.size() - refused - replayed,
        replayed,
        refused,
        data
    );
}

} // namespace

Result<std::string> try_batch(Partition& partition, const RunOrder& order) {
    const auto items = from_json<std::vector<DryRunItem>>(order.body.value_or("[]"));
    if (!items) return items.error();
    const auto outcomes = try_items(partition, order, *items);
    if (!outcomes) return outcomes.error();
    return told(*items, *outcomes);
}

} // namespace tollbook::api
