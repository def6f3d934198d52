#include "ledger/json.hpp"

#include <fmt/format.h>

#include <charconv>

namespace tollbook {

namespace {

template <class T>
void write_number(std::string& out, T value) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    out.append(text.data(), end.ptr);
}

} // namespace

void write_json_string(std::string& out, std::string_view text) {
    JsonBuffer& quoted = JsonBuffer::of_thread();
    quoted.add_string(text);
    out += quoted.view();
}

void write_json_integer(std::string& out, std::int64_t value) { write_number(out, value); }

void write_json_integer(std::string& out, std::uint64_t value) { write_number(out, value); }

namespace codec {

Error at(std::string_view field, const Error& inner) {
    const bool leaf = inner.detail.empty() || inner.detail.find(' ') < inner.detail.find(':');
    if (inner.detail.empty()) return {inner.code, std::string(field)};
    return {inner.code, fmt::format("{}{}{}", field, leaf ? ": " : ".", inner.detail)};
}

Error mistyped(std::string_view expected) {
    return {Errc::wrong_type, fmt::format("{} is expected", expected)};
}

Error out_of_range() { return {Errc::value_out_of_range, "the number is out of range"}; }

Status read(JsonNode node, bool& value) {
    const auto flag = as_bool(node);
    if (!flag) return mistyped("true or false");
    value = *flag;
    return Done{};
}

Status read(JsonNode node, std::string& value) {
    const auto text = as_text(node);
    if (!text) return mistyped("a string");
    if (text->find('\0') != std::string_view::npos)
        return Error{Errc::value_out_of_range, "a string may not hold NUL"};
    value = *text;
    return Done{};
}

Status read(JsonNode node, Date& value) {
    const auto text = as_text(node);
    if (!text) return mistyped("a date YYYY-MM-DD");
    const Result<Date> date = parse_date(*text);
    if (!date) return date.error();
    value = *date;
    return Done{};
}

Status read(JsonNode node, Timestamp& value) {
    const auto text = as_text(node);
    if (!text) return mistyped("a time in UTC");
    const Result<Timestamp> time = parse_timestamp(*text);
    if (!time) return time.error();
    value = *time;
    return Done{};
}

Status read(JsonNode node, Currency& value) {
    const auto text = as_text(node);
    if (!text) return mistyped("a currency code");
    const Result<Currency> currency = Currency::parse(*text);
    if (!currency) return currency.error();
    value = *currency;
    return Done{};
}

namespace {

constexpr std::size_t absent = 64;

// Where the member of that name stands; it is looked for from `expected` on, where it is found at
// once in what was written in declared order.
std::size_t place_of(
    std::string_view name, std::span<const MemberReader> members, std::size_t expected
) {
    for (std::size_t i = expected; i < members.size(); ++i)
        if (members[i].name == name) return i;
    for (std::size_t i = 0; i < expected; ++i)
        if (members[i].name == name) return i;
    return absent;
}

} // namespace

Status read_object(JsonNode node, void* object, std::span<const MemberReader> members) {
    if (kind(node) != JsonKind::object) return mistyped("an object");
    std::uint64_t seen = 0;
    std::size_t expected = 0;
    JsonFields fields(node);
    for (JsonField field; fields.next(field);) {
        const std::size_t place = place_of(field.name, members, expected);
        if (place == absent) return at(field.name, Error{Errc::unknown_field, {}});
        const std::uint64_t bit = std::uint64_t{1} << place;
        if ((seen & bit) != 0) return at(field.name, Error{Errc::duplicate_key, {}});
        seen |= bit;
        expected = place + 1;
        if (const Status status = members[place].read(field.value, object); !status)
            return at(field.name, status.error());
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!members[i].optional && (seen >> i & 1U) == 0)
            return at(members[i].name, Error{Errc::missing_field, {}});
    }
    return Done{};
}

Status read_array(JsonNode node, void* values, ReadInto read_next) {
    if (kind(node) != JsonKind::array) return mistyped("an array");
    std::size_t place = 0;
    JsonItems items(node);
    for (JsonNode item; items.next(item); ++place)
        if (const Status status = read_next(item, values); !status)
            return at(std::to_string(place), status.error());
    return Done{};
}

Status read_document(std::string_view text, void* value, ReadInto read_root) {
    thread_local JsonDocument document;
    const Result<JsonNode> root = document.parse(text);
    return root ? read_root(*root, value) : root.error();
}

} // namespace codec

} // namespace tollbook
