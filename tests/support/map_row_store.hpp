#pragma once

#include "ledger/decider.hpp"

#include <map>
#include <span>
#include <string>

namespace tollbook {

// Rows on a "disk" that is a map: what a checkpoint left, and what a restart finds.
class MapRowStore final : public RowStore {
public:
    std::optional<std::string> get(std::string_view key) const override {
        ++reads;
        const auto row = rows.find(key);
        return row == rows.end() ? std::nullopt : std::optional(row->second);
    }

    std::vector<std::optional<std::string>> get_all(std::span<const std::string> keys
    ) const override {
        std::vector<std::optional<std::string>> values;
        if (!keys.empty()) ++questions;
        for (const std::string& key : keys)
            values.push_back(get(key));
        return values;
    }

    void for_each(
        std::string_view prefix,
        const std::function<void(std::string_view key, std::string_view value)>& visit
    ) const override {
        for (auto row = rows.lower_bound(prefix); row != rows.end(); ++row) {
            if (!row->first.starts_with(prefix)) return;
            visit(row->first, row->second);
        }
    }

    void write(std::span<const RowImage> images) {
        for (const RowImage& image : images) {
            if (image.value)
                rows.insert_or_assign(image.key, *image.value);
            else
                rows.erase(image.key);
        }
    }

    std::map<std::string, std::string, std::less<>> rows;
    mutable std::size_t reads{};
    mutable std::size_t questions{}; // For several at once.
};

} // namespace tollbook
