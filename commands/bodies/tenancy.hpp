#pragma once

#include "ledger/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

struct OpenTenant {
    static constexpr std::string_view type = "open_tenant";
    std::string name;
    std::string timezone;
    Currency currency;
    std::optional<std::string> legal_entity; // main
    std::optional<std::vector<std::string>> mpesa_shortcodes;
    std::optional<std::vector<std::string>> tills;
    std::optional<Policies> policies;    // on_charge, rolling
    std::optional<Timestamp> test_clock; // Where its test clock starts; absent: real time.
};
BOOST_DESCRIBE_STRUCT(
    OpenTenant,
    (),
    (name, timezone, currency, legal_entity, mpesa_shortcodes, tills, policies, test_clock)
)

struct DefinePlan {
    static constexpr std::string_view type = "define_plan";
    std::string plan;
    std::optional<std::uint32_t> version; // The next one; any other is refused.
    std::string name;
    std::int64_t price_minor{}; // Tax included.
    Currency currency;
    std::optional<std::int64_t> tax_percent; // 0
    std::optional<BillingPeriod> period;     // month
    std::int64_t down_mbps{};
    std::int64_t up_mbps{};
    std::optional<std::uint32_t> period_count{};          // 1
    std::optional<std::int64_t> setup_minor{};            // None; tax included.
    std::optional<std::uint32_t> trial_days{};            // 0
    std::optional<Proration> proration{};                 // actual_days
    std::optional<FirstPeriod> first_period{};            // full
    std::optional<std::string> tax_code{};                // vat<percent>
    std::optional<PlanKind> kind{};                       // internet
    std::optional<std::vector<IncludedAddon>> includes{}; // Of a bundle.
    std::optional<Date> valid_from{};                     // Today.
    std::optional<std::vector<PlanPrice>> prices{};       // In other currencies.
};
BOOST_DESCRIBE_STRUCT(
    DefinePlan,
    (),
    (plan,
     version,
     name,
     price_minor,
     currency,
     tax_percent,
     period,
     down_mbps,
     up_mbps,
     period_count,
     setup_minor,
     trial_days,
     proration,
     first_period,
     tax_code,
     kind,
     includes,
     valid_from,
     prices)
)

struct RegisterRouter {
    static constexpr std::string_view type = "register_router";
    std::string router;
    std::string driver; // routeros-api
    std::string address;
    std::uint16_t port{};
    std::optional<bool> tls; // false
    std::string username;
    std::string password;
};
BOOST_DESCRIBE_STRUCT(RegisterRouter, (), (router, driver, address, port, tls, username, password))

struct ClosePeriod {
    static constexpr std::string_view type = "close_period";
    Date through;
    std::optional<std::string> entity{}; // Of that legal entity alone; all of them.
};
BOOST_DESCRIBE_STRUCT(ClosePeriod, (), (through, entity))

// From the next day on, the tenant's days are those of that zone.
struct ChangeTimezone {
    static constexpr std::string_view type = "change_timezone";
    std::string timezone; // IANA
};
BOOST_DESCRIBE_STRUCT(ChangeTimezone, (), (timezone))

// Renew what is due every hour from that one on; none: only when somebody asks for it.
struct SetBillingSchedule {
    static constexpr std::string_view type = "set_billing_schedule";
    std::optional<std::uint32_t> from_hour; // 0 to 23, of the tenant's zone.
};
BOOST_DESCRIBE_STRUCT(SetBillingSchedule, (), (from_hour))

struct AdvanceTestClock {
    static constexpr std::string_view type = "advance_test_clock";
    Timestamp to;
};
BOOST_DESCRIBE_STRUCT(AdvanceTestClock, (), (to))

} // namespace tollbook
