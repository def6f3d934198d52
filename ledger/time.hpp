#pragma once

#include "ledger/error.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollbook {

// An instant: microseconds since 1970-01-01T00:00:00Z. JSON: "2026-11-19T21:05:00Z", with up to six
// decimals when they are not zero.
struct Timestamp {
    std::int64_t micros{};

    friend constexpr auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

// A civil day: days since 1970-01-01 in the proleptic Gregorian calendar. JSON: "2026-11-20".
struct Date {
    std::int32_t days{};

    friend constexpr auto operator<=>(const Date&, const Date&) = default;
};

struct CivilDay {
    int year{};
    int month{};
    int day{};
};

constexpr Date operator+(Date date, int days) { return {date.days + days}; }

constexpr Date operator-(Date date, int days) { return {date.days - days}; }

CivilDay civil(Date date);
Date date_of(CivilDay day);
int days_in_month(int year, int month);

// The same day so many months later, clamped to its month's end: 2027-01-31 -> 2027-02-28.
Date add_months(Date date, int months);

// The day `anchor` (1-31) so many months later, clamped: the anchor itself is never lost.
Date add_months(Date date, int months, int anchor);

Result<Date> parse_date(std::string_view text);
Result<Timestamp> parse_timestamp(std::string_view text);
std::string to_string(Date date);
std::string to_string(Timestamp at);

// Whether the IANA time zone exists on this machine.
bool timezone_exists(const std::string& zone);

// The civil day of an instant in an IANA zone that exists.
Date local_day(Timestamp at, const std::string& zone);

// The hour of its local time, 0 to 23.
std::uint32_t local_hour(Timestamp at, const std::string& zone);

// The instant of local wall time "yyyymmddHHMMSS" in that zone (M-Pesa's TransTime). A time that
// the zone skips or repeats resolves to the offset before the change.
Result<Timestamp> parse_local_compact(std::string_view text, const std::string& zone);

} // namespace tollbook
