#pragma once

#include "api/client.hpp"
#include "ledger/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook::api {

// The pages of one read, one after the other.
class ReportPages {
public:
    ReportPages(
        Client& client,
        std::string path,
        const std::vector<std::pair<std::string, std::string>>& parameters
    );

    // Without pages: the whole answer at once.
    void not_paged() { paged_ = false; }

    // The next page's object; nothing behind the last one. It lives until the next call.
    Result<std::optional<JsonNode>> next();

    // Of the first page: what the book held then, and the keys that waited.
    const std::string& position() const { return position_; }

    const std::string& parked() const { return parked_; }

    // Whether a later page told of another position.
    bool moved() const { return moved_; }

private:
    Client& client_;
    std::string path_;
    std::string query_;
    std::string cursor_;
    ClientReply reply_;
    JsonDocument document_;
    std::string position_;
    std::string parked_;
    bool paged_{true};
    bool begun_{};
    bool moved_{};
};

// A field of an object.
std::optional<JsonNode> field_of(JsonNode object, std::string_view name);

} // namespace tollbook::api
