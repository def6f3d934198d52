#include "api/cli/csv_row.hpp"

#include <algorithm>

namespace tollbook::api {

std::vector<std::string> split_text(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

} // namespace tollbook::api
