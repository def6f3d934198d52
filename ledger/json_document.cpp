#include "ledger/json_document.hpp"

#include <bit>
#include <simdjson.h>
#include <string>
#include <type_traits>

namespace tollbook {

namespace {

namespace dom = simdjson::dom;

static_assert(sizeof(dom::element) == sizeof(JsonNode));
static_assert(std::is_trivially_copyable_v<dom::element>);

JsonNode node_of(dom::element element) { return std::bit_cast<JsonNode>(element); }

dom::element element_of(JsonNode node) { return std::bit_cast<dom::element>(node); }

// Where an iterator stands.
template <class Iterator>
JsonNode place_of(Iterator at) {
    static_assert(sizeof(Iterator) == sizeof(JsonNode));
    static_assert(std::is_trivially_copyable_v<Iterator>);
    return std::bit_cast<JsonNode>(at);
}

} // namespace

struct JsonDocument::Parser {
    dom::parser parser;
    std::string padded; // simdjson reads beyond the end of a text.
};

JsonDocument::JsonDocument() : parser_(new Parser) {}

JsonDocument::~JsonDocument() { delete parser_; }

Result<JsonNode> JsonDocument::parse(std::string_view text) {
    dom::element root;
    std::string& padded = parser_->padded;
    if (padded.size() < text.size() + simdjson::SIMDJSON_PADDING)
        padded.resize(2 * text.size() + simdjson::SIMDJSON_PADDING);
    text.copy(padded.data(), text.size());
    const auto failure = parser_->parser.parse(padded.data(), text.size(), false).get(root);
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

JsonFields::JsonFields(JsonNode node) {
    dom::object object;
    if (element_of(node).get(object) != simdjson::SUCCESS) return;
    at_ = place_of(object.begin());
    end_ = place_of(object.end());
}

bool JsonFields::next(JsonField& field) {
    auto at = std::bit_cast<dom::object::iterator>(at_);
    if (at == std::bit_cast<dom::object::iterator>(end_)) return false;
    field = {at.key(), node_of(at.value())};
    at_ = place_of(++at);
    return true;
}

JsonItems::JsonItems(JsonNode node) {
    dom::array array;
    if (element_of(node).get(array) != simdjson::SUCCESS) return;
    at_ = place_of(array.begin());
    end_ = place_of(array.end());
}

bool JsonItems::next(JsonNode& item) {
    auto at = std::bit_cast<dom::array::iterator>(at_);
    if (at == std::bit_cast<dom::array::iterator>(end_)) return false;
    item = node_of(*at);
    at_ = place_of(++at);
    return true;
}

std::vector<JsonField> fields_of(JsonNode node) {
    std::vector<JsonField> found;
    JsonFields fields(node);
    for (JsonField field; fields.next(field);)
        found.push_back(field);
    return found;
}

std::vector<JsonNode> items_of(JsonNode node) {
    std::vector<JsonNode> found;
    JsonItems items(node);
    for (JsonNode item; items.next(item);)
        found.push_back(item);
    return found;
}

} // namespace tollbook
