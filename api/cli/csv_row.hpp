// One line of a provider's file, asked by the names of its columns.
#pragma once

#include "api/cli/csv.hpp"
#include "ledger/money.hpp"
#include "ledger/time.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook::api {

// The first thing that is wrong with it is kept.
class CsvRow {
public:
    CsvRow(const CsvFile& file, const CsvLine& line) : file_(file), line_(line) {}

    std::string optional_text(std::string_view column) const {
        const auto at = file_.column(column);
        return at ? line_.fields[*at] : std::string{};
    }

    std::string text(std::string_view column) {
        std::string value = optional_text(column);
        if (value.empty()) complain(std::string(column) + " is empty");
        return value;
    }

    std::int64_t number(std::string_view column, std::int64_t fallback = 0) {
        const std::string value = optional_text(column);
        std::int64_t number = fallback;
        const char* end = value.data() + value.size();
        const auto [stop, ec] = std::from_chars(value.data(), end, number);
        if (!value.empty() && (ec != std::errc{} || stop != end))
            complain(std::string(column) + " is not a whole number: " + value);
        return number;
    }

    // Absent when it is empty.
    template <class T>
    std::optional<T> optional_number(std::string_view column) {
        if (optional_text(column).empty()) return std::nullopt;
        const std::int64_t value = number(column);
        if (!std::in_range<T>(value)) complain(std::string(column) + " is out of range");
        return static_cast<T>(value);
    }

    // One of the names of an enumeration, told to people as `names`; absent when it is empty.
    template <class E>
    std::optional<E> optional_choice(std::string_view column, std::string_view names) {
        const std::string value = optional_text(column);
        if (value.empty()) return std::nullopt;
        E chosen{};
        if (!boost::describe::enum_from_string(value.c_str(), chosen))
            complain(fmt::format("{} is not {}: {}", column, names, value));
        return chosen;
    }

    Date date(std::string_view column) {
        const Result<Date> day = parse_date(optional_text(column));
        if (!day) complain(std::string(column) + " is not a date (YYYY-MM-DD)");
        return day ? *day : Date{};
    }

    std::optional<Date> optional_date(std::string_view column) {
        if (optional_text(column).empty()) return std::nullopt;
        return date(column);
    }

    Currency currency(std::string_view column) {
        const Result<Currency> currency = Currency::parse(optional_text(column));
        if (!currency) complain(std::string(column) + " is not a currency");
        return currency ? *currency : Currency{};
    }

    std::optional<Currency> optional_currency(std::string_view column) {
        if (optional_text(column).empty()) return std::nullopt;
        return currency(column);
    }

    void complain(std::string reason) {
        if (reason_.empty()) reason_ = std::move(reason);
    }

    const std::string& reason() const { return reason_; }

    std::size_t number_of_line() const { return line_.number; }

private:
    const CsvFile& file_;
    const CsvLine& line_;
    std::string reason_;
};

// The texts between the separators; none of an empty one.
std::vector<std::string> split_text(std::string_view text, char separator);

} // namespace tollbook::api
