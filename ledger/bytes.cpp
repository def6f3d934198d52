#include "ledger/bytes.hpp"

#include "ledger/ensure.hpp"

#include <limits>

namespace tollbook {

void put_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80U) {
        out += static_cast<char>((value & 0x7FU) | 0x80U);
        value >>= 7U;
    }
    out += static_cast<char>(value);
}

void put_short(std::string& out, std::string_view text) {
    ensure(text.size() <= std::numeric_limits<std::uint16_t>::max());
    put_fixed(out, static_cast<std::uint16_t>(text.size()));
    out += text;
}

void put_long(std::string& out, std::string_view text) {
    ensure(text.size() <= std::numeric_limits<std::uint32_t>::max());
    put_fixed(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}

void put_text(std::string& out, std::string_view text) {
    put_varint(out, text.size());
    out += text;
}

std::uint64_t ByteReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = fixed<std::uint8_t>();
        if (!ok_) return 0;
        const std::uint64_t part = byte & 0x7FU;
        const bool spills = shift == 63 && part > 1;
        const bool padded = shift > 0 && byte == 0;
        if (spills || padded) break;
        value |= part << shift;
        if ((byte & 0x80U) == 0) return value;
    }
    fail();
    return 0;
}

} // namespace tollbook
