#pragma once

#include "ledger/error.hpp"
#include "ledger/events/tenancy.hpp"
#include "ledger/json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tollbook::api {

// A provider's day as its files tell it (samples/isp-day/README.md).
struct DayTenant {
    std::string tenant;
    std::string name;
    std::string timezone;
    Currency currency;
    std::string legal_entity;
    std::vector<std::string> mpesa_shortcodes;
    std::vector<std::string> tills;
    std::map<std::string, std::int64_t> opening_cash_minor; // channel -> minor
    Policies policies;
    Date day;
    Timestamp renewal_run_at;
    Timestamp close_previous_day_at;
};

struct DayPlan {
    std::string code;
    std::string name;
    std::int64_t price_minor{};
    std::int64_t tax_percent{};
    std::int64_t down_mbps{};
    std::int64_t up_mbps{};
};

struct DayRouter {
    std::string name;
    std::string driver;
    std::string address;
};

struct DayCustomer {
    std::string account_no;
    std::string name;
    std::string phone;
    std::int64_t opening_minor{};
};

struct DayService {
    std::string service_no;
    std::string account_no;
    std::string plan;
    std::string router;
    std::string username;
    std::string password;
    std::string renews_on;
    std::vector<std::string> blocked;
};

struct DayArrival {
    Timestamp at;
    std::string kind; // c2b_confirmation | desk_entry
    std::optional<std::string> raw;
    std::optional<std::string> receipt;
    std::optional<std::string> channel;
    std::optional<std::string> account_no;
    std::optional<std::int64_t> amount_minor;
    std::optional<std::string> user;
};
BOOST_DESCRIBE_STRUCT(
    DayArrival, (), (at, kind, raw, receipt, channel, account_no, amount_minor, user)
)

struct Day {
    DayTenant tenant;
    std::vector<DayPlan> plans;
    std::vector<DayRouter> routers;
    std::vector<DayCustomer> customers;
    std::vector<DayService> services;
    std::vector<DayArrival> arrivals;
    std::string expected; // JSON text.
};

// Reads all files of a directory; refuses with the file and line that cannot be read.
Result<Day> read_day(const std::string& directory);

} // namespace tollbook::api
