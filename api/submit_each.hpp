#pragma once

#include "api/run_order.hpp"
#include "commands/billing/billing_runs.hpp"
#include "ledger/guarded.hpp"
#include "ledger/partition.hpp"

#include <algorithm>
#include <cstddef>
#include <latch>
#include <string>
#include <utility>

namespace tollbook::api {

// Below the partition's own limit, so that a run leaves room for everybody else.
inline constexpr std::size_t window_commands_max = 4'096;

// A command of the run, in the name of who asked for it.
template <class Command>
Submission submission_of(const RunOrder& order, std::string key, const Command& command) {
    Submission submission;
    submission.tenant = order.tenant;
    submission.key = std::move(key);
    submission.type = Command::type;
    submission.body = to_json(command);
    submission.actor = order.actor;
    submission.correlation = order.correlation;
    if (!order.run.empty()) submission.causation = run_stream(order.run);
    return submission;
}

// Submits a command for each item, in windows; `take` is told each item's answer, one at a time.
// Blocks until all are answered.
template <class Items, class MakeCommand, class Take>
void submit_each(Partition& partition, const Items& items, MakeCommand make_command, Take take) {
    Guarded<Done> turn;
    for (std::size_t begin = 0; begin < items.size(); begin += window_commands_max) {
        const std::size_t end = std::min(begin + window_commands_max, items.size());
        std::latch answered(static_cast<std::ptrdiff_t>(end - begin));
        for (std::size_t i = begin; i < end; ++i)
            partition.submit(make_command(items[i]), [&, i](const Result<Receipt>& answer) {
                turn.with([&](Done&) { take(items[i], answer); });
                answered.count_down();
            });
        answered.wait();
    }
}

} // namespace tollbook::api
