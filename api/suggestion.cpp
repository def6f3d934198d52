#include "api/suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace tollbook::api {

namespace {

constexpr std::size_t compared_bytes_max = 64;

// Levenshtein distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::string suggestion(std::string_view misspelt, std::span<const std::string_view> known) {
    if (misspelt.size() > compared_bytes_max) return {};
    std::size_t best = std::max<std::size_t>(2, misspelt.size() / 3) + 1;
    std::string_view nearest;
    for (const std::string_view name : known) {
        const std::size_t d = distance(misspelt, name);
        if (d >= best) continue;
        best = d;
        nearest = name;
    }
    if (nearest.empty()) return {};
    return "; did you mean `" + std::string(nearest) + "`?";
}

} // namespace tollbook::api
