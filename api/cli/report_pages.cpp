#include "api/cli/report_pages.hpp"

namespace tollbook::api {

namespace {

constexpr std::string_view page_items = "1000"; // All that a list gives at once.

} // namespace

ReportPages::ReportPages(
    Client& client,
    std::string path,
    const std::vector<std::pair<std::string, std::string>>& parameters
)
    : client_(client), path_(std::move(path)) {
    for (const auto& [name, value] : parameters)
        query_ += "&" + name + "=" + path_segment(value);
}

Result<std::optional<JsonNode>> ReportPages::next() {
    const bool ended = begun_ && cursor_.empty();
    if (ended) return std::optional<JsonNode>{};
    std::string query = paged_ ? "&limit=" + std::string(page_items) + query_ : query_;
    if (!cursor_.empty()) query += "&cursor=" + cursor_;
    if (!query.empty()) query.front() = '?';
    Result<ClientReply> reply = client_.get(path_ + query);
    if (!reply) return reply.error();
    reply_ = std::move(*reply);
    if (!begun_) {
        position_ = reply_.position;
        parked_ = reply_.parked;
    }
    begun_ = true;
    moved_ = moved_ || reply_.position != position_;
    const Result<JsonNode> root = document_.parse(reply_.body);
    if (!root) return root.error();
    const std::optional<JsonNode> cursor = field_of(*root, "next_cursor");
    cursor_ = cursor ? std::string(as_text(*cursor).value_or("")) : std::string{};
    return std::optional<JsonNode>{*root};
}

std::optional<JsonNode> field_of(JsonNode object, std::string_view name) {
    JsonFields fields(object);
    for (JsonField field; fields.next(field);)
        if (field.name == name) return field.value;
    return {};
}

} // namespace tollbook::api
