// How the members of a row struct become columns: one place for every type that a read model may
// hold. A row is a described struct whose member names are the column names.
#pragma once

#include "ledger/json.hpp"
#include "ledger/record.hpp"

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tollbook {

// A jsonb column.
struct JsonText {
    std::string text;
};

// A described enum in a text column.
template <codec::DescribedEnum Enum>
std::string name_of(Enum value) {
    return boost::describe::enum_to_string(value, "");
}

namespace column {

template <class T>
struct Plain {
    using Type = T;
};

template <class T>
struct Plain<std::optional<T>> {
    using Type = T;
};

template <class T>
consteval std::string_view sql_type() {
    if constexpr (std::same_as<T, bool>)
        return "boolean";
    else if constexpr (std::same_as<T, std::string>)
        return "text";
    else if constexpr (std::same_as<T, Date>)
        return "date";
    else if constexpr (std::same_as<T, Timestamp>)
        return "timestamptz";
    else if constexpr (std::same_as<T, std::vector<std::string>>)
        return "text[]";
    else if constexpr (std::same_as<T, JsonText>)
        return "jsonb";
    else if constexpr (std::same_as<T, Uuid>)
        return "uuid";
    else if constexpr (std::same_as<T, Hash>)
        return "bytea";
    else {
        static_assert(std::integral<T>);
        return sizeof(T) == 8 ? "bigint" : "integer";
    }
}

// --- plain text, as a cast from text reads it

void put(std::string& out, Date value);
void put(std::string& out, Timestamp value);
void put(std::string& out, const Uuid& value);
void put(std::string& out, const Hash& value);
void put(std::string& out, const std::vector<std::string>& values);

inline void put(std::string& out, const std::string& value) { out += value; }

inline void put(std::string& out, const char* value) { out += value; }

inline void put(std::string& out, const JsonText& value) { out += value.text; }

template <std::integral T>
void put(std::string& out, T value) {
    if constexpr (std::same_as<T, bool>) {
        out += value ? 't' : 'f';
    } else {
        std::array<char, 24> text{};
        out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
    }
}

// Whether the plain text may hold what COPY or an array literal must escape.
template <class T>
inline constexpr bool is_free_text =
    std::same_as<T, std::string> || std::same_as<T, JsonText> ||
    std::same_as<T, std::vector<std::string>> || std::same_as<T, Hash>;

// Appends text with COPY's escapes, or quoted as an element of an array literal. A NUL, which no
// column can hold, becomes U+FFFD.
void put_copy_text(std::string& out, std::string_view text);
void put_element_text(std::string& out, std::string_view text);

// --- one field of a COPY line, one element of an array parameter

template <class T>
void put_copy(std::string& out, const T& value) {
    if constexpr (codec::is_optional<T>) {
        if (value)
            put_copy(out, *value);
        else
            out += "\\N";
    } else if constexpr (std::same_as<T, std::string>) {
        put_copy_text(out, value);
    } else if constexpr (is_free_text<T>) {
        std::string text;
        put(text, value);
        put_copy_text(out, text);
    } else {
        put(out, value);
    }
}

template <class T>
void put_element(std::string& out, const T& value) {
    if constexpr (codec::is_optional<T>) {
        if (value)
            put_element(out, *value);
        else
            out += "NULL";
    } else if constexpr (is_free_text<T> || std::same_as<T, Timestamp>) {
        std::string text;
        put(text, value);
        put_element_text(out, text);
    } else {
        put(out, value);
    }
}

// --- back from a SELECT: `expression` says how the column is asked for

// "(extract(epoch from {}) * 1000000)::bigint" and the like; {} is the column.
template <class T>
consteval std::string_view expression() {
    if constexpr (std::same_as<T, Timestamp>)
        return "(extract(epoch from {}) * 1000000)::bigint";
    else if constexpr (std::same_as<T, Date>)
        return "({} - date '1970-01-01')";
    else if constexpr (std::same_as<T, std::vector<std::string>>)
        return "array_to_json({})";
    else
        return "{}";
}

void get(const std::string& text, std::vector<std::string>& value);

inline void get(const std::string& text, std::string& value) { value = text; }

inline void get(const std::string& text, JsonText& value) { value.text = text; }

template <std::integral T>
void get(const std::string& text, T& value) {
    if constexpr (std::same_as<T, bool>)
        value = text == "t";
    else
        std::from_chars(text.data(), text.data() + text.size(), value);
}

inline void get(const std::string& text, Timestamp& value) { get(text, value.micros); }

inline void get(const std::string& text, Date& value) { get(text, value.days); }

template <class T>
void get(const std::optional<std::string>& cell, T& value) {
    if constexpr (codec::is_optional<T>) {
        value.reset();
        if (cell) get(*cell, value.emplace());
    } else if (cell) {
        get(*cell, value);
    }
}

} // namespace column

// Text that came from outside the JSON codec, fit for a column: bytes that are not UTF-8 become
// '?'.
std::string valid_utf8(std::string_view text);

} // namespace tollbook
