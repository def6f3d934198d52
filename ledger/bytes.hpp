// The pieces that the stored formats are made of: big-endian integers, varints, lengths.
#pragma once

#include "ledger/ensure.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace tollbook {

// Bytes being written, in memory that is kept for the next ones: no call and no allocation for each
// piece, as appending to a string has. Every `put_` below takes either.
class ByteBuffer {
public:
    std::size_t size() const { return used_; }

    std::string_view view() const { return {memory_.data(), used_}; }

    void clear() { used_ = 0; }

    // Down to so many bytes.
    void cut(std::size_t bytes) { used_ = bytes; }

    void append(const char* bytes, std::size_t count) {
        if (memory_.size() - used_ < count) grow(count);
        std::copy_n(bytes, count, memory_.data() + used_);
        used_ += count;
    }

    ByteBuffer& operator+=(std::string_view bytes) {
        append(bytes.data(), bytes.size());
        return *this;
    }

private:
    void grow(std::size_t count);

    std::string memory_;
    std::size_t used_{};
};

// The value whose bytes in memory are those of `value` in big-endian order, and the way back.
template <std::unsigned_integral T>
constexpr T big_endian(T value) {
    if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1)
        return value;
    else if constexpr (sizeof(T) == 2)
        return __builtin_bswap16(value);
    else if constexpr (sizeof(T) == 4)
        return __builtin_bswap32(value);
    else
        return __builtin_bswap64(value);
}

template <class Out, std::unsigned_integral T>
void put_fixed(Out& out, T value) {
    const auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(big_endian(value));
    out.append(bytes.data(), bytes.size());
}

inline std::string_view view_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Least significant 7 bits first; only the shortest form is valid.
template <class Out>
void put_varint(Out& out, std::uint64_t value) {
    std::array<char, 10> bytes{};
    std::size_t count = 0;
    for (; value >= 0x80U; value >>= 7U)
        bytes[count++] = static_cast<char>((value & 0x7FU) | 0x80U);
    bytes[count++] = static_cast<char>(value);
    out.append(bytes.data(), count);
}

// Small numbers of either sign as small unsigned ones.
constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}

constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
}

// u16 length, bytes
template <class Out>
void put_short(Out& out, std::string_view text) {
    ensure(text.size() <= std::numeric_limits<std::uint16_t>::max());
    put_fixed(out, static_cast<std::uint16_t>(text.size()));
    out += text;
}

// u32 length, bytes
template <class Out>
void put_long(Out& out, std::string_view text) {
    ensure(text.size() <= std::numeric_limits<std::uint32_t>::max());
    put_fixed(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}

// varint length, bytes
template <class Out>
void put_text(Out& out, std::string_view text) {
    put_varint(out, text.size());
    out += text;
}

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
        T value{};
        const std::string_view bytes = take(sizeof(T));
        if (bytes.empty()) return value;
        std::copy_n(bytes.data(), sizeof(T), reinterpret_cast<char*>(&value));
        return big_endian(value);
    }

    template <std::size_t Size>
    std::array<std::uint8_t, Size> array() {
        std::array<std::uint8_t, Size> value{};
        const std::string_view bytes = take(Size);
        if (!bytes.empty()) std::copy_n(bytes.data(), Size, reinterpret_cast<char*>(value.data()));
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

// Of ASCII, whatever the locale.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace tollbook
