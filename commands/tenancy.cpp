#include "commands/billing/billing_period.hpp"
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "ledger/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace tollbook {

namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && text.size() <= 10 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Status check_tenant_id(std::string_view tenant) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (!tenant.empty() && tenant.size() <= 32 && std::ranges::all_of(tenant, allowed))
        return Done{};
    return Error{Errc::value_out_of_range, "tenant: 1 to 32 of a-z 0-9 -"};
}

Status check_channels(const Book& book, const OpenTenant& command) {
    for (const std::string& shortcode :
         command.mpesa_shortcodes.value_or(std::vector<std::string>{})) {
        if (!all_digits(shortcode))
            return Error{Errc::value_out_of_range, "mpesa_shortcodes: up to 10 digits"};
        if (book.shortcodes.find(shortcode) != nullptr)
            return Error{Errc::shortcode_taken, shortcode};
    }
    for (const std::string& till : command.tills.value_or(std::vector<std::string>{})) {
        if (const Status status = check_id("tills", till); !status) return status.error();
        // A payment of a till is named "till:<name>:<receipt>", and a receipt may hold colons.
        if (till.find(':') != std::string::npos)
            return Error{Errc::value_out_of_range, "tills: no colon"};
    }
    return Done{};
}

Status check_policies(const Policies& policies) {
    if (policies.recognition != "on_charge")
        return Error{Errc::policy_unsupported, "recognition: on_charge"};
    if (policies.renewal_anchor != "rolling" && policies.renewal_anchor != "fixed")
        return Error{Errc::policy_unsupported, "renewal_anchor: rolling or fixed"};
    return Done{};
}

} // namespace

Result<Events> open_tenant(
    const Book& book, std::string_view tenant, const OpenTenant& command, Timestamp recorded_at
) {
    if (const Status status = check_tenant_id(tenant); !status) return status.error();
    if (book.tenants.find(tenant) != nullptr)
        return Error{Errc::tenant_exists, std::string(tenant)};
    if (const Status status = check_text("name", command.name); !status) return status.error();
    if (!timezone_exists(command.timezone)) return Error{Errc::timezone_unknown, {}};
    const std::string legal_entity = command.legal_entity.value_or("main");
    if (const Status status = check_id("legal_entity", legal_entity); !status)
        return status.error();
    const Policies policies = command.policies.value_or(Policies{"on_charge", "rolling"});
    if (const Status status = check_policies(policies); !status) return status.error();
    if (const Status status = check_channels(book, command); !status) return status.error();

    const std::string id(tenant);
    const Timestamp at = command.test_clock.value_or(recorded_at);
    const Date day = local_day(at, command.timezone);
    Events events;
    events.push_back(
        {"tenant:" + id,
         TenantOpened{
             id,
             command.name,
             command.timezone,
             command.currency,
             legal_entity,
             command.mpesa_shortcodes.value_or(std::vector<std::string>{}),
             command.tills.value_or(std::vector<std::string>{}),
             policies,
             command.test_clock.has_value(),
             0},
         at,
         day,
         std::nullopt}
    );
    if (command.test_clock)
        events.push_back(
            {"tenant:" + id, TestClockAdvanced{*command.test_clock}, at, day, std::nullopt}
        );
    return events;
}

Status decide(Decision& decision, const RegisterRouter& command) {
    if (const Status status = check_id("router", command.router); !status) return status;
    if (decision.book().routers.find(decision.key(command.router)) != nullptr)
        return Error{Errc::router_exists, command.router};
    if (command.driver != "routeros-api")
        return Error{Errc::value_out_of_range, "driver: routeros-api"};
    if (const Status status = check_text("address", command.address, 255); !status) return status;
    if (command.address.empty() || command.port == 0)
        return Error{Errc::value_out_of_range, "address, port: required"};
    if (const Status status = check_text("username", command.username, 64); !status) return status;

    decision.add(
        "router:" + command.router,
        RouterRegistered{
            command.router,
            command.driver,
            command.address,
            command.port,
            command.tls.value_or(false),
            command.username},
        Personal{"router:" + command.router, to_json(RouterSecret{command.password})}
    );
    return Done{};
}

Status decide(Decision& decision, const SetBillingSchedule& command) {
    if (command.from_hour.value_or(0) > 23)
        return Error{Errc::value_out_of_range, "from_hour: 0 to 23"};
    decision.add("tenant:" + decision.tenant(), BillingScheduleSet{command.from_hour});
    return Done{};
}

namespace {

// Through which day an entity's books are closed: by itself, or with the tenant's.
std::optional<Date> closed_through(const Decision& decision, std::uint32_t place) {
    const std::optional<Date>& by_tenant = decision.row().closed_through;
    if (decision.entities() == nullptr) return by_tenant;
    return std::max(by_tenant, decision.entities()->entities[place].closed_through);
}

} // namespace

// A tenant's only entity is closed with the tenant.
Status decide(Decision& decision, const ClosePeriod& command) {
    std::optional<Date> closed = decision.row().closed_through;
    if (command.entity) {
        const Result<std::uint32_t> place = find_entity(decision, *command.entity);
        if (!place) return place.error();
        closed = closed_through(decision, *place);
    }
    if (closed && command.through <= *closed)
        return Error{Errc::period_already_closed, "closed through " + to_string(*closed)};
    if (command.through >= decision.today())
        return Error{Errc::period_not_over, "today is " + to_string(decision.today())};
    PeriodClosed period{command.through};
    if (decision.entities() != nullptr) period.entity = command.entity;
    decision.add("tenant:" + decision.tenant(), std::move(period));
    return Done{};
}

Status decide(Decision& decision, const AdvanceTestClock& command) {
    if (!decision.row().test_clock) return Error{Errc::clock_not_a_test_clock, {}};
    if (command.to < *decision.row().test_clock)
        return Error{Errc::clock_moves_backwards, "it is " + to_string(*decision.row().test_clock)};
    decision.add_at(
        command.to,
        decision.day_of(command.to),
        "tenant:" + decision.tenant(),
        TestClockAdvanced{command.to}
    );
    return Done{};
}

Status decide(Decision& decision, const ChangeTimezone& command) {
    if (!timezone_exists(command.timezone)) return Error{Errc::timezone_unknown, {}};
    if (command.timezone == decision.row().timezone)
        return Error{Errc::value_out_of_range, "timezone: it is that one"};
    decision.add(
        "tenant:" + decision.tenant(), TimezoneChanged{command.timezone, decision.today()}
    );
    return Done{};
}

} // namespace tollbook
