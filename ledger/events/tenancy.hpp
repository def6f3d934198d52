#pragma once

#include "ledger/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// How a provider does its books. Dated by the event that states them.
struct Policies {
    std::string recognition;    // on_charge
    std::string renewal_anchor; // rolling | fixed

    friend bool operator==(const Policies&, const Policies&) = default;
};
BOOST_DESCRIBE_STRUCT(Policies, (), (recognition, renewal_anchor))

struct TenantOpened {
    static constexpr std::string_view type = "tenant_opened";
    static constexpr std::uint16_t schema_version = 1;
    std::string tenant;
    std::string name;
    std::string timezone; // IANA
    Currency currency;
    std::string legal_entity;
    std::vector<std::string> mpesa_shortcodes;
    std::vector<std::string> tills;
    Policies policies;
    bool test_clock{}; // Its time is what advance_test_clock says.
    std::uint32_t partition{};

    friend bool operator==(const TenantOpened&, const TenantOpened&) = default;
};
BOOST_DESCRIBE_STRUCT(
    TenantOpened,
    (),
    (tenant,
     name,
     timezone,
     currency,
     legal_entity,
     mpesa_shortcodes,
     tills,
     policies,
     test_clock,
     partition)
)

// What the price of a plan pays for, so many times.
enum class BillingPeriod { day, week, month, quarter, year };
BOOST_DESCRIBE_ENUM(BillingPeriod, day, week, month, quarter, year)

// By what a part of a period is priced: its own days, or months of thirty.
enum class Proration { actual_days, thirty_days };
BOOST_DESCRIBE_ENUM(Proration, actual_days, thirty_days)

// A first period that is cut short by the anchor day costs all, its part, or nothing.
enum class FirstPeriod { full, prorated, free };
BOOST_DESCRIBE_ENUM(FirstPeriod, full, prorated, free)

// What is sold: a service (of internet, hosting or another kind, or of several at one price), a
// part of one, or something that is paid for once.
enum class PlanKind { internet, hosting, recurring, bundle, one_time, addon };
BOOST_DESCRIBE_ENUM(PlanKind, internet, hosting, recurring, bundle, one_time, addon)

// An add-on that a bundle's price pays for too.
struct IncludedAddon {
    std::string addon;
    std::uint32_t plan_version{};
    std::uint32_t quantity{};

    friend bool operator==(const IncludedAddon&, const IncludedAddon&) = default;
};
BOOST_DESCRIBE_STRUCT(IncludedAddon, (), (addon, plan_version, quantity))

// What a plan costs in a currency that is not the tenant's own; tax included.
struct PlanPrice {
    Currency currency;
    std::int64_t price_minor{};
    std::optional<std::int64_t> setup_minor{};

    friend bool operator==(const PlanPrice&, const PlanPrice&) = default;
};
BOOST_DESCRIBE_STRUCT(PlanPrice, (), (currency, price_minor, setup_minor))

struct PlanDefined {
    static constexpr std::string_view type = "plan_defined";
    // 1: monthly, no set-up fee, no trial; 2: actual days, first period in full; 3: internet;
    // 4: valid at once; 5: in the tenant's currency alone.
    static constexpr std::uint16_t schema_version = 6;
    std::string plan;
    std::uint32_t version{}; // 1, 2, 3 ... without holes
    std::string name;
    std::int64_t price_minor{}; // Tax included.
    Currency currency;
    std::string tax_code; // "vat16"; empty when untaxed.
    std::int64_t tax_percent{};
    BillingPeriod period{};
    std::int64_t down_mbps{};
    std::int64_t up_mbps{};
    std::optional<std::uint32_t> period_count{};
    std::optional<std::int64_t> setup_minor{}; // Once, with the first period; tax included.
    std::optional<std::uint32_t> trial_days{}; // Before the first period.
    std::optional<Proration> proration{};
    std::optional<FirstPeriod> first_period{};
    std::optional<PlanKind> kind{}; // internet
    std::optional<std::vector<IncludedAddon>> includes{};
    std::optional<Date> valid_from{};               // Nothing begins on this version before.
    std::optional<std::vector<PlanPrice>> prices{}; // For customers of other currencies.

    friend bool operator==(const PlanDefined&, const PlanDefined&) = default;
};
BOOST_DESCRIBE_STRUCT(
    PlanDefined,
    (),
    (plan,
     version,
     name,
     price_minor,
     currency,
     tax_code,
     tax_percent,
     period,
     down_mbps,
     up_mbps,
     period_count,
     setup_minor,
     trial_days,
     proration,
     first_period,
     kind,
     includes,
     valid_from,
     prices)
)

struct RouterRegistered { // Sealed: RouterSecret, subject "router:<router>".
    static constexpr std::string_view type = "router_registered";
    static constexpr std::uint16_t schema_version = 1;
    std::string router;
    std::string driver; // routeros-api
    std::string address;
    std::uint16_t port{};
    bool tls{};
    std::string username;

    friend bool operator==(const RouterRegistered&, const RouterRegistered&) = default;
};
BOOST_DESCRIBE_STRUCT(RouterRegistered, (), (router, driver, address, port, tls, username))

struct RouterSecret {
    std::string password;
};
BOOST_DESCRIBE_STRUCT(RouterSecret, (), (password))

// No posting is booked on or before `through` from now on.
struct PeriodClosed {
    static constexpr std::string_view type = "period_closed";
    static constexpr std::uint16_t schema_version = 1;
    Date through;
    std::optional<std::string> entity{}; // Of that legal entity alone; none: of all of them.

    friend bool operator==(const PeriodClosed&, const PeriodClosed&) = default;
};
BOOST_DESCRIBE_STRUCT(PeriodClosed, (), (through, entity))

// Its days are those of another zone from the first one after `after` on: no day is left out, and
// none comes twice.
struct TimezoneChanged {
    static constexpr std::string_view type = "timezone_changed";
    static constexpr std::uint16_t schema_version = 1;
    std::string timezone; // IANA
    Date after;

    friend bool operator==(const TimezoneChanged&, const TimezoneChanged&) = default;
};
BOOST_DESCRIBE_STRUCT(TimezoneChanged, (), (timezone, after))

// What is due is renewed by itself, every hour from that one of the tenant's day on; none: only
// when somebody asks for a run.
struct BillingScheduleSet {
    static constexpr std::string_view type = "billing_schedule_set";
    static constexpr std::uint16_t schema_version = 1;
    std::optional<std::uint32_t> from_hour; // 0 to 23

    friend bool operator==(const BillingScheduleSet&, const BillingScheduleSet&) = default;
};
BOOST_DESCRIBE_STRUCT(BillingScheduleSet, (), (from_hour))

struct TestClockAdvanced {
    static constexpr std::string_view type = "test_clock_advanced";
    static constexpr std::uint16_t schema_version = 1;
    Timestamp to;

    friend bool operator==(const TestClockAdvanced&, const TestClockAdvanced&) = default;
};
BOOST_DESCRIBE_STRUCT(TestClockAdvanced, (), (to))

} // namespace tollbook
