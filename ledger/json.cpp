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

JsonDocument& thread_document() {
    thread_local JsonDocument document;
    return document;
}

} // namespace codec

} // namespace tollbook
