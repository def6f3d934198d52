#include "api/cli/demo/day_files.hpp"

#include "api/cli/csv.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tollbook::api {

namespace {

namespace json = boost::json;

Error in_file(std::string_view file, std::size_t line, std::string_view why) {
    return {Errc::malformed_csv, fmt::format("{} line {}: {}", file, line, why)};
}

Result<std::string> read_day_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{Errc::not_found, path};
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

// All lines of a CSV file; one that cannot be read refuses the day.
Result<std::vector<CsvLine>> csv_lines(
    const std::string& directory, const char* file, const std::vector<std::string>& columns
) {
    const Result<std::string> text = read_day_file(directory + "/" + file);
    if (!text) return text.error();
    const CsvFile csv = read_csv(*text);
    if (!csv.problems.empty())
        return in_file(file, csv.problems.front().line, csv.problems.front().reason);
    std::vector<std::size_t> places;
    for (const std::string& column : columns) {
        const auto place = csv.column(column);
        if (!place) return in_file(file, 1, "there is no column " + column);
        places.push_back(*place);
    }
    std::vector<CsvLine> lines;
    for (const CsvLine& line : csv.lines) {
        CsvLine& kept = lines.emplace_back(CsvLine{line.number, {}});
        for (const std::size_t place : places)
            kept.fields.push_back(line.fields.at(place));
    }
    return lines;
}

Result<std::int64_t> whole_number(const char* file, const CsvLine& line, std::size_t field) {
    const std::string& text = line.fields[field];
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size())
        return in_file(file, line.number, text + " is not a whole number");
    return value;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

// Throws what Boost.JSON and the parsers below throw; read_tenant catches it.
std::vector<std::string> texts(const json::value& array) {
    std::vector<std::string> found;
    for (const json::value& item : array.as_array())
        found.emplace_back(item.as_string());
    return found;
}

template <class T>
T required(const Result<T>& value) {
    if (!value) throw std::invalid_argument(value.error().detail);
    return *value;
}

DayTenant tenant_of(const json::object& file) {
    const auto text = [&](const char* name) { return std::string(file.at(name).as_string()); };
    DayTenant tenant;
    tenant.tenant = text("tenant");
    tenant.name = text("name");
    tenant.timezone = text("timezone");
    tenant.currency = required(Currency::parse(text("currency")));
    tenant.legal_entity = text("legal_entity");
    tenant.mpesa_shortcodes = texts(file.at("mpesa_shortcodes"));
    tenant.tills = texts(file.at("tills"));
    for (const auto& cash : file.at("opening_cash_minor").as_object())
        tenant.opening_cash_minor.emplace(cash.key(), cash.value().as_int64());
    const json::object& policies = file.at("policies").as_object();
    tenant.policies = {
        std::string(policies.at("recognition").as_string()),
        std::string(policies.at("renewal_anchor").as_string())};
    tenant.day = required(parse_date(text("day")));
    tenant.renewal_run_at = required(parse_timestamp(text("renewal_run_at")));
    tenant.close_previous_day_at = required(parse_timestamp(text("close_previous_day_at")));
    return tenant;
}

Status read_tenant(const std::string& directory, Day& day) {
    const Result<std::string> text = read_day_file(directory + "/tenant.json");
    if (!text) return text.error();
    try {
        day.tenant = tenant_of(json::parse(*text).as_object());
    } catch (const std::exception& failure) {
        return Error{Errc::malformed_json, fmt::format("tenant.json: {}", failure.what())};
    }
    return Done{};
}

Status read_plans(const std::string& directory, Day& day) {
    const auto lines = csv_lines(
        directory,
        "plans.csv",
        {"code", "name", "price_minor", "tax_percent_included", "down_mbps", "up_mbps"}
    );
    if (!lines) return lines.error();
    for (const CsvLine& line : *lines) {
        DayPlan plan{line.fields[0], line.fields[1], 0, 0, 0, 0};
        std::size_t field = 2;
        for (std::int64_t* into :
             {&plan.price_minor, &plan.tax_percent, &plan.down_mbps, &plan.up_mbps}) {
            const Result<std::int64_t> number = whole_number("plans.csv", line, field++);
            if (!number) return number.error();
            *into = *number;
        }
        day.plans.push_back(std::move(plan));
    }
    return Done{};
}

Status read_routers(const std::string& directory, Day& day) {
    const auto lines = csv_lines(directory, "routers.csv", {"name", "driver", "address"});
    if (!lines) return lines.error();
    for (const CsvLine& line : *lines)
        day.routers.push_back({line.fields[0], line.fields[1], line.fields[2]});
    return Done{};
}

Status read_customers(const std::string& directory, Day& day) {
    const auto lines = csv_lines(
        directory, "customers.csv", {"account_no", "name", "phone", "opening_balance_minor"}
    );
    if (!lines) return lines.error();
    for (const CsvLine& line : *lines) {
        const Result<std::int64_t> opening = whole_number("customers.csv", line, 3);
        if (!opening) return opening.error();
        day.customers.push_back({line.fields[0], line.fields[1], line.fields[2], *opening});
    }
    return Done{};
}

Status read_services(const std::string& directory, Day& day) {
    const auto lines = csv_lines(
        directory,
        "services.csv",
        {"service_no",
         "account_no",
         "plan",
         "router",
         "ppp_username",
         "ppp_password",
         "renews_on",
         "blocked"}
    );
    if (!lines) return lines.error();
    for (const CsvLine& line : *lines) {
        const std::vector<std::string>& f = line.fields;
        day.services.push_back({f[0], f[1], f[2], f[3], f[4], f[5], f[6], split(f[7], '+')});
    }
    return Done{};
}

Status read_arrivals(const std::string& directory, Day& day) {
    const Result<std::string> text = read_day_file(directory + "/arrivals.ndjson");
    if (!text) return text.error();
    std::size_t number = 0;
    for (const std::string& line : split(*text, '\n')) {
        ++number;
        if (line.empty()) continue;
        Result<DayArrival> arrival = from_json<DayArrival>(line);
        if (!arrival) return in_file("arrivals.ndjson", number, arrival.error().detail);
        day.arrivals.push_back(std::move(*arrival));
    }
    return Done{};
}

} // namespace

Result<Day> read_day(const std::string& directory) {
    Day day;
    for (const auto read :
         {&read_tenant,
          &read_plans,
          &read_routers,
          &read_customers,
          &read_services,
          &read_arrivals})
        if (const Status status = read(directory, day); !status) return status.error();
    Result<std::string> expected = read_day_file(directory + "/expected.json");
    if (!expected) return expected.error();
    day.expected = std::move(*expected);
    return day;
}

} // namespace tollbook::api
