#include "commands/billing/renewal.hpp"
#include "commands/deciders.hpp"
#include "commands/services/service_end.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

// The periods that passed, and are not given up by its policy anyway.
Backlog open_backlog(const Decision& decision, const std::string& service, const ServiceRow& row) {
    const AppliedPolicy policy = dunning_policy(decision, row);
    if (!policy) return {};
    const bool is_cut = !row.blocks.empty();
    if (is_cut && policy.rules->suspended_time == SuspendedTime::free) return {};
    return backlog_of(decision, service, row);
}

// What is due now is charged, if the wallet covers it; one that was cut comes back.
void pay_at_once(Decision& decision, const std::string& service, const ServiceRow& row) {
    if (only_unpaid(row.blocks))
        reconnect(decision, service, row, std::nullopt);
    else if (row.blocks.empty())
        static_cast<void>(charge_due(decision, service, row, std::nullopt));
}

} // namespace

Status decide(Decision& decision, const SettleBacklog& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    if (has_ended(*row) || row->scheduled == Scheduled::end)
        return Error{Errc::service_ended, command.service};
    if (row->days_left) return Error{Errc::service_blocked, paused_reason};
    if (row->renews_on > decision.today())
        return Error{Errc::service_not_due, "due on " + to_string(row->renews_on)};
    const Backlog backlog = open_backlog(decision, command.service, *row);
    if (backlog.count == 0) return Error{Errc::backlog_unknown, command.service};
    const bool bills = command.choice == BacklogChoice::bill;
    if (bills && !row->blocks.empty() && backlog.count > backlog_periods_max)
        return Error{
            Errc::value_out_of_range,
            fmt::format("choice: {} periods are billed at most", backlog_periods_max)};

    ServiceRow settled = *row;
    const std::string stream = "service:" + command.service;
    if (bills) {
        settled.billed_to = backlog.to;
        decision.add(
            stream,
            BacklogBilled{command.service, row->customer, row->renews_on, backlog.to, backlog.count}
        );
    } else {
        settled.renews_on = backlog.to;
        decision.add(
            stream,
            PeriodsForgiven{
                command.service,
                row->customer,
                row->renews_on,
                backlog.to,
                backlog.count,
                ForgivenTime::backlog,
                row->anchor_day}
        );
    }
    pay_at_once(decision, command.service, settled);
    return Done{};
}

} // namespace tollbook
