#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// Keys with their hashes, in memory that is kept for the next ones.
class WantedKeys {
public:
    struct Place {
        std::uint64_t hash;
        std::size_t begin;
        std::size_t bytes;
    };

    void add(std::uint64_t hash, std::string_view key) {
        places_.push_back({hash, text_.size(), key.size()});
        text_ += key;
    }

    const std::vector<Place>& places() const { return places_; }

    std::string_view key(const Place& place) const {
        return std::string_view(text_).substr(place.begin, place.bytes);
    }

    void clear() {
        places_.clear();
        text_.clear();
    }

private:
    std::vector<Place> places_;
    std::string text_;
};

} // namespace tollbook
