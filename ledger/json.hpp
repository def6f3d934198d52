// The one JSON codec: described structs are the wire format, member by member in declared order.
//
//   struct Line { std::string component; std::int64_t net{}; std::optional<Date> service_from; };
//   BOOST_DESCRIBE_STRUCT(Line, (), (component, net, service_from))
//
// Writing is deterministic: declared order, integers only, no spaces; an empty optional is left
// out. Reading is strict: an unknown field, a field named twice, a missing field (but an optional),
// a float, a number outside its type, a NUL inside a string are refused with the field's path.
#pragma once

#include "ledger/error.hpp"
#include "ledger/json_buffer.hpp"
#include "ledger/json_document.hpp"
#include "ledger/money.hpp"
#include "ledger/time.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tollbook {

// Writes `text` as a JSON string, quotes included.
void write_json_string(std::string& out, std::string_view text);
void write_json_integer(std::string& out, std::int64_t value);
void write_json_integer(std::string& out, std::uint64_t value);

namespace codec {

template <class T>
concept DescribedStruct = boost::describe::has_describe_members<T>::value;

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// A JSON array: a vector, or one that holds its first items in itself.
template <class T>
inline constexpr bool is_sequence = false;
template <class T>
inline constexpr bool is_sequence<std::vector<T>> = true;
template <class T, std::size_t Within>
inline constexpr bool is_sequence<boost::container::small_vector<T, Within>> = true;

template <class T>
concept Sequence = is_sequence<T>;

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;

// Where in the document a refusal stands, and why: "lines.0.net: a whole number is expected".
Error at(std::string_view field, const Error& inner);
Error mistyped(std::string_view expected);
Error out_of_range();

// --- writing

// `,"name":` of a member.
template <class Member>
inline constexpr auto name_text = [] {
    constexpr std::string_view name = Member::name;
    std::array<char, name.size() + 4> text{',', '"'};
    std::ranges::copy(name, text.begin() + 2);
    text[name.size() + 2] = '"';
    text[name.size() + 3] = ':';
    return text;
}();

inline void write(JsonBuffer& out, bool value) { out.add(value ? "true" : "false"); }

inline void write(JsonBuffer& out, const std::string& value) { out.add_string(value); }

inline void write(JsonBuffer& out, Date value) { out.add_string(to_string(value)); }

inline void write(JsonBuffer& out, Timestamp value) { out.add_string(to_string(value)); }

inline void write(JsonBuffer& out, Currency value) { out.add_string(value.code()); }

template <std::integral T>

requires(!std::same_as<T, bool>) void write(JsonBuffer& out, T value) { out.add_integer(value); }

template <DescribedEnum T>
void write(JsonBuffer& out, T value) {
    out.add_string(boost::describe::enum_to_string(value, ""));
}

template <Sequence T>
void write(JsonBuffer& out, const T& values);

template <DescribedStruct T>
void write(JsonBuffer& out, const T& value);

template <class T>
void write_field(JsonBuffer& out, bool& first, std::string_view name, const T& value) {
    if constexpr (is_optional<T>) {
        if (value) write_field(out, first, name, *value);
    } else {
        out.add(first ? name.substr(1) : name);
        write(out, value);
        first = false;
    }
}

template <Sequence T>
void write(JsonBuffer& out, const T& values) {
    out.add('[');
    bool first = true;
    for (const auto& value : values) {
        if (!first) out.add(',');
        write(out, value);
        first = false;
    }
    out.add(']');
}

template <DescribedStruct T>
void write(JsonBuffer& out, const T& value) {
    out.add('{');
    bool first = true;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        constexpr const auto& name = name_text<decltype(member)>;
        write_field(out, first, {name.data(), name.size()}, value.*member.pointer);
    });
    out.add('}');
}

// --- reading

Status read(JsonNode node, bool& value);
Status read(JsonNode node, std::string& value);
Status read(JsonNode node, Date& value);
Status read(JsonNode node, Timestamp& value);
Status read(JsonNode node, Currency& value);

