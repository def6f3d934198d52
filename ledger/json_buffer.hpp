#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tollbook {

// JSON being written, in memory that is kept for the next text: no call and no allocation for each
// piece, as appending to a string has.
class JsonBuffer {
public:
    // The one of this thread, empty. It lasts until the thread asks again.
    static JsonBuffer& of_thread();

    void clear() { used_ = 0; }

    std::string_view view() const { return {memory_.data(), used_}; }

    void add(char c) {
        *room(1) = c;
        ++used_;
    }

    void add(std::string_view text) {
        std::copy_n(text.data(), text.size(), room(text.size()));
        used_ += text.size();
    }

    template <std::integral T>
    void add_integer(T value) {
        constexpr std::size_t digits_max = 24;
        char* begin = room(digits_max);
        const auto end = std::to_chars(begin, begin + digits_max, value);
        used_ += static_cast<std::size_t>(end.ptr - begin);
    }

    // As a JSON string, quotes included.
    void add_string(std::string_view text) {
        if (has_escapes(text)) return add_escaped(text);
        char* begin = room(text.size() + 2);
        *begin = '"';
        std::copy_n(text.data(), text.size(), begin + 1);
        begin[text.size() + 1] = '"';
        used_ += text.size() + 2;
    }

private:
    static constexpr std::uint64_t every_byte(std::uint64_t byte) {
        return byte * 0x0101010101010101ULL;
    }

    // Whether one of eight bytes is below the limit, which is at most 0x80.
    static constexpr bool any_below(std::uint64_t bytes, std::uint64_t limit) {
        return ((bytes - every_byte(limit)) & ~bytes & every_byte(0x80)) != 0;
    }

    static constexpr bool any_escape(std::uint64_t bytes) {
        return any_below(bytes, 0x20) || any_below(bytes ^ every_byte('"'), 1) ||
               any_below(bytes ^ every_byte('\\'), 1);
    }

    static bool has_escapes(std::string_view text) {
        while (!text.empty()) {
            std::uint64_t bytes = every_byte(' ');
            const std::size_t some = std::min(text.size(), sizeof(bytes));
            std::memcpy(&bytes, text.data(), some);
            if (any_escape(bytes)) return true;
            text.remove_prefix(some);
        }
        return false;
    }

    void add_escaped(std::string_view text);

    char* room(std::size_t bytes) {
        if (memory_.size() - used_ < bytes) memory_.resize(2 * (memory_.size() + bytes));
        return memory_.data() + used_;
    }

    std::string memory_;
    std::size_t used_{};
};

} // namespace tollbook
