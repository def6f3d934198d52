#include "ledger/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctz/civil_time.h>
#include <cctz/time_zone.h>
#include <chrono>
#include <map>
#include <optional>

namespace tollbook {

namespace {

using Micros = std::chrono::microseconds;
using TimePoint = std::chrono::time_point<std::chrono::system_clock, Micros>;

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t seconds_per_day = 86'400;

// Of no negative value.
void put_digits(std::string& out, std::int64_t value, std::size_t digits) {
    const std::size_t end = out.size() + digits;
    out.append(digits, '0');
    for (std::size_t at = end; at > end - digits; value /= 10)
        out[--at] = static_cast<char>('0' + value % 10);
}

void put_date(std::string& out, Date date) {
    const CivilDay day = civil(date);
    if (day.year >= 0 && day.year <= 9999)
        put_digits(out, day.year, 4);
    else
        out += fmt::format("{:04}", day.year);
    out += '-';
    put_digits(out, day.month, 2);
    out += '-';
    put_digits(out, day.day, 2);
}

// Reads exactly `digits` decimal digits at `at`.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
    if (at + digits > text.size()) return std::nullopt;
    int value = 0;
    for (const char c : text.substr(at, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

bool is_day(int year, int month, int day) {
    return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, month);
}

// cctz caches zones itself, behind a mutex; one zone is asked again and again.
const cctz::time_zone* find_zone(const std::string& zone) {
    thread_local std::map<std::string, cctz::time_zone> zones;
    if (const auto hit = zones.find(zone); hit != zones.end()) return &hit->second;
    cctz::time_zone loaded;
    if (!cctz::load_time_zone(zone, &loaded)) return nullptr;
    return &zones.emplace(zone, loaded).first->second;
}

// The fraction after the seconds: nothing, or '.' and one to six digits. -1: not a fraction.
std::int64_t fraction_micros(std::string_view text) {
    if (text.empty()) return 0;
    if (text.front() != '.' || text.size() < 2 || text.size() > 7) return -1;
    std::int64_t micros = 0;
    for (std::size_t i = 1; i <= 6; ++i) {
        const char c = i < text.size() ? text[i] : '0';
        if (c < '0' || c > '9') return -1;
        micros = micros * 10 + (c - '0');
    }
    return micros;
}

} // namespace

int days_in_month(int year, int month) {
    constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days.at(static_cast<std::size_t>(month - 1));
}

CivilDay civil(Date date) {
    const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(date.days))};
    return {
        int{day.year()},
        static_cast<int>(unsigned{day.month()}),
        static_cast<int>(unsigned{day.day()})};
}

Date date_of(CivilDay day) {
    const std::chrono::sys_days days = std::chrono::year(day.year) /
                                       std::chrono::month(static_cast<unsigned>(day.month)) /
                                       std::chrono::day(static_cast<unsigned>(day.day));
    return {static_cast<std::int32_t>(days.time_since_epoch().count())};
}

Date add_months(Date date, int months) { return add_months(date, months, civil(date).day); }

Date add_months(Date date, int months, int anchor) {
    const CivilDay day = civil(date);
    const int ahead = day.year * 12 + day.month - 1 + months; // Since January of the year 0.
    const int year = ahead / 12;
    const int month = ahead % 12 + 1;
    return date_of({year, month, std::min(anchor, days_in_month(year, month))});
}

Result<Date> parse_date(std::string_view text) {
    const auto year = number(text, 0, 4);
    const auto month = number(text, 5, 2);
    const auto day = number(text, 8, 2);
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !year || !month || !day ||
        !is_day(*year, *month, *day))
        return Error{Errc::wrong_type, "a date is YYYY-MM-DD"};
    return date_of({*year, *month, *day});
}

Result<Timestamp> parse_timestamp(std::string_view text) {
    const Error refusal{Errc::wrong_type, "a time is YYYY-MM-DDTHH:MM:SS[.ffffff]Z"};
    if (text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
        text.back() != 'Z')
        return refusal;
    const Result<Date> day = parse_date(text.substr(0, 10));
    const auto hour = number(text, 11, 2);
    const auto minute = number(text, 14, 2);
    const auto second = number(text, 17, 2);
    const std::int64_t fraction = fraction_micros(text.substr(19, text.size() - 20));
    if (!day || !hour || !minute || !second || fraction < 0) return refusal;
    if (*hour > 23 || *minute > 59 || *second > 59) return refusal;
    const std::int64_t seconds =
        day->days * seconds_per_day + *hour * 3600 + *minute * 60 + *second;
    return Timestamp{seconds * micros_per_second + fraction};
}

std::string to_string(Date date) {
    std::string text;
    put_date(text, date);
    return text;
}

std::string to_string(Timestamp at) {
    std::int64_t seconds = at.micros / micros_per_second;
    std::int64_t micros = at.micros % micros_per_second;
    if (micros < 0) {
        micros += micros_per_second;
        --seconds;
    }
    std::int64_t day = seconds / seconds_per_day;
    std::int64_t rest = seconds % seconds_per_day;
    if (rest < 0) {
        rest += seconds_per_day;
        --day;
    }
    std::string text;
    put_date(text, Date{static_cast<std::int32_t>(day)});
    text += 'T';
    put_digits(text, rest / 3600, 2);
    text += ':';
    put_digits(text, rest / 60 % 60, 2);
    text += ':';
    put_digits(text, rest % 60, 2);
    if (micros != 0) {
        text += '.';
        put_digits(text, micros, 6);
    }
    text += 'Z';
    return text;
}

bool timezone_exists(const std::string& zone) { return find_zone(zone) != nullptr; }

Date local_day(Timestamp at, const std::string& zone) {
    const cctz::time_zone* known = find_zone(zone);
    const cctz::time_zone utc = cctz::utc_time_zone();
    const cctz::civil_day day(
        cctz::convert(TimePoint{Micros{at.micros}}, known != nullptr ? *known : utc)
    );
    return {static_cast<std::int32_t>(day - cctz::civil_day(1970, 1, 1))};
}

std::uint32_t local_hour(Timestamp at, const std::string& zone) {
    const cctz::time_zone* known = find_zone(zone);
    const cctz::time_zone utc = cctz::utc_time_zone();
    const cctz::civil_second local =
        cctz::convert(TimePoint{Micros{at.micros}}, known != nullptr ? *known : utc);
    return static_cast<std::uint32_t>(local.hour());
}

Result<Timestamp> parse_local_compact(std::string_view text, const std::string& zone) {
    const Error refusal{Errc::wrong_type, "a local time is yyyymmddHHMMSS"};
    const auto year = number(text, 0, 4);
    const auto month = number(text, 4, 2);
    const auto day = number(text, 6, 2);
    const auto hour = number(text, 8, 2);
    const auto minute = number(text, 10, 2);
    const auto second = number(text, 12, 2);
    if (text.size() != 14 || !year || !month || !day || !hour || !minute || !second) return refusal;
    if (!is_day(*year, *month, *day) || *hour > 23 || *minute > 59 || *second > 59) return refusal;
    const cctz::time_zone* known = find_zone(zone);
    if (known == nullptr) return Error{Errc::timezone_unknown, zone};
    const cctz::civil_second wall(*year, *month, *day, *hour, *minute, *second);
    const auto instant = known->lookup(wall).pre;
    return Timestamp{std::chrono::duration_cast<Micros>(instant.time_since_epoch()).count()};
}

} // namespace tollbook
