#include "commands/deciders.hpp"
#include "commands/renewal.hpp"
#include "commands/service_end.hpp"
#include "commands/settling.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// Charges one due service that runs, or cuts it for `unpaid`; one that was to end, ends.
Status renew_due(Decision& decision, const std::string& service, const ServiceRow& row) {
    if (is_ending(row, decision.today())) {
        end_service(decision, service, row, "scheduled");
        return Done{};
    }
    const Result<bool> charged = charge_period(decision, service, row, std::nullopt);
    if (!charged) return charged.error();
    if (*charged) return Done{};
    if (is_promised(row, decision.today())) return Error{Errc::insufficient_funds, service};
    add_suspension(decision, service, row, "unpaid");
    return Done{};
}

// A service that is cut for `unpaid` alone is charged and reinstated, or stays as it is.
Status renew_cut(Decision& decision, const std::string& service, const ServiceRow& row) {
    const Result<bool> charged = charge_period(decision, service, row, std::nullopt);
    if (!charged) return charged.error();
    if (!*charged) return Error{Errc::insufficient_funds, service};
    decision.add(
        "service:" + service,
        ServiceReinstated{service, row.customer, row.site, "unpaid", {}, std::nullopt, std::nullopt}
    );
    return Done{};
}

// With figures to be kept, what a wallet pays for first must have been dealt with before: what it
// took is not in them.
Status check_expected(
    Decision& decision,
    const std::string& service,
    const ServiceRow& row,
    const ExpectedRenewal& expected
) {
    for (const std::string& other : services_in_order(decision, row.customer)) {
        if (other == service) break;
        const ServiceRow& before = *decision.book().services.find(decision.key(other));
        if (is_due(before, decision.today()) &&
            !was_charged(decision, price_of_period(decision, other, before)))
            return Error{Errc::figures_moved, other + " comes first"};
    }
    const PeriodPrice price = price_of_period(decision, service, row);
    if (price.period.from != expected.from)
        return Error{Errc::figures_moved, "the period begins on " + to_string(price.period.from)};
    if (price.minor != expected.minor)
        return Error{Errc::figures_moved, "the price is " + std::to_string(price.minor)};
    settle(decision, row.customer);
    const bool covered = !is_ending(row, decision.today()) &&
                         spendable(decision.wallet(row.customer)) >= price.minor;
    if (covered == expected.covered) return Done{};
    return Error{Errc::figures_moved, covered ? "the wallet covers it" : "the wallet is short"};
}

// A reason that a person may set.
Status check_given_reason(const std::string& reason) {
    if (const Status status = check_reason(reason); !status) return status;
    if (reason == paused_reason || reason == ended_reason)
        return Error{Errc::reason_reserved, reason};
    return Done{};
}

} // namespace

void lift(
    Decision& decision, const std::string& service, const ServiceRow& row, const std::string& reason
) {
    std::vector<std::string> blocks = row.blocks;
    std::erase(blocks, reason);
    const bool left_unpaid = only_unpaid(blocks);
    decision.add(
        "service:" + service,
        ServiceReinstated{
            service, row.customer, row.site, reason, std::move(blocks), std::nullopt, std::nullopt}
    );
    if (!left_unpaid) return;
    ServiceRow unpaid = row;
    unpaid.blocks = {"unpaid"};
    reconnect(decision, service, unpaid, std::nullopt);
}

Status decide(Decision& decision, const RenewService& command) {
    const ServiceRow* wanted = decision.book().services.find(decision.key(command.service));
    if (wanted == nullptr) return Error{Errc::service_unknown, command.service};
    if (has_ended(*wanted)) return Error{Errc::service_ended, command.service};
    if (wanted->renews_on > decision.today())
        return Error{Errc::service_not_due, "due on " + to_string(wanted->renews_on)};
    const Date today = decision.today();
    const bool is_cut = only_unpaid(wanted->blocks) && !is_ending(*wanted, today);
    const bool runs = is_due(*wanted, today) || is_promised(*wanted, today);
    if (!runs && (!is_cut || command.expected))
        return Error{Errc::service_blocked, command.service};
    if (is_cut) return renew_cut(decision, command.service, *wanted);
    if (command.expected)
        if (const Status same =
                check_expected(decision, command.service, *wanted, *command.expected);
            !same)
            return same;

    for (const std::string& service : services_in_order(decision, wanted->customer)) {
        const ServiceRow& row = *decision.book().services.find(decision.key(service));
        const bool last = service == command.service;
        if (last || is_due(row, today)) {
            const Status status = renew_due(decision, service, row);
            if (!status && last) return status; // Another's trouble is not this one's.
        }
        if (last) break;
    }
    return Done{};
}

Status decide(Decision& decision, const SuspendService& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    if (const Status status = check_given_reason(command.reason); !status) return status;
    if (has_ended(*row)) return Error{Errc::service_ended, command.service};
    if (holds(row->blocks, command.reason)) return Error{Errc::service_blocked, command.reason};
    add_suspension(decision, command.service, *row, command.reason);
    return Done{};
}

Status decide(Decision& decision, const SuspendCustomer& command) {
    const CustomerRow* customer = decision.book().customers.find(decision.key(command.customer));
    if (customer == nullptr) return Error{Errc::customer_unknown, command.customer};
    if (const Status status = check_given_reason(command.reason); !status) return status;
    if (customer->services.empty()) return Error{Errc::service_unknown, command.customer};
    for (const std::string& service : services_in_order(decision, command.customer)) {
        const ServiceRow& row = *decision.book().services.find(decision.key(service));
        if (!has_ended(row) && !holds(row.blocks, command.reason))
            add_suspension(decision, service, row, command.reason);
    }
    if (decision.empty()) return Error{Errc::service_blocked, command.reason};
    return Done{};
}

Status decide(Decision& decision, const ReinstateService& command) {
    const ServiceRow* row = decision.book().services.find(decision.key(command.service));
    if (row == nullptr) return Error{Errc::service_unknown, command.service};
    if (command.reason == paused_reason || command.reason == ended_reason)
        return Error{Errc::reason_reserved, command.reason};
    if (!holds(row->blocks, command.reason))
        return Error{Errc::service_not_blocked, command.reason};
    lift(decision, command.service, *row, command.reason);
    return Done{};
}

} // namespace tollbook
