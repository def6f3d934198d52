// Days that wait, days that are given, and days that are promised to be paid.
#include "commands/billing/renewal.hpp"
#include "commands/deciders.hpp"
#include "commands/services/service_end.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tollbook {

namespace {

constexpr std::uint32_t extension_days_max = 366;
constexpr std::size_t extended_max = 1'000; // Of one command: its records must fit in a frame.
constexpr int promise_days_max = 62;

// The service, unless it has ended.
Result<const ServiceRow*> find_living(const Decision& decision, const std::string& service) {
    const ServiceRow* row = decision.book().services.find(decision.key(service));
    if (row == nullptr) return Error{Errc::service_unknown, service};
    if (has_ended(*row)) return Error{Errc::service_ended, service};
    return row;
}

Status extend(Decision& decision, const ExtendServices& command, const std::string& service) {
    const Result<const ServiceRow*> found = find_living(decision, service);
    if (!found) return found.error();
    const ServiceRow& row = **found;
    if (row.days_left) return Error{Errc::service_blocked, paused_reason};
    // What is cut has used nothing since.
    const bool cut = only_unpaid(row.blocks);
    const Date from = cut ? std::max(row.renews_on, decision.today()) : row.renews_on;
    const Date renews_on = from + static_cast<int>(command.days);
    decision.add(
        "service:" + service,
        ServiceExtended{
            service, row.customer, command.days, renews_on, civil(renews_on).day, command.reason}
    );
    if (!cut || renews_on <= decision.today()) return Done{};
    ServiceRow extended = row;
    extended.renews_on = renews_on;
    reconnect(decision, service, extended, std::nullopt);
    return Done{};
}

} // namespace

Status decide(Decision& decision, const PauseService& command) {
    const Result<const ServiceRow*> found = find_living(decision, command.service);
    if (!found) return found.error();
    const ServiceRow& row = **found;
    if (row.days_left) return Error{Errc::service_blocked, paused_reason};
    if (row.scheduled == Scheduled::end) return Error{Errc::change_scheduled, command.service};
    const int ahead = row.renews_on.days - decision.today().days;
    add_suspension(decision, command.service, row, paused_reason);
    decision.add(
        "service:" + command.service,
        ServicePaused{
            command.service,
            row.customer,
            decision.today(),
            static_cast<std::uint32_t>(std::max(ahead, 0))}
    );
    return Done{};
}

Status decide(Decision& decision, const ResumeService& command) {
    const Result<const ServiceRow*> found = find_living(decision, command.service);
    if (!found) return found.error();
    const ServiceRow& row = **found;
    if (!row.days_left) return Error{Errc::service_not_blocked, paused_reason};
    // What was owed when it was paused is owed still.
    const bool was_due = *row.days_left == 0;
    const Date renews_on =
        was_due ? row.renews_on : decision.today() + static_cast<int>(*row.days_left);
    const std::int32_t anchor_day = was_due ? row.anchor_day : civil(renews_on).day;
    decision.add(
        "service:" + command.service,
        ServiceResumed{command.service, row.customer, decision.today(), renews_on, anchor_day}
    );
    ServiceRow resumed = row;
    resumed.renews_on = renews_on;
    resumed.anchor_day = anchor_day;
    resumed.days_left.reset();
    lift(decision, command.service, resumed, paused_reason);
    return Done{};
}

Status decide(Decision& decision, const ExtendServices& command) {
    if (command.services.empty() || command.services.size() > extended_max)
        return Error{Errc::value_out_of_range, "services: 1 to 1000"};
    if (command.days == 0 || command.days > extension_days_max)
        return Error{Errc::value_out_of_range, fmt::format("days: 1 to {}", extension_days_max)};
    if (const Status status = check_text("reason", command.reason); !status) return status;
    std::set<std::string> named;
    for (const std::string& service : command.services) {
        if (!named.insert(service).second)
            return Error{Errc::value_out_of_range, "services: one is named twice"};
        if (const Status status = extend(decision, command, service); !status) return status;
    }
    return Done{};
}

Status decide(Decision& decision, const PromisePayment& command) {
    const Result<const ServiceRow*> found = find_living(decision, command.service);
    if (!found) return found.error();
    const ServiceRow& row = **found;
    const Date today = decision.today();
    if (command.until <= today || command.until > today + promise_days_max)
        return Error{
            Errc::value_out_of_range,
            fmt::format("until: within {} days of today", promise_days_max)};
    if (!row.blocks.empty() && !only_unpaid(row.blocks))
        return Error{Errc::service_blocked, command.service};
    if (is_ending(row, decision.today())) return Error{Errc::service_ended, command.service};
    decision.add(
        "service:" + command.service, PaymentPromised{command.service, row.customer, command.until}
    );
    if (row.blocks.empty()) return Done{};
    decision.add(
        "service:" + command.service,
        ServiceReinstated{
            command.service, row.customer, row.site, "unpaid", {}, std::nullopt, std::nullopt}
    );
    return Done{};
}

} // namespace tollbook
