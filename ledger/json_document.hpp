#pragma once

#include "ledger/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tollbook {

// A value of a parsed document; it lives as long as the document does.
struct JsonNode {
    const void* document{};
    std::size_t index{};
};

enum class JsonKind { object, array, string, integer, real, boolean, null };

// One parsed document. Not thread-safe; parsing again ends the life of earlier nodes.
class JsonDocument {
public:
    JsonDocument();
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;
    ~JsonDocument();

    Result<JsonNode> parse(std::string_view text);

private:
    struct Parser;
    Parser* parser_;
};

JsonKind kind(JsonNode node);
std::optional<std::int64_t> as_int64(JsonNode node);
std::optional<std::uint64_t> as_uint64(JsonNode node);
std::optional<bool> as_bool(JsonNode node);
std::optional<std::string_view> as_text(JsonNode node);

struct JsonField {
    std::string_view name;
    JsonNode value;
};

// The fields of an object in the order of the text, repeated names included; of anything else none.
class JsonFields {
public:
    explicit JsonFields(JsonNode node);

    // False: there are no more.
    bool next(JsonField& field);

private:
    JsonNode at_;
    JsonNode end_;
};

// The items of an array; of anything else none.
class JsonItems {
public:
    explicit JsonItems(JsonNode node);

    // False: there are no more.
    bool next(JsonNode& item);

private:
    JsonNode at_;
    JsonNode end_;
};

std::vector<JsonField> fields_of(JsonNode node);
std::vector<JsonNode> items_of(JsonNode node);

} // namespace tollbook
