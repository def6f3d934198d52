// Late fees that are taken away, and reminders that went out.
#include "commands/billing/renewal.hpp"
#include "commands/deciders.hpp"
#include "commands/dunning/dunning.hpp"

namespace tollbook {

namespace {

// Those of a step; without one all that are owed.
std::vector<LateFee> chosen_fees(const Decision& decision, const WaiveLateFee& command) {
    std::vector<LateFee> fees = late_fees(decision, command.service);
    if (command.step)
        std::erase_if(fees, [&](const LateFee& fee) { return fee.step != *command.step; });
    return fees;
}

// Why there is none to be waived.
Error refusal_of(const Decision& decision, const WaiveLateFee& command) {
    const std::string step = command.step.value_or(std::string(any_dunned));
    const NameRow* charge =
        decision.book().fees_charged.find(book_key(decision.tenant(), command.service, step));
    if (charge != nullptr) return {Errc::late_fee_booked, charge->name};
    return {Errc::late_fee_unknown, command.service};
}

} // namespace

Status decide(Decision& decision, const WaiveLateFee& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    if (command.step)
        if (const Status status = check_id("step", *command.step); !status) return status;
    if (const Status status = check_text("reason", command.reason); !status) return status;
    const std::vector<LateFee> fees = chosen_fees(decision, command);
    if (fees.empty()) return refusal_of(decision, command);
    for (const LateFee& fee : fees) {
        decision.add(
            "service:" + command.service,
            LateFeeWaived{
                command.service, row->customer, fee.step, fee.charge, fee.minor, command.reason}
        );
        decision.name(fee.charge);
    }
    reconnect_paid(decision, row->customer, std::nullopt);
    return Done{};
}

Status decide(Decision& decision, const RecordNoticeSent& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    const NumberRow* notice = decision.book().notices.find(
        notice_key(decision.tenant(), command.service, {command.due_since, command.step})
    );
    if (notice == nullptr) return Error{Errc::notice_unknown, command.step.substr(0, 64)};
    if (notice->value != 0) return Error{Errc::notice_sent, command.step};
    if (const Status status = check_reason(command.channel); !status)
        return Error{Errc::value_out_of_range, "channel: 1 to 32 of a-z _"};
    if (command.message)
        if (const Status status = check_text("message", *command.message); !status) return status;
    decision.add(
        "service:" + command.service,
        NoticeSent{
            command.service,
            row->customer,
            command.step,
            command.due_since,
            command.channel,
            command.message}
    );
    return Done{};
}

} // namespace tollbook
