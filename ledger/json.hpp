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
#include <span>
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

// Reads a value into what stands behind the pointer.
using ReadInto = Status (*)(JsonNode node, void* into);

// `read_next` reads an item to the end of the sequence.
Status read_array(JsonNode node, void* values, ReadInto read_next);

template <Sequence T>
Status read(JsonNode node, T& values) {
    values.clear();
    return read_array(node, &values, [](JsonNode item, void* into) -> Status {
        return read(item, static_cast<T*>(into)->emplace_back());
    });
}

// A member as the reader of an object sees it.
struct MemberReader {
    std::string_view name;
    bool optional;
    ReadInto read; // Into the member of an object.
};

template <class T, class Member>
constexpr MemberReader member_reader() {
    using Field = std::remove_reference_t<decltype(std::declval<T&>().*Member::pointer)>;
    const auto read_member = [](JsonNode node, void* object) -> Status {
        return read(node, static_cast<T*>(object)->*Member::pointer);
    };
    return {Member::name, is_optional<Field>, read_member};
}

template <class T, template <class...> class List, class... Member>
constexpr auto member_readers(List<Member...>) {
    return std::array<MemberReader, sizeof...(Member)>{member_reader<T, Member>()...};
}

// At most 64 members.
Status read_object(JsonNode node, void* object, std::span<const MemberReader> members);

template <DescribedStruct T>
Status read(JsonNode node, T& value) {
    static constexpr auto members = member_readers<T>(Members<T>{});
    static_assert(members.size() <= 64);
    return read_object(node, &value, members);
}

// Parses the whole text with the parser that this thread reuses, and reads its root.
Status read_document(std::string_view text, void* value, ReadInto read_root);

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

// Reads the whole text into `value`, which holds something of it when it is refused.
template <class T>
Status read_json(std::string_view text, T& value) {
    return codec::read_document(text, &value, [](JsonNode root, void* into) -> Status {
        return codec::read(root, *static_cast<T*>(into));
    });
}

template <class T>
Result<T> from_json(std::string_view text) {
    T value{};
    if (const Status status = read_json(text, value); !status) return status.error();
    return value;
}

} // namespace tollbook
