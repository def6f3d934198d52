// The pieces that the stored formats are made of: big-endian integers, varints, lengths.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tollbook {

template <std::unsigned_integral T>
void put_fixed(std::string& out, T value) {
    std::array<char, sizeof(T)> bytes{};
    for (std::size_t i = sizeof(T); i-- > 0;) {
        bytes[i] = static_cast<char>(value & 0xFFU);
        if constexpr (sizeof(T) > 1) value = static_cast<T>(value >> 8U);
    }
    out.append(bytes.data(), bytes.size());
}

inline std::string_view view_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Least significant 7 bits first; only the shortest form is valid.
void put_varint(std::string& out, std::uint64_t value);

// Small numbers of either sign as small unsigned ones.
constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}

constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
}

void put_short(std::string& out, std::string_view text); // u16 length, bytes
void put_long(std::string& out, std::string_view text);  // u32 length, bytes
void put_text(std::string& out, std::string_view text);  // varint length, bytes

// Reads them back. It never leaves the bytes: once they do not fit, `ok` is false for good and
// everything read is zero or empty.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

    bool ok() const { return ok_; }

    std::size_t left() const { return bytes_.size(); }

    void fail() {
        ok_ = false;
        bytes_ = {};
    }

    std::string_view take(std::size_t count) {
        if (count > bytes_.size()) {
            fail();
            return {};
        }
        const std::string_view taken = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return taken;
    }

    template <std::unsigned_integral T>
    T fixed() {
        std::uint64_t value = 0;
        for (const char c : take(sizeof(T)))
            value = (value << 8U) | static_cast<unsigned char>(c);
        return static_cast<T>(value);
    }

    template <std::size_t Size>
    std::array<std::uint8_t, Size> array() {
        std::array<std::uint8_t, Size> value{};
        std::size_t i = 0;
        for (const char c : take(Size))
            value[i++] = static_cast<std::uint8_t>(c);
        return value;
    }

    std::uint64_t varint();

    std::string_view text() {
        const std::uint64_t length = varint();
        return take(static_cast<std::size_t>(length));
    }

private:
    std::string_view bytes_;
    bool ok_{true};
};

} // namespace tollbook
