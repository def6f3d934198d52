// What a run of renewals came to, as a fact of its own.
#include "commands/deciders.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

constexpr std::size_t parked_max = 200; // More of them are counted, not named.
constexpr std::size_t hash_chars_max = 64;

Status check_total(std::string_view what, std::int64_t minor) {
    if (minor < 0) return Error{Errc::amount_not_positive, std::string(what)};
    return Done{};
}

Status check_parked(const std::vector<ParkedService>& parked) {
    if (parked.size() > parked_max)
        return Error{Errc::value_out_of_range, fmt::format("parked: {} at most", parked_max)};
    for (const ParkedService& one : parked) {
        if (const Status status = check_id("parked.service", one.service); !status) return status;
        if (const Status status = check_text("parked.reason", one.reason); !status) return status;
    }
    return Done{};
}

} // namespace

Status decide(Decision& decision, const FinishBillingRun& command) {
    if (const Status status = check_id("run", command.run); !status) return status;
    if (command.counts.due == 0) return Error{Errc::value_out_of_range, "counts.due: nothing was"};
    if (command.preview.has_value() != (command.trigger == RunTrigger::confirmed))
        return Error{Errc::value_out_of_range, "preview: of a run that was confirmed"};
    if (command.preview)
        if (const Status status = check_text("preview", *command.preview, hash_chars_max); !status)
            return status;
    if (const Status status = check_text("by", command.by); !status) return status;
    if (const Status status = check_total("charged_minor", command.charged_minor); !status)
        return status;
    if (const Status status = check_total("invoiced_minor", command.invoiced_minor); !status)
        return status;
    if (const Status status = check_parked(command.parked); !status) return status;
    decision.add(
        "run:" + command.run,
        BillingRunFinished{
            command.run,
            command.trigger,
            command.by,
            command.preview,
            decision.not_after_now(command.started_at),
            command.counts,
            command.charged_minor,
            command.invoiced_minor,
            decision.row().currency,
            command.parked}
    );
    return Done{};
}

} // namespace tollbook