template <std::integral T>

requires(!std::same_as<T, bool>) Status read(JsonNode node, T& value) {
    if (kind(node) != JsonKind::integer) return mistyped("a whole number");
    if constexpr (std::is_signed_v<T>) {
        const auto number = as_int64(node);
        if (!number || !std::in_range<T>(*number)) return out_of_range();
        value = static_cast<T>(*number);
    } else {
        const auto number = as_uint64(node);
        if (!number || !std::in_range<T>(*number)) return out_of_range();
        value = static_cast<T>(*number);
    }
    return Done{};
}

template <DescribedEnum T>
Status read(JsonNode node, T& value) {
    const auto text = as_text(node);
    if (!text) return mistyped("a string");
    if (boost::describe::enum_from_string(std::string(*text).c_str(), value)) return Done{};
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto e) {
        names += names.empty() ? "" : ", ";
        names += e.name;
    });
    return Error{Errc::value_out_of_range, "one of " + names};
}

template <Sequence T>
Status read(JsonNode node, T& values);

template <DescribedStruct T>
Status read(JsonNode node, T& value);

template <class T>
Status read(JsonNode node, std::optional<T>& value) {
    value.emplace();
    return read(node, *value);
}

template <Sequence T>
Status read(JsonNode node, T& values) {
    if (kind(node) != JsonKind::array) return mistyped("an array");
    values.clear();
    JsonItems items(node);
    for (JsonNode item; items.next(item);) {
        if (const Status status = read(item, values.emplace_back()); !status)
            return at(std::to_string(values.size() - 1), status.error());
    }
    return Done{};
}

// Reads the one field into the member of that name. `seen` has a bit for each member.
template <DescribedStruct T>
Status read_field(const JsonField& field, T& value, std::uint64_t& seen) {
    Status status = Done{};
    std::uint64_t bit = 1;
    bool found = false;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        constexpr std::string_view name = decltype(member)::name;
        if (found) return;
        found = field.name == name;
        if (found && (seen & bit) == 0) status = read(field.value, value.*member.pointer);
        if (found && (seen & bit) != 0) status = Error{Errc::duplicate_key, {}};
        if (found) seen |= bit;
        bit <<= 1U;
    });
    return found ? status : Status{Error{Errc::unknown_field, {}}};
}

template <DescribedStruct T>
Status read(JsonNode node, T& value) {
    static_assert(boost::mp11::mp_size<Members<T>>::value <= 64);
    if (kind(node) != JsonKind::object) return mistyped("an object");
    std::uint64_t seen = 0;
    JsonFields fields(node);
    for (JsonField field; fields.next(field);) {
        if (const Status status = read_field(field, value, seen); !status)
            return at(field.name, status.error());
    }
    Status status = Done{};
    std::uint64_t bit = 1;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        using Field = std::remove_reference_t<decltype(value.*member.pointer)>;
        if (!is_optional<Field> && (seen & bit) == 0 && status)
            status = at(member.name, Error{Errc::missing_field, {}});
        bit <<= 1U;
    });
    return status;
}

// The parser that this thread reuses for whole-document reads.
JsonDocument& thread_document();

} // namespace codec

template <class T>
void write_json(std::string& out, const T& value) {
    JsonBuffer& text = JsonBuffer::of_thread();
    codec::write(text, value);
    out += text.view();
}

template <class T>
std::string to_json(const T& value) {
    JsonBuffer& text = JsonBuffer::of_thread();
    codec::write(text, value);
    return std::string(text.view());
}

template <class T>
Result<T> from_json(std::string_view text) {
    const Result<JsonNode> root = codec::thread_document().parse(text);
    if (!root) return root.error();
    T value{};
    if (const Status status = codec::read(*root, value); !status) return status.error();
    return value;
}

} // namespace tollbook
