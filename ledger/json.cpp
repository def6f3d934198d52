#include "ledger/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <iterator>
#include <simdjson.h>

namespace tollbook {

namespace {

namespace dom = simdjson::dom;

static_assert(sizeof(dom::element) == sizeof(JsonNode));
static_assert(std::is_trivially_copyable_v<dom::element>);

JsonNode node_of(dom::element element) { return std::bit_cast<JsonNode>(element); }

dom::element element_of(JsonNode node) { return std::bit_cast<dom::element>(node); }

template <class T>
void write_number(std::string& out, T value) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    out.append(text.data(), end.ptr);
}

} // namespace

struct JsonDocument::Parser {
    dom::parser parser;
};

JsonDocument::JsonDocument() : parser_(new Parser) {}

JsonDocument::~JsonDocument() { delete parser_; }

Result<JsonNode> JsonDocument::parse(std::string_view text) {
    dom::element root;
    const auto failure = parser_->parser.parse(text.data(), text.size()).get(root);
    if (failure != simdjson::SUCCESS)
        return Error{Errc::malformed_json, simdjson::error_message(failure)};
    return node_of(root);
}

JsonKind kind(JsonNode node) {
    switch (element_of(node).type()) {
    case dom::element_type::OBJECT:
        return JsonKind::object;
    case dom::element_type::ARRAY:
        return JsonKind::array;
    case dom::element_type::STRING:
        return JsonKind::string;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
        return JsonKind::integer;
    case dom::element_type::DOUBLE:
        return JsonKind::real;
    case dom::element_type::BOOL:
        return JsonKind::boolean;
    case dom::element_type::NULL_VALUE:
        return JsonKind::null;
    }
    return JsonKind::null;
}

std::optional<std::int64_t> as_int64(JsonNode node) {
    std::int64_t value = 0;
    if (kind(node) != JsonKind::integer || element_of(node).get(value) != simdjson::SUCCESS)
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> as_uint64(JsonNode node) {
    std::uint64_t value = 0;
    if (kind(node) != JsonKind::integer || element_of(node).get(value) != simdjson::SUCCESS)
        return std::nullopt;
    return value;
}

std::optional<bool> as_bool(JsonNode node) {
    bool value = false;
    if (element_of(node).get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
}

std::optional<std::string_view> as_text(JsonNode node) {
    std::string_view value;
    if (element_of(node).get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
}

std::vector<JsonField> fields_of(JsonNode node) {
    std::vector<JsonField> fields;
    dom::object object;
    if (element_of(node).get(object) != simdjson::SUCCESS) return fields;
    fields.reserve(object.size());
    for (const dom::key_value_pair field : object)
        fields.push_back({field.key, node_of(field.value)});
    return fields;
}

std::vector<JsonNode> items_of(JsonNode node) {
    std::vector<JsonNode> items;
    dom::array array;
    if (element_of(node).get(array) != simdjson::SUCCESS) return items;
    for (const dom::element item : array)
        items.push_back(node_of(item));
    return items;
}

void write_json_string(std::string& out, std::string_view text) {
    const auto escaped = [](char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    };
    out += '"';
    while (true) {
        const auto at = std::ranges::find_if(text, escaped);
        const auto plain = static_cast<std::size_t>(at - text.begin());
        out.append(text.substr(0, plain));
        if (plain == text.size()) break;
        if (static_cast<unsigned char>(*at) < 0x20)
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(*at));
        else
            out.append(1, '\\').append(1, *at);
        text.remove_prefix(plain + 1);
    }
    out += '"';
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
